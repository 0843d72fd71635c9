/** How full the ingress queue is, and who may put a frame into it. */
import type { ShedClass } from '@netstats/protocol'
import type { ShedReason } from './shed-counts.ts'
import type { QueueLimits, QueueSource } from './queue-model.ts'

export interface QueueRoom {
  readonly limits: QueueLimits
  items: number
  bytes: number
  /** Groups of which something waits. */
  groups: number
}

const shares: Readonly<Record<ShedClass, number>> = { latency: 0.5, stats: 0.75, log: 0.9, block: 2, alarm: 2 }

export const isFuller = ({ limits, items, bytes }: QueueRoom, share: number): boolean =>
  items > limits.items * share || bytes > limits.bytes * share

export const add = (room: QueueRoom, source: QueueSource, size: number): void => {
  const { group } = source
  room.items++
  room.bytes += size
  source.waitingBytes += size
  if (group === undefined) return
  if (group.items++ === 0) room.groups++
  group.bytes += size
}

export const remove = (room: QueueRoom, source: QueueSource, size: number): void => {
  const { group } = source
  room.items--
  room.bytes -= size
  source.waitingBytes -= size
  if (group === undefined) return
  if (--group.items === 0) room.groups--
  group.bytes -= size
}

/** Whether so little of its group waits that others give way. */
export const isBelowFairShare = ({ limits, groups }: QueueRoom, { group }: QueueSource, size: number): boolean => {
  if (group === undefined) return false
  const part = 1 / (4 * Math.max(1, groups + (group.items === 0 ? 1 : 0)))
  return group.items + 1 <= limits.items * part && group.bytes + size <= limits.bytes * part
}

export const refusal = (
  room: QueueRoom,
  source: QueueSource,
  size: number,
  shedClass: ShedClass,
): ShedReason | undefined => {
  const { limits, items, bytes } = room
  const share = shares[shedClass]
  if (items + 1 > limits.items * share && !isBelowFairShare(room, source, size)) return 'items'
  if (bytes + size > limits.bytes * share && !isBelowFairShare(room, source, size)) return 'bytes'
  const queue = source.waiting
  if (queue === undefined) return undefined
  const own = Math.min(1, share)
  if (queue.length + 1 > limits.sessionItems * own) return 'session'
  return source.waitingBytes + size > limits.sessionBytes * own ? 'session' : undefined
}
