/**
 * The agents of one generator process, and when they send: a full report each in a round of 15 s, and every new head within
 * its spread. Their connections are in fleet-connections.ts; what they send is their protocol client's.
 */
import { createFleetConnections } from './fleet-connections.ts'
import type { FleetConnections, Handshake, Member } from './fleet-connections.ts'
import { nodeNameOf, noise } from './fleet-nodes.ts'
import type { Announcement, Counts, Cut, OpenOptions } from './generator-messages.ts'

/** A new head, as every agent learns of it. */
export interface Head {
  readonly number: number
  readonly json: string
}

/** What agents send in a protocol. */
export interface ProtocolClient<M extends Member> extends Handshake<M> {
  createMember(member: Member): M
  /** Sends its full report; `head` is undefined until the first block. */
  sendReport(member: M, head: Head | undefined): void
  sendHead(member: M, head: Head): void
  /** What it adds to the counts. */
  counts(members: readonly M[]): Partial<Counts>
  clear(): void
}

export type GeneratorFleetOptions = Pick<OpenOptions, 'host' | 'port' | 'first' | 'count' | 'policy' | 'varied'>

export interface GeneratorFleet extends Disposable {
  /** Resolves when all agents are active; fails when one is refused. */
  open(): Promise<void>
  run(on: boolean): void
  /** Multiplies the rate of reports. */
  rate(factor: number): void
  announce(head: Head, how: Omit<Announcement, 'number' | 'timestampSeconds'>): void
  cut(which: Cut): void
  counts(): Counts
  clear(): void
}

/** Called with every sampled block as it is written. */
export type OnSent = (id: string, number: number, at: number) => void

const reportEveryMs = 15_000
const tickMs = 50
/** Connections that are opened at the same time. */
const openAtOnce = 50
const announceStepMs = 10

const none: Counts = {
  members: 0,
  active: 0,
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

const createMembers = <M extends Member>(
  { first, count }: GeneratorFleetOptions,
  client: ProtocolClient<M>,
): readonly M[] =>
  Array.from({ length: count }, (_, i) =>
    client.createMember({
      id: nodeNameOf(first + i),
      index: first + i,
      socket: undefined,
      state: 'offline',
      dialAt: Infinity,
      cutAt: 0,
      awayMs: 0,
      stayed: true,
      backoff: undefined,
    }),
  )

const openAll = async <M extends Member>(members: readonly M[], connections: FleetConnections<M>): Promise<void> => {
  for (let i = 0; i < members.length; i += openAtOnce)
    await Promise.all(members.slice(i, i + openAtOnce).map((member) => connections.open(member)))
}

/** Says which members report next. A process that was held up catches up with a second of reports at most. */
const createRound = <M>(members: readonly M[]) => {
  let next = 0
  let owed = 0
  return function* (elapsedMs: number, factor: number): Generator<M> {
    owed += (members.length * Math.min(1000, elapsedMs) * factor) / reportEveryMs
    for (; owed >= 1; owed--) yield members[next++ % members.length] as M
  }
}

export const createGeneratorFleet = <M extends Member>(
  options: GeneratorFleetOptions,
  client: ProtocolClient<M>,
  onSent: OnSent,
): GeneratorFleet => {
  // Evenly; in a varied fleet most members are early, others at every block.
  const slotOf = (i: number, number: number, slots: number): number =>
    options.varied === true ? Math.floor(slots * (noise(i, number) / 2 ** 32) ** 2) : i % slots
  let running = false
  let factor = 1
  let current: Head | undefined
  const members = createMembers(options, client)
  const connections = createFleetConnections(options, client, (member) => {
    if (running) client.sendReport(member, current)
  })

  const round = createRound(members)
  let ticked = performance.now()
  const tick = (): void => {
    const elapsedMs = performance.now() - ticked
    ticked += elapsedMs
    connections.dialDue()
    if (!running || members.length === 0) return
    for (const member of round(elapsedMs, factor))
      connections.whenActive(member, () => client.sendReport(member, current))
  }
  const ticking = setInterval(tick, tickMs)

  return {
    open: () => openAll(members, connections),
    run(on) {
      running = on
    },
    rate(next) {
      factor = next
    },
    announce(head, { spreadMs, sampleEvery, siblingEvery = 1 }) {
      if (siblingEvery === 1) current = head
      const send = (member: M): void => {
        if (member.index % sampleEvery === 0) onSent(member.id, head.number, Date.now())
        client.sendHead(member, head)
      }
      const slices = Math.max(1, Math.round(spreadMs / announceStepMs))
      const slots: M[][] = Array.from({ length: slices }, () => [])
      for (const [i, member] of members.entries())
        if (member.index % siblingEvery === 0) slots[slotOf(i, head.number, slices)]?.push(member)
      for (const [slot, some] of slots.entries())
        setTimeout(() => {
          for (const member of some) connections.whenActive(member, () => send(member))
        }, slot * announceStepMs)
    },
    cut({ every, offset = 0, awayMs = 0 }) {
      for (const member of members) if (member.index % every === offset) connections.cut(member, awayMs)
    },
    counts: () => ({
      ...none,
      members: members.length,
      active: members.reduce((sum, { state }) => sum + (state === 'active' ? 1 : 0), 0),
      ...connections.counts(),
      ...client.counts(members),
    }),
    clear() {
      for (const member of members) member.stayed = true
      connections.clear()
      client.clear()
    },
    [Symbol.dispose]() {
      clearInterval(ticking)
      for (const member of members) member.socket?.destroy()
    },
  }
}
