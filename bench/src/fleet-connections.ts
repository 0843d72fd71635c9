/**
 * Connections of the agents of one generator process: how they are opened, refused, cut and opened again.
 *
 *     offline ──dial──► dialing ──accepted──► active ──cut, ended──► offline
 *        ▲                 └────── refused ─────────────────────────────┘
 */
import type { Socket } from 'node:net'
import { createBackoff, systemClock } from '@netstats/sdk'
import type { Backoff } from '@netstats/sdk'
import { dial, sourceAddress } from './dial.ts'
import type { Counts, OpenOptions } from './generator-messages.ts'
import { createTimeCounts, timesOf } from './time-counts.ts'

export interface Member {
  readonly id: string
  readonly index: number
  socket: Socket | undefined
  state: 'offline' | 'dialing' | 'active'
  /** When it dials again, monotonic; Infinity: when it next has something to send. */
  dialAt: number
  /** When it was last active before it was cut, monotonic; 0 once it is active again. */
  cutAt: number
  /** How long it is to stay away after that; 0: as its policy says. */
  awayMs: number
  /** It has been active ever since the counts were cleared. */
  stayed: boolean
  backoff: Backoff | undefined
}

/** What a connection needs from the protocol client. */
export interface Handshake<M extends Member> {
  readonly path: string
  readonly protocol?: string
  /** What an agent has to send while it is offline waits: it reports and gets heads all the same. */
  readonly spools?: boolean
  sendHello(member: M): void
  /** Handles a text frame; true where it accepts the agent. */
  receive(member: M, payload: Buffer): boolean
  disconnected(member: M): void
  /** A full socket takes frames again. */
  drained(member: M): void
}

export type ConnectionOptions = Pick<OpenOptions, 'host' | 'port' | 'policy'>

export interface FleetConnections<M extends Member> {
  /** Dials for the first time; resolves once the agent is active, and fails when it is refused. */
  open(member: M): Promise<void>
  /** Sends by `send` when the agent is active; otherwise dials where it was waiting for something to send. */
  whenActive(member: M, send: () => void): void
  /** Dials for all agents whose time has come. */
  dialDue(): void
  cut(member: M, awayMs: number): void
  counts(): Pick<Counts, 'lost' | 'refused' | 'webSocketPings' | 'back'>
  clear(): void
}

/** geth's wait after an attempt that failed. */
const gethWaitMs = 10_000
/** The longest wait of our agent. */
const agentWaitMs = 15_000

/** When an agent dials again. geth notices a lost connection when it next writes, dials at once, and then every ten seconds. */
const nextDialAt = (member: Member, wasActive: boolean, likeGeth: boolean): number => {
  if (wasActive && member.awayMs > 0) return performance.now() + member.awayMs
  if (likeGeth) return wasActive ? Infinity : performance.now() + gethWaitMs
  member.backoff ??= createBackoff({ clock: systemClock, maxMs: agentWaitMs, minMs: 200 })
  return performance.now() + member.backoff.next()
}

// oxlint-disable-next-line max-lines-per-function -- connect, accept and disconnect change the same few counts and sets
export const createFleetConnections = <M extends Member>(
  { host, port, policy }: ConnectionOptions,
  client: Handshake<M>,
  onActive: (member: M) => void,
): FleetConnections<M> => {
  const back = createTimeCounts()
  const offline = new Set<M>()
  /** First openings that are not settled yet. */
  const opening = new Map<M, PromiseWithResolvers<void>>()
  let refused: Record<string, number> = {}
  let lost = 0
  let webSocketPings = 0

  // In pairs, so that of every second agent one half behaves like geth too.
  const isLikeGeth = ({ index }: Member): boolean =>
    client.spools !== true && (policy === 'geth' || (policy === 'mixed' && index % 4 < 2))

  const accepted = (member: M): void => {
    member.state = 'active'
    member.backoff?.working()
    if (member.cutAt > 0) back.add(performance.now() - member.cutAt)
    member.cutAt = 0
    member.awayMs = 0
    opening.get(member)?.resolve()
    opening.delete(member)
    onActive(member)
  }

  const disconnected = (member: M, reason: string): void => {
    const wasActive = member.state === 'active'
    member.stayed = false
    if (wasActive && member.cutAt === 0) {
      lost++
      member.cutAt = performance.now()
    }
    if (!wasActive) refused[reason] = (refused[reason] ?? 0) + 1
    member.state = 'offline'
    member.socket = undefined
    client.disconnected(member)
    opening.get(member)?.reject(new Error(`${member.id} was refused: ${reason}`))
    opening.delete(member)
    member.dialAt = nextDialAt(member, wasActive, isLikeGeth(member))
    offline.add(member)
  }

  const connect = (member: M): void => {
    offline.delete(member)
    member.state = 'dialing'
    const socket = dial({
      host,
      port,
      path: client.path,
      protocol: client.protocol,
      localAddress: sourceAddress(member.index),
      onOpen: () => client.sendHello(member),
      onText(payload) {
        if (client.receive(member, payload) && member.state === 'dialing') accepted(member)
      },
      onPing: () => webSocketPings++,
      onGone: (reason) => disconnected(member, reason),
    })
    member.socket = socket
    socket.on('drain', () => client.drained(member))
  }

  return {
    open(member) {
      const opened = Promise.withResolvers<void>()
      opening.set(member, opened)
      connect(member)
      return opened.promise
    },
    whenActive(member, send) {
      if (member.state === 'active') send()
      else if (member.state === 'offline' && member.dialAt === Infinity && offline.has(member)) connect(member)
      if (member.state !== 'active' && client.spools === true) send()
    },
    dialDue() {
      const now = performance.now()
      for (const member of offline) if (member.dialAt <= now) connect(member)
    },
    cut(member, awayMs) {
      if (member.state !== 'active') return
      member.awayMs = awayMs
      member.cutAt = performance.now()
      member.socket?.resetAndDestroy()
    },
    counts: () => ({ lost, refused, webSocketPings, back: timesOf(back) }),
    clear() {
      refused = {}
      lost = 0
      webSocketPings = 0
      back.clear()
    },
  }
}
