/**
 * Sets how often agents report and how much they send ahead, from the load of the pipeline. Slower at once, faster only after
 * some calm, one step at a time: thirty thousand agents that all speed up together would be the next overload.
 */
import type { ReportRate } from '../bus/bus-messages.ts'

export interface RateLimits {
  /** Observations of all agents together that may be in flight while all is well. */
  readonly flight: number
  /** Of one agent. */
  readonly window: number
  /** Statistics reports of all agents together a second: as many agents as there are report as often as that allows. */
  readonly reportsPerSecond: number
  /** The shortest and the longest report interval without load; slowing down begins at the longest. */
  readonly leastReportMs: number
  readonly reportMs: number
  readonly lingerMs: number
}

export const defaultRateLimits: RateLimits = {
  flight: 2_000_000,
  window: 1000,
  reportsPerSecond: 2000,
  leastReportMs: 1000,
  reportMs: 15_000,
  lingerMs: 1000,
}

export interface RateController {
  /** `load`: 0 while the pipeline keeps up, 1 when nothing is taken any more. `now` is monotonic. True: the rate has changed. */
  update(load: number, agents: number, now: number): boolean
  readonly current: ReportRate
  /** 0 is full speed. */
  readonly level: number
}

/** From which load on, how much slower, and with what share of the credit. */
const levels = [
  { from: 0, slower: 1, credit: 1 },
  { from: 0.3, slower: 2, credit: 0.5 },
  { from: 0.5, slower: 4, credit: 0.25 },
  { from: 0.7, slower: 8, credit: 0.1 },
  { from: 0.9, slower: 16, credit: 0.05 },
] as const
/** A level is left for a lower one when the load is so far below where it begins, and has been for so long. */
const slack = 0.1
const calmMs = 10_000
/** With less in flight than this an agent cannot even send one round of reports. */
const leastWindow = 20
/** Agents come and go: a share that has changed by less is not worth a message to all. */
const worthTelling = 1.25

export const createRateController = (limits: RateLimits = defaultRateLimits): RateController => {
  let level = 0
  let calmSince: number | undefined
  let rate: ReportRate = { reportMs: limits.leastReportMs, lingerMs: limits.lingerMs, window: limits.window }

  /** Without load, an agent reports as often as it is configured to, unless there are very many of them. */
  const reportMsFor = (agents: number): number => {
    if (level > 0) return limits.reportMs * (levels[level]?.slower ?? 1)
    const shared = Math.ceil((agents * 1000) / limits.reportsPerSecond)
    return Math.max(limits.leastReportMs, Math.min(limits.reportMs, shared))
  }

  const levelFor = (load: number): number => levels.findLastIndex(({ from }) => load >= from)

  const settle = (load: number, now: number): void => {
    const wanted = Math.max(0, levelFor(load))
    if (wanted >= level) {
      calmSince = undefined
      level = wanted
      return
    }
    if (load > (levels[level]?.from ?? 0) - slack) {
      calmSince = undefined
      return
    }
    calmSince ??= now
    if (now - calmSince < calmMs) return
    calmSince = now
    level--
  }

  return {
    update(load, agents, now) {
      const before = level
      settle(load, now)
      const { slower, credit } = levels[level] ?? levels[0]
      const share = Math.min(limits.window, limits.flight / Math.max(1, agents))
      const window = Math.max(leastWindow, Math.floor(share * credit))
      const reportMs = reportMsFor(agents)
      const isNews = (ratio: number): boolean => ratio >= worthTelling || ratio <= 1 / worthTelling
      if (level === before && !isNews(window / rate.window) && !isNews(reportMs / rate.reportMs)) return false
      rate = { reportMs, lingerMs: limits.lingerMs * slower, window }
      return true
    },
    get current() {
      return rate
    },
    get level() {
      return level
    },
  }
}
