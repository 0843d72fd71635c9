/** Samples a server under test: CPU time, memory, and the metrics of its store. */
import { pssBytes, threadsOf, useOf } from './process-tree.ts'
import type { ProcessUse } from './process-tree.ts'
import { scrape } from './scrape.ts'
import type { Scrape } from './scrape.ts'
import { slopePerHour } from './soak-slope.ts'
import type { ServerUnderTest } from './server-under-test.ts'

export interface Sampler extends Disposable {
  /** Starts a measurement. */
  begin(): Promise<void>
  read(): Promise<Usage>
}

export interface ProcessShare {
  readonly command: string
  readonly cores: number
  readonly rssBytes: number
  readonly pssBytes: number
}

export interface Usage {
  readonly seconds: number
  readonly cpuMs: number
  readonly cores: number
  /** Highest of all processes together, pages that they share counted in each. */
  readonly peakRssBytes: number
  /** At the end, pages that they share counted once. */
  readonly pssBytes: number
  readonly rssSlopePerHour: number
  readonly processes: readonly ProcessShare[]
  /** Threads of all processes that took more than a hundredth of a core. */
  readonly threads: readonly { readonly name: string; readonly cores: number }[]
  readonly before: Scrape | undefined
  readonly after: Scrape | undefined
  /** Longest time a row has waited for the store, and the most bytes that waited. */
  readonly lagSeconds: number
  readonly waitingBytes: number
}

const rssEveryMs = 1000
const scrapeEveryMs = 5000

/** `scraped`: it is a server of ours, which has metrics. */
export const startSampler = (target: ServerUnderTest, scraped: boolean): Sampler => {
  let began = performance.now()
  let before: readonly ProcessUse[] = []
  let threadsBefore = new Map<number, ReadonlyMap<string, number>>()
  let scrapeBefore: Scrape | undefined
  let rss: [number, number][] = []
  let peak = 0
  let lagSeconds = 0
  let waitingBytes = 0

  const threadsNow = (): Map<number, ReadonlyMap<string, number>> =>
    new Map(target.pids.map((pid) => [pid, threadsOf(pid)]))

  const measure = (): void => {
    const bytes = useOf(target.pids).reduce((sum, one) => sum + one.rssBytes, 0)
    rss.push([(performance.now() - began) / 1000, bytes])
    peak = Math.max(peak, bytes)
  }
  const look = async (): Promise<void> => {
    // A server that is away, or too busy to answer, is asked again.
    const now = await scrape(target.port).catch(() => undefined)
    lagSeconds = Math.max(lagSeconds, now?.sum('history_lag_seconds') ?? 0)
    waitingBytes = Math.max(waitingBytes, now?.sum('history_buffer_bytes') ?? 0)
  }
  const timers = [setInterval(measure, rssEveryMs)]
  if (scraped) timers.push(setInterval(() => void look(), scrapeEveryMs))

  return {
    async begin() {
      if (scraped) scrapeBefore = await scrape(target.port)
      rss = []
      peak = 0
      lagSeconds = 0
      waitingBytes = 0
      began = performance.now()
      threadsBefore = threadsNow()
      before = useOf(target.pids)
      measure()
    },
    async read() {
      const seconds = (performance.now() - began) / 1000
      const after = useOf(target.pids)
      const threadsAfter = threadsNow()
      measure()
      const cpuOf = ({ pid, cpuMs }: ProcessUse): number => cpuMs - (before.find((one) => one.pid === pid)?.cpuMs ?? 0)
      const cpuMs = after.reduce((sum, one) => sum + cpuOf(one), 0)
      const threads = [...threadsAfter].flatMap(([pid, times]) =>
        [...times].map(([name, ms]) => ({
          name: `${pid} ${name}`,
          cores: (ms - (threadsBefore.get(pid)?.get(name) ?? 0)) / 1000 / seconds,
        })),
      )
      const processes = after.map((one) => ({
        command: one.command,
        cores: cpuOf(one) / 1000 / seconds,
        rssBytes: one.rssBytes,
        pssBytes: pssBytes(one.pid),
      }))
      return {
        seconds,
        cpuMs,
        cores: cpuMs / 1000 / seconds,
        peakRssBytes: peak,
        pssBytes: processes.reduce((sum, one) => sum + one.pssBytes, 0),
        rssSlopePerHour: slopePerHour(rss.slice(rss.length >> 1)),
        processes,
        threads: threads.filter(({ cores }) => cores >= 0.01).sort((a, b) => b.cores - a.cores),
        before: scrapeBefore,
        after: scraped ? await scrape(target.port).catch(() => undefined) : undefined,
        lagSeconds,
        waitingBytes,
      }
    },
    [Symbol.dispose]: () => timers.forEach((timer) => clearInterval(timer)),
  }
}
