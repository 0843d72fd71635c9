/**
 * Sends what netstats agents send: block and pending at once at every head, the other reports in batches of their own, a
 * ping with each. What is not acknowledged stays, also over a cut, and is sent again from where the server says.
 */
import { createAgentTraffic } from './agent-traffic.ts'
import type { AgentTraffic, PingingMember } from './agent-traffic.ts'
import { clientOf, isSyncing, usualClient } from './fleet-nodes.ts'
import type { Head, ProtocolClient } from './generator-fleet.ts'
import type { OpenOptions } from './generator-messages.ts'
import { createBenchSpool } from './netstats-spool.ts'
import type { BenchSpool } from './netstats-spool.ts'
import { headLine, variedLines } from './varied-lines.ts'
import { batchFrame, blockBody, gapLine, netstatsHello, pingOf, pongOf, staticLines } from './netstats-workload.ts'
import type { Line, LostLines } from './netstats-workload.ts'
import { createTimeCounts, timesOf } from './time-counts.ts'

export interface NetstatsMember extends PingingMember {
  readonly spoolId: string
  readonly spool: BenchSpool
  readonly own: ReturnType<typeof staticLines>
  window: number
  /** Number of the last batch of this session. */
  number: number
  /** What was given up because its spool was full, until it has told the server. */
  lost: LostLines | undefined
  /** Set while the server asked it to wait before it sends again. */
  resend: NodeJS.Timeout | undefined
}

/** `secret` is the token, or shared secret, of all agents. */
export type NetstatsOptions = Pick<OpenOptions, 'secret' | 'networkId' | 'varied' | 'spoolBatches'>

type Traffic = AgentTraffic<NetstatsMember>

type FromServer =
  | { readonly type: 'welcome'; readonly through: number; readonly window: number }
  | { readonly type: 'ack'; readonly through: number }
  | { readonly type: 'nack'; readonly through: number; readonly reason: string; readonly retryMs: number }
  | { readonly type: 'credit'; readonly window: number }
  | { readonly type: 'ping'; readonly t1: number }
  | { readonly type: 'pong'; readonly t1: number }
  | { readonly type: 'refuse' | 'bye' | 'intervals' | 'request' | 'challenge' }

/** Bytes of the newest block's body, which all agents share. */
const createBodies = (): ((head: Head) => Buffer) => {
  let body: { readonly number: number; readonly bytes: Buffer } | undefined
  return (head) => {
    if (body?.number !== head.number) body = { number: head.number, bytes: Buffer.from(blockBody(head.json)) }
    return body.bytes
  }
}

/** Batches of all agents: sends them, and counts what was sent and acknowledged and how long that took. */
const createDelivery = (traffic: Traffic) => {
  const acks = createTimeCounts()
  const nacks: Record<string, number> = {}
  let observations = 0
  let acknowledged = 0
  let spoolFull = 0

  const flush = (member: NetstatsMember): void => {
    if (member.state !== 'active' || member.resend !== undefined) return
    const sent = member.spool.flush(member.window, ({ after, lines }) => {
      if (!traffic.write(member, batchFrame(after, member.number + 1, lines))) return false
      member.number++
      return true
    })
    for (const { lines } of sent) {
      observations += lines.length
      if (lines.some(({ kind }) => kind === 'block')) traffic.countBlock()
    }
  }

  const acknowledge = (member: NetstatsMember, through: number): void => {
    if (through <= member.spool.through) return
    for (const { lines, madeAt } of member.spool.acknowledge(through)) {
      acknowledged += lines.length
      acks.add(performance.now() - madeAt)
    }
    flush(member)
  }

  return {
    flush,
    acknowledge,
    send(member: NetstatsMember, lines: readonly Line[]): void {
      const { lost } = member
      if (member.spool.add(lost === undefined ? lines : [gapLine(lost), ...lines])) {
        member.lost = undefined
        flush(member)
        return
      }
      spoolFull += lines.length
      const to = Date.now()
      member.lost = { dropped: (lost?.dropped ?? 0) + lines.length, from: lost?.from ?? to, to }
    },
    /** Sends again from `through`, after the pause the server asks for. */
    sendAgain(member: NetstatsMember, through: number, reason: string, retryMs: number): void {
      nacks[reason] = (nacks[reason] ?? 0) + 1
      acknowledge(member, through)
      member.spool.rewind()
      member.resend ??= setTimeout(() => {
        member.resend = undefined
        flush(member)
      }, retryMs)
    },
    counts: () => ({ observations, acknowledged, spoolFull, nacks, acks: timesOf(acks) }),
    clear: () => acks.clear(),
  }
}

/** Handles a frame of the server; true where it accepts the agent. */
const receive = (
  traffic: Traffic,
  delivery: ReturnType<typeof createDelivery>,
  member: NetstatsMember,
  message: FromServer,
): boolean => {
  switch (message.type) {
    case 'welcome':
      member.window = message.window
      member.number = 0
      member.spool.rewind()
      delivery.acknowledge(member, message.through)
      // It is active only when this returns: what waits is sent with its first report.
      return true
    case 'ack':
      delivery.acknowledge(member, message.through)
      return false
    case 'nack':
      delivery.sendAgain(member, message.through, message.reason, message.retryMs)
      return false
    case 'credit':
      member.window = message.window
      delivery.flush(member)
      return false
    case 'ping':
      traffic.write(member, pongOf(message.t1, Date.now()))
      return false
    case 'pong':
      traffic.pong(member)
      return false
    case 'refuse':
    case 'bye':
    case 'intervals':
    case 'request':
    case 'challenge':
      return false
  }
}

export const createNetstatsClient = ({
  secret,
  networkId,
  varied = false,
  spoolBatches,
}: NetstatsOptions): ProtocolClient<NetstatsMember> => {
  const traffic = createAgentTraffic<NetstatsMember>()
  const delivery = createDelivery(traffic)
  const bodyOf = createBodies()

  return {
    path: '/agent',
    protocol: 'netstats.v1',
    spools: true,
    createMember: (member) => ({
      ...member,
      spoolId: member.index.toString(16).padStart(32, '0'),
      spool: createBenchSpool(spoolBatches),
      own: staticLines(member.index, varied && isSyncing(member.index)),
      window: 0,
      number: 0,
      lost: undefined,
      resend: undefined,
      pingAt: 0,
    }),
    sendHello(member) {
      const { id, spoolId, spool } = member
      const client = varied ? clientOf(member.index) : usualClient
      const facts = { client, ...(networkId !== undefined && { networkId }) }
      traffic.write(member, netstatsHello({ id, spool: spoolId, after: spool.through, token: secret, ...facts }))
    },
    receive: (member, payload) => receive(traffic, delivery, member, JSON.parse(payload.toString()) as FromServer),
    disconnected(member) {
      member.pingAt = 0
      member.spool.rewind()
      clearTimeout(member.resend)
      member.resend = undefined
    },
    sendReport(member) {
      const observedAt = Date.now()
      const { latency, pending, stats } = member.own
      delivery.send(member, [
        { kind: 'latency', observedAt, body: latency },
        { kind: 'pending', observedAt, body: pending },
        { kind: 'node-stats', observedAt, body: stats },
        ...(varied ? variedLines(member.index, observedAt) : []),
      ])
      if (member.state === 'active') traffic.ping(member, pingOf(observedAt))
    },
    sendHead(member, head) {
      const observedAt = Date.now()
      delivery.send(member, [
        { kind: 'block', observedAt, body: bodyOf(head) },
        { kind: 'pending', observedAt, body: member.own.pending },
        ...(varied ? [headLine(member.index, head.number, observedAt)] : []),
      ])
    },
    drained: delivery.flush,
    counts: (members) => ({ ...traffic.counts(members), ...delivery.counts() }),
    clear() {
      traffic.clear()
      delivery.clear()
    },
  }
}
