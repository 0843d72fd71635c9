import type { Clock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { Drop } from './drops.ts'
import type { SpoolStats } from './stats.ts'

/** What a spool counts since the start of the process. */
export interface Counters {
  appended: number
  unwanted: number
  unreadable: number
  commits: number
  slowestMs: number
  replaced: number
  drop(drops: Iterable<Drop>): void
  dropped(): SpoolStats['dropped']
}

/** Giving up for one reason starts to be news again after so long without. */
const newsMs = 60_000

export const createCounters = (clock: Clock, log: Logger): Counters => {
  const lastNewsAt = new Map<string, number>()
  const byKey = new Map<string, SpoolStats['dropped'][number]>()
  return {
    appended: 0,
    unwanted: 0,
    unreadable: 0,
    commits: 0,
    slowestMs: 0,
    replaced: 0,
    drop(drops) {
      for (const { reason, class: shed, dropped } of drops) {
        const key = `${reason} ${shed}`
        byKey.set(key, { reason, class: shed, count: (byKey.get(key)?.count ?? 0) + dropped })
        const quietMs = clock.monotonic() - (lastNewsAt.get(reason) ?? -Infinity)
        if (quietMs >= newsMs) log.warn({ reason, class: shed }, 'the spool gives up observations')
        lastNewsAt.set(reason, clock.monotonic())
      }
    },
    dropped: () => [...byKey.values()],
  }
}
