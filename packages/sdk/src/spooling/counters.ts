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

export const createCounters = (): Counters => {
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
      }
    },
    dropped: () => [...byKey.values()],
  }
}
