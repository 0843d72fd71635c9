/** Frames sent by the agents of one generator, and the times of their pings: the same in every protocol. */
import type { Member } from './fleet-connections.ts'
import type { Counts } from './generator-messages.ts'
import { createTimeCounts, timesOf } from './time-counts.ts'

export interface PingingMember extends Member {
  /** When the ping that waits for its answer was sent, monotonic; 0 where none does. */
  pingAt: number
}

export interface AgentTraffic<M extends PingingMember> {
  /** False where the socket is full: the frame is dropped and counted as blocked. */
  write(member: M, frame: Buffer): boolean
  ping(member: M, frame: Buffer): void
  pong(member: M): void
  countBlock(): void
  counts(members: readonly M[]): Pick<Counts, 'messages' | 'bytes' | 'blocks' | 'blocked' | 'pings' | 'stayedPings'>
  clear(): void
}

/** geth closes a connection whose ping is not answered by then; here it is counted as overdue. */
const pingTimeoutMs = 5000
/** A socket with this much unsent takes no more: frames that can wait do, others are dropped. */
const fullSocketBytes = 1 << 16

export const createAgentTraffic = <M extends PingingMember>(): AgentTraffic<M> => {
  const pings = createTimeCounts()
  const stayedPings = createTimeCounts()
  let messages = 0
  let bytes = 0
  let blocks = 0
  let blocked = 0
  let sent = 0
  let answered = 0

  const write = ({ socket }: M, frame: Buffer): boolean => {
    if (socket === undefined || socket.writableLength > fullSocketBytes) {
      blocked++
      return false
    }
    messages++
    bytes += frame.length
    socket.write(frame)
    return true
  }

  return {
    write,
    ping(member, frame) {
      if (!write(member, frame)) return
      sent++
      if (member.pingAt === 0) member.pingAt = performance.now()
    },
    pong(member) {
      answered++
      const ms = performance.now() - member.pingAt
      if (member.pingAt > 0) pings.add(ms)
      if (member.pingAt > 0 && member.stayed) stayedPings.add(ms)
      member.pingAt = 0
    },
    countBlock: () => void blocks++,
    counts(members) {
      const late = performance.now() - pingTimeoutMs
      const overdue = members.reduce((sum, { pingAt }) => sum + (pingAt > 0 && pingAt < late ? 1 : 0), 0)
      return {
        messages,
        bytes,
        blocks,
        blocked,
        pings: { sent, answered, overdue, ...timesOf(pings) },
        stayedPings: timesOf(stayedPings),
      }
    },
    clear() {
      pings.clear()
      stayedPings.clear()
    },
  }
}
