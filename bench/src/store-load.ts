/** Writes the rows of a fleet as fast as the store takes them. */
import type { Store } from '@netstats/store'
import { createBatcher } from './store-batcher.ts'
import type { StoreData, Wanted } from './store-data.ts'
import { cpuSeconds, peakRss } from './store-process.ts'

export interface LoadPlan {
  /** First second to write, and the one that is no longer written. */
  readonly from: number
  readonly to: number
  /** Seconds of the fleet in one batch. */
  readonly batchSeconds: number
  /** How much of the end has single sights and named metrics, seconds. */
  readonly seenSeconds: number
  readonly metricSeconds: number
}

export interface LoadFigures {
  readonly rows: Readonly<Record<string, number>>
  readonly total: number
  readonly seconds: number
  readonly cpuSeconds: number
  /** Of it, what making the rows took. */
  readonly makingCpuSeconds: number
  readonly commits: readonly number[]
  readonly peakRssBytes: number
}

const wantedAt = (plan: LoadPlan, second: number): Wanted => ({
  seen: second >= plan.to - plan.seenSeconds,
  metrics: second >= plan.to - plan.metricSeconds,
})

export const load = async (
  store: Store,
  data: StoreData,
  plan: LoadPlan,
  onMinute: (minute: number, rows: number) => void = () => undefined,
): Promise<LoadFigures> => {
  const batcher = createBatcher()
  const rows: Record<string, number> = {}
  const commits: number[] = []
  let total = 0
  let making = 0
  const make = (from: number) => {
    const began = process.threadCpuUsage()
    if (from === plan.from && from === 0) data.introduce(batcher)
    for (let second = from; second < Math.min(plan.to, from + plan.batchSeconds); second++) {
      data.raw(batcher, second, wantedAt(plan, second))
      data.rollUps(batcher, second, wantedAt(plan, second))
    }
    const made = batcher.take()
    const { user, system } = process.threadCpuUsage(began)
    making += (user + system) / 1e6
    return made
  }
  using rss = peakRss()
  const cpu = cpuSeconds()
  const began = performance.now()
  let writing: Promise<void> = Promise.resolve()
  for (let second = plan.from; second < plan.to; second += plan.batchSeconds) {
    // The next rows are made while the last ones are written: two cores are kept busy, as in a server.
    const { batch, rows: counts } = make(second)
    await writing
    for (const [table, count] of Object.entries(counts)) {
      rows[table] = (rows[table] ?? 0) + count
      total += count
    }
    const start = performance.now()
    writing = store.write(batch).then(() => {
      commits.push(performance.now() - start)
    })
    if (second % 60 < plan.batchSeconds) onMinute(Math.floor(second / 60), total)
  }
  await writing
  return {
    rows,
    total,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: cpuSeconds() - cpu,
    makingCpuSeconds: making,
    commits: commits.sort((a, b) => a - b),
    peakRssBytes: rss.bytes(),
  }
}
