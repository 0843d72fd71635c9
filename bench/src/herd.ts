/**
 * The agents of one generator process: how they come, go and come back, and when they speak. What they say is their
 * tongue's: ethstats or netstats.
 *
 *     away ──dial──► dialing ──let in──► in ──cut, ended──► away
 *       ▲               └── refused ──────────────────────┘
 */
import type { Socket } from 'node:net'
import { createBackoff, systemClock } from '@netstats/sdk'
import type { Backoff } from '@netstats/sdk'
import { dial, sourceAddress } from './dial.ts'
import type { Counts, Policy } from './messages.ts'
import { createTimeCounts, timesOf } from './time-counts.ts'

export interface Member {
  readonly id: string
  readonly index: number
  socket: Socket | undefined
  state: 'away' | 'dialing' | 'in'
  /** When it tries again, monotonic; Infinity: when it next has something to say. */
  dueAt: number
  /** When it was last in before it was cut, monotonic; 0 once it is back. */
  cutAt: number
  /** It was in all the time since counting began. */
  stayed: boolean
  backoff: Backoff | undefined
}

/** A new head, as every agent learns of it. */
export interface Head {
  readonly number: number
  readonly json: string
}

/** What agents say in a protocol. */
export interface Tongue<M extends Member> {
  readonly path: string
  readonly protocol?: string
  /** What it has to say while its connection is away waits: it is told of heads and reports all the same. */
  readonly spools?: boolean
  make(member: Member): M
  greet(member: M): void
  /** A text frame came; true where it lets the agent in. */
  hear(member: M, payload: Buffer): boolean
  /** Its connection is gone. */
  gone(member: M): void
  /** Its turn in the round of full reports; `head` is undefined until the first block. */
  report(member: M, head: Head | undefined): void
  head(member: M, head: Head): void
  /** Something that waited for a full socket may go now. */
  drained(member: M): void
  /** What it has to add to the counts. */
  counts(members: readonly M[]): Partial<Counts>
  /** Begins to count anew. */
  clear(): void
}

export interface HerdOptions {
  readonly host: string
  readonly port: number
  readonly first: number
  readonly count: number
  readonly policy: Policy
}

export interface Herd extends Disposable {
  /** Resolves when all are in; fails when one is refused. */
  open(): Promise<void>
  run(on: boolean): void
  /** Everything so many times as often. */
  rate(factor: number): void
  announce(head: Head, spreadMs: number, sampleEvery: number): void
  /** Cuts the connections of every `every`-th agent, without a word. */
  cut(every: number): void
  counts(): Counts
  clear(): void
}

/** Told of every sampled block as it is written. */
export type OnSent = (id: string, number: number, at: number) => void

const reportEveryMs = 15_000
const tickMs = 50
const wave = 50
/** geth's, after an attempt that failed. */
const gethWaitMs = 10_000
/** Our agent's longest. */
const agentWaitMs = 15_000

const none: Counts = {
  members: 0,
  inside: 0,
  messages: 0,
  bytes: 0,
  blocks: 0,
  blocked: 0,
  lost: 0,
  refused: {},
  webSocketPings: 0,
  pings: { sent: 0, answered: 0, overdue: 0, bins: [], max: 0 },
  stayedPings: { bins: [], max: 0 },
  back: { bins: [], max: 0 },
}

export const createHerd = <M extends Member>(options: HerdOptions, tongue: Tongue<M>, onSent: OnSent): Herd => {
  const { host, port, first, count, policy } = options
  const back = createTimeCounts()
  const away = new Set<M>()
  let refused: Record<string, number> = {}
  let lost = 0
  let webSocketPings = 0
  let running = false
  let factor = 1
  let current: Head | undefined
  /** Those who wait for an agent to be let in the first time. */
  const waiting = new Map<M, (error?: Error) => void>()

  const members = Array.from({ length: count }, (_, i) =>
    tongue.make({
      id: `agent-${String(first + i).padStart(5, '0')}`,
      index: first + i,
      socket: undefined,
      state: 'away',
      dueAt: Infinity,
      cutAt: 0,
      stayed: true,
      backoff: undefined,
    }),
  )

  // By pairs, so that of every second agent one half is geths too.
  const isGeth = ({ index }: Member): boolean =>
    tongue.spools !== true && (policy === 'geth' || (policy === 'mixed' && index % 4 < 2))

  const letIn = (member: M): void => {
    member.state = 'in'
    member.backoff?.working()
    if (member.cutAt > 0) back.add(performance.now() - member.cutAt)
    member.cutAt = 0
    settle(member)
    if (running) tongue.report(member, current)
  }

  const settle = (member: M, error?: Error): void => {
    waiting.get(member)?.(error)
    waiting.delete(member)
  }

  /** geth finds out when it next writes, and then tries at once; after that every ten seconds. */
  const retryAt = (member: M, wasIn: boolean): number => {
    if (isGeth(member)) return wasIn ? Infinity : performance.now() + gethWaitMs
    member.backoff ??= createBackoff({ clock: systemClock, maxMs: agentWaitMs, minMs: 200 })
    return performance.now() + member.backoff.next()
  }

  const gone = (member: M, reason: string): void => {
    const wasIn = member.state === 'in'
    member.stayed = false
    if (wasIn && member.cutAt === 0) {
      lost++
      member.cutAt = performance.now()
    }
    if (!wasIn) refused[reason] = (refused[reason] ?? 0) + 1
    member.state = 'away'
    member.socket = undefined
    tongue.gone(member)
    settle(member, new Error(`${member.id} was not let in: ${reason}`))
    member.dueAt = retryAt(member, wasIn)
    away.add(member)
  }

  const call = (member: M): void => {
    away.delete(member)
    member.state = 'dialing'
    const socket = dial({
      host,
      port,
      path: tongue.path,
      protocol: tongue.protocol,
      localAddress: sourceAddress(member.index),
      onOpen: () => tongue.greet(member),
      onText(payload) {
        if (tongue.hear(member, payload) && member.state === 'dialing') letIn(member)
      },
      onPing: () => webSocketPings++,
      onGone: (reason) => gone(member, reason),
    })
    member.socket = socket
    socket.on('drain', () => tongue.drained(member))
  }

  const speak = (member: M, say: () => void): void => {
    if (member.state === 'in') say()
    else if (member.state === 'away' && member.dueAt === Infinity && away.has(member)) call(member)
    if (member.state !== 'in' && tongue.spools === true) say()
  }

  // Full reports go round the herd; a process that was held up catches up with a second of them at most.
  let turn = 0
  let owed = 0
  let ticked = performance.now()
  const tick = (): void => {
    const now = performance.now()
    const elapsed = Math.min(1000, now - ticked)
    ticked = now
    for (const member of away) if (member.dueAt <= now) call(member)
    if (!running || members.length === 0) return
    owed += (members.length * elapsed * factor) / reportEveryMs
    for (; owed >= 1; owed--) {
      const member = members[turn++ % members.length] as M
      speak(member, () => tongue.report(member, current))
    }
  }
  const ticking = setInterval(tick, tickMs)

  return {
    async open() {
      for (let i = 0; i < members.length; i += wave) {
        await Promise.all(
          members.slice(i, i + wave).map(
            (member) =>
              new Promise<void>((resolve, reject) => {
                waiting.set(member, (error) => (error === undefined ? resolve() : reject(error)))
                call(member)
              }),
          ),
        )
      }
    },
    run(on) {
      running = on
    },
    rate(next) {
      factor = next
    },
    announce(head, spreadMs, sampleEvery) {
      current = head
      const slices = Math.max(1, Math.round(spreadMs / 10))
      for (let slice = 0; slice < slices; slice++) {
        setTimeout(() => {
          for (let i = slice; i < members.length; i += slices) {
            const member = members[i] as M
            speak(member, () => {
              if (member.index % sampleEvery === 0) onSent(member.id, head.number, Date.now())
              tongue.head(member, head)
            })
          }
        }, slice * 10)
      }
    },
    cut(every) {
      for (const member of members) {
        if (member.index % every !== 0 || member.state !== 'in') continue
        member.cutAt = performance.now()
        member.socket?.resetAndDestroy()
      }
    },
    counts: () => ({
      ...none,
      members: members.length,
      inside: members.reduce((sum, { state }) => sum + (state === 'in' ? 1 : 0), 0),
      lost,
      refused,
      webSocketPings,
      back: timesOf(back),
      ...tongue.counts(members),
    }),
    clear() {
      refused = {}
      lost = 0
      webSocketPings = 0
      for (const member of members) member.stayed = true
      back.clear()
      tongue.clear()
    },
    [Symbol.dispose]() {
      clearInterval(ticking)
      for (const member of members) member.socket?.destroy()
    },
  }
}
