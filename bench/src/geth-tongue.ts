/** What geths say: block and pending at every head, and a full report of five messages in its turn. */
import { writeBlock, hello, prepareBlock, staticFrames } from './geth-mix.ts'
import type { PreparedBlock, StaticFrames } from './geth-mix.ts'
import type { Head, Member, Tongue } from './herd.ts'
import { createTimeCounts, timesOf } from './time-counts.ts'

export interface GethMember extends Member {
  readonly frames: StaticFrames
  /** When the ping that waits for its answer was sent, monotonic; 0 where none does. */
  pingAt: number
  /** A block that did not go out because the socket was full: like geth, it tells of the newest when it can. */
  owed: Head | undefined
}

export interface GethOptions {
  readonly secret: string
  /** Writes the frames of a report at once: less work for the generator where it is to overload the server. */
  readonly corked: boolean
}

/** geth gives a connection up whose ping is not answered by then; here it is counted. */
const patienceMs = 5000
/** The peer takes no more: what can wait or be left out is. */
const fullBytes = 1 << 16

export const createGethTongue = ({ secret, corked }: GethOptions): Tongue<GethMember> => {
  const pings = createTimeCounts()
  const stayedPings = createTimeCounts()
  const sent = { messages: 0, bytes: 0, blocks: 0, blocked: 0, pings: 0, answered: 0 }
  let prepared: PreparedBlock | undefined

  const write = ({ socket }: GethMember, frame: Buffer): boolean => {
    if (socket === undefined || socket.writableLength > fullBytes) {
      sent.blocked++
      return false
    }
    sent.messages++
    sent.bytes += frame.length
    socket.write(frame)
    return true
  }

  const block = (member: GethMember, head: Head): void => {
    if (prepared?.number !== head.number) prepared = prepareBlock(head)
    if (write(member, writeBlock(prepared, member.id))) {
      sent.blocks++
      member.owed = undefined
    } else member.owed = head
  }

  const ping = (member: GethMember): void => {
    if (!write(member, member.frames.ping)) return
    sent.pings++
    if (member.pingAt === 0) member.pingAt = performance.now()
  }

  return {
    path: '/api',
    make: (member) => ({ ...member, frames: staticFrames(member.id, member.index), pingAt: 0, owed: undefined }),
    greet(member) {
      write(member, hello(member.id, secret))
    },
    hear(member, payload) {
      // Requests for history are longer, and left unanswered.
      if (payload.length > 400) return false
      if (payload.includes('"node-pong"')) {
        sent.answered++
        const ms = performance.now() - member.pingAt
        if (member.pingAt > 0) pings.add(ms)
        if (member.pingAt > 0 && member.stayed) stayedPings.add(ms)
        member.pingAt = 0
        return false
      }
      return payload.includes('"ready"')
    },
    gone(member) {
      member.pingAt = 0
      member.owed = undefined
    },
    report(member, head) {
      if (corked) member.socket?.cork()
      ping(member)
      write(member, member.frames.latency)
      if (head !== undefined) block(member, head)
      write(member, member.frames.pending)
      write(member, member.frames.stats)
      if (corked) member.socket?.uncork()
    },
    head(member, head) {
      if (corked) member.socket?.cork()
      block(member, head)
      write(member, member.frames.pending)
      if (corked) member.socket?.uncork()
    },
    drained(member) {
      if (member.owed !== undefined) block(member, member.owed)
    },
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
      }
    },
    clear() {
      pings.clear()
      stayedPings.clear()
    },
  }
}
