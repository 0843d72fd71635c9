import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'

/**
 * Why an item was given up. `rate`: its session sends more than it may; `session`: too much of its session waits;
 * `items`, `bytes`: the whole queue is too full for its class.
 */
export const shedReasons = ['rate', 'session', 'items', 'bytes'] as const
export type ShedReason = (typeof shedReasons)[number]

/** Shed items by class and reason, counted without allocating. */
export type ShedCounts = Readonly<Record<ShedClass, Record<ShedReason, number>>>

export const createShedCounts = (): ShedCounts => {
  const entries = shedClasses.map((one) => [one, { rate: 0, session: 0, items: 0, bytes: 0 }])
  return Object.fromEntries(entries) as ShedCounts
}
