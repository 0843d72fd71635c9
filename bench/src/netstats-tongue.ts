/**
 * What netstats agents say: block and pending at once at every head, the other reports in batches of their own, a ping
 * with each. What is not acknowledged stays, also over a cut, and is sent again from where the server says.
 */
import type { Head, Member, Tongue } from './herd.ts'
import { batchFrame, blockBody, netstatsHello, pingOf, pongOf, staticLines } from './netstats-mix.ts'
import type { Line } from './netstats-mix.ts'
import { createTimeCounts, timesOf } from './time-counts.ts'

interface Unacknowledged {
  readonly after: number
  readonly lines: readonly Line[]
  /** When it was made, monotonic: what waited for a connection took that long too. */
  readonly madeAt: number
}

export interface NetstatsMember extends Member {
  readonly spool: string
  readonly own: ReturnType<typeof staticLines>
  /** Sequence of its newest observation, and what the server has durably. */
  last: number
  through: number
  waiting: Unacknowledged[]
  /** How many of those that wait have been sent in this session. */
  sent: number
  /** Sequence of the last one sent. */
  sentThrough: number
  window: number
  number: number
  /** It was told to wait before it sends again. */
  resend: NodeJS.Timeout | undefined
  pingAt: number
}

export interface NetstatsOptions {
  /** Token, or shared secret, of all agents. */
  readonly secret: string
}

/** Batches kept by an agent; a spool keeps more, and on disk. */
const maxWaiting = 200
const fullBytes = 1 << 16
const patienceMs = 5000

/** Spools count from the moment they were made, in microseconds. */
const spoolBegins = 1_790_000_000_000_000

type FromServer =
  | { readonly type: 'welcome'; readonly through: number; readonly window: number }
  | { readonly type: 'ack'; readonly through: number }
  | { readonly type: 'nack'; readonly through: number; readonly reason: string; readonly retryMs: number }
  | { readonly type: 'credit'; readonly window: number }
  | { readonly type: 'ping'; readonly t1: number }
  | { readonly type: 'pong'; readonly t1: number }
  | { readonly type: 'refuse' | 'bye' | 'intervals' | 'request' | 'challenge' }

export const createNetstatsTongue = ({ secret }: NetstatsOptions): Tongue<NetstatsMember> => {
  const acks = createTimeCounts()
  const pings = createTimeCounts()
  const stayedPings = createTimeCounts()
  const sent = { messages: 0, bytes: 0, blocks: 0, blocked: 0, pings: 0, answered: 0 }
  let observations = 0
  let acknowledged = 0
  let givenUp = 0
  const nacks: Record<string, number> = {}
  let body: { readonly number: number; readonly bytes: Buffer } | undefined

  const write = ({ socket }: NetstatsMember, frame: Buffer): boolean => {
    if (socket === undefined || socket.writableLength > fullBytes) {
      sent.blocked++
      return false
    }
    sent.messages++
    sent.bytes += frame.length
    socket.write(frame)
    return true
  }

  const flush = (member: NetstatsMember): void => {
    if (member.state !== 'in' || member.resend !== undefined) return
    while (member.sent < member.waiting.length) {
      const { after, lines } = member.waiting[member.sent] as Unacknowledged
      const last = after + lines.length
      if (last - member.through > member.window) return
      if (!write(member, batchFrame(after, member.number + 1, lines))) return
      member.number++
      member.sent++
      if (last <= member.sentThrough) continue
      member.sentThrough = last
      observations += lines.length
      if (lines[0]?.kind === 'block') sent.blocks++
    }
  }

  const say = (member: NetstatsMember, lines: readonly Line[]): void => {
    // Like a spool that is full; the next batch then says so by its `after`, and the server counts a hole.
    if (member.waiting.length >= maxWaiting) {
      givenUp += lines.length
      return
    }
    member.waiting.push({ after: member.last, lines, madeAt: performance.now() })
    member.last += lines.length
    flush(member)
  }

  const acknowledge = (member: NetstatsMember, through: number): void => {
    if (through <= member.through) return
    member.through = through
    let done = 0
    for (; done < member.waiting.length; done++) {
      const { after, lines, madeAt } = member.waiting[done] as Unacknowledged
      if (after + lines.length > through) break
      acknowledged += lines.length
      acks.add(performance.now() - madeAt)
    }
    member.waiting.splice(0, done)
    member.sent = Math.max(0, member.sent - done)
    flush(member)
  }

  const hear = (member: NetstatsMember, message: FromServer): boolean => {
    switch (message.type) {
      case 'welcome':
        member.window = message.window
        member.number = 0
        member.sent = 0
        acknowledge(member, message.through)
        // It is in only when this returns: what waits goes out with its first report.
        return true
      case 'ack':
        acknowledge(member, message.through)
        return false
      case 'nack':
        nacks[message.reason] = (nacks[message.reason] ?? 0) + 1
        acknowledge(member, message.through)
        member.sent = 0
        member.resend ??= setTimeout(() => {
          member.resend = undefined
          flush(member)
        }, message.retryMs)
        return false
      case 'credit':
        member.window = message.window
        flush(member)
        return false
      case 'ping':
        write(member, pongOf(message.t1, Date.now()))
        return false
      case 'pong': {
        sent.answered++
        const ms = performance.now() - member.pingAt
        if (member.pingAt > 0) pings.add(ms)
        if (member.pingAt > 0 && member.stayed) stayedPings.add(ms)
        member.pingAt = 0
        return false
      }
      case 'refuse':
      case 'bye':
      case 'intervals':
      case 'request':
      case 'challenge':
        return false
    }
  }

  const bodyOf = (head: Head): Buffer => {
    if (body?.number !== head.number) body = { number: head.number, bytes: Buffer.from(blockBody(head.json)) }
    return body.bytes
  }

  return {
    path: '/agent',
    protocol: 'netstats.v1',
    spools: true,
    make: (member) => ({
      ...member,
      spool: member.index.toString(16).padStart(32, '0'),
      own: staticLines(member.index),
      last: spoolBegins,
      through: spoolBegins,
      waiting: [],
      sent: 0,
      sentThrough: spoolBegins,
      window: 0,
      number: 0,
      resend: undefined,
      pingAt: 0,
    }),
    greet(member) {
      const { id, spool, through } = member
      write(member, netstatsHello({ id, spool, after: through, token: secret }))
    },
    hear: (member, payload) => hear(member, JSON.parse(payload.toString()) as FromServer),
    gone(member) {
      member.pingAt = 0
      member.sent = 0
      clearTimeout(member.resend)
      member.resend = undefined
    },
    report(member) {
      const observedAt = Date.now()
      const { latency, pending, stats } = member.own
      say(member, [
        { kind: 'latency', observedAt, body: latency },
        { kind: 'pending', observedAt, body: pending },
        { kind: 'node-stats', observedAt, body: stats },
      ])
      if (member.state !== 'in' || !write(member, pingOf(observedAt))) return
      sent.pings++
      if (member.pingAt === 0) member.pingAt = performance.now()
    },
    head(member, head) {
      const observedAt = Date.now()
      say(member, [
        { kind: 'block', observedAt, body: bodyOf(head) },
        { kind: 'pending', observedAt, body: member.own.pending },
      ])
    },
    drained: flush,
    counts(members) {
      const late = performance.now() - patienceMs
      const overdue = members.reduce((sum, { pingAt }) => sum + (pingAt > 0 && pingAt < late ? 1 : 0), 0)
      const { messages, bytes, blocks, blocked, answered } = sent
      return {
        messages,
        bytes,
        blocks,
        blocked,
        pings: { sent: sent.pings, answered, overdue, ...timesOf(pings) },
        stayedPings: timesOf(stayedPings),
        observations,
        acknowledged,
        spoolFull: givenUp,
        nacks,
        acks: timesOf(acks),
      }
    },
    clear() {
      acks.clear()
      pings.clear()
      stayedPings.clear()
    },
  }
}
