/** Measures one server under the load of a fleet. */
import { setTimeout as pause } from 'node:timers/promises'
import { startLoad } from './load.ts'
import type { LoadOptions } from './load.ts'
import type { Counts } from './generator-messages.ts'
import { progress } from './report.ts'
import { scrape } from './scrape.ts'
import type { Baseline, ServerUnderTest } from './server-under-test.ts'
import type { Dashboards } from './dashboards.ts'
import { timesOf } from './time-counts.ts'
import type { Times } from './time-counts.ts'
import { startSampler } from './sampler.ts'
import type { Usage } from './sampler.ts'

export interface MeasureOptions extends LoadOptions {
  /** Reads /metrics of the server every five seconds, which costs it a little. */
  readonly scraped: boolean
  readonly warmupSeconds: number
  readonly seconds: number
}

export interface Measured {
  readonly counts: Counts
  readonly messages: number
  readonly messagesPerSecond: number
  readonly microsPerMessage: number
  /** Of agents that speak netstats; several make a message. */
  readonly observations: number
  readonly microsPerObservation: number
  readonly usage: Usage
  readonly feed: Times
  readonly viewerBytesPerSecond: number
  readonly classicBytesPerSecond: number
  readonly classicClosed: boolean
}

/** After the warm-up. A server that has too little CPU for its clients keeps its dashboards waiting. */
const firstRowsMs = 60_000

/** Without rows in the dashboards there would be no feed times, and no word of why. */
const waitForRows = async ({ port }: ServerUnderTest, dashboards: Dashboards): Promise<void> => {
  const late = pause(firstRowsMs, 'late' as const, { ref: false })
  if ((await Promise.race([dashboards.firstRows(), late])) !== 'late') return
  const shed = (await scrape(port)).sum('queue_shed_total')
  throw new Error(
    `the dashboards have no rows ${firstRowsMs / 1000} s after the warm-up; the server has shed ${shed} frames`,
  )
}

export const measure = async (target: ServerUnderTest | Baseline, options: MeasureOptions): Promise<Measured> => {
  using load = await startLoad(target, options)
  const { fleet, dashboards } = load
  progress(`${options.agents} agents in after ${(load.openedInMs / 1000).toFixed(1)} s`)
  using sampler = startSampler(target, options.scraped)
  await pause(options.warmupSeconds * 1000)
  await waitForRows(target, dashboards)
  const before = await fleet.counts(true)
  await sampler.begin()
  dashboards.feed.clear()
  dashboards.takeBytes()
  await pause(options.seconds * 1000)
  const counts = await fleet.counts()
  const usage = await sampler.read()
  const bytes = dashboards.takeBytes()
  const messages = counts.messages - before.messages
  const observations = (counts.observations ?? 0) - (before.observations ?? 0)
  if ('counts' in target) {
    const { frames } = await target.counts()
    if (frames < counts.messages * 0.95)
      throw new Error(`the baseline has read only ${frames} of ${counts.messages} frames`)
  }
  return {
    counts: { ...counts, blocked: counts.blocked - before.blocked, blocks: counts.blocks - before.blocks },
    messages,
    messagesPerSecond: messages / usage.seconds,
    microsPerMessage: (usage.cpuMs * 1000) / messages,
    observations,
    microsPerObservation: (usage.cpuMs * 1000) / observations,
    usage,
    feed: timesOf(dashboards.feed),
    viewerBytesPerSecond: bytes.feed / usage.seconds,
    classicBytesPerSecond: bytes.classic / usage.seconds,
    classicClosed: dashboards.classicClosed,
  }
}
