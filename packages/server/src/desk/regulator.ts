/**
 * Turns how far behind the pipeline is into how agents shall go about it. Slower at once, faster only after some calm, one
 * step at a time: thirty thousand agents that all speed up together would be the next overload.
 */
import type { Pace } from '../bus/model.ts'

export interface RegulatorLimits {
  /** Observations of all agents together that may be in flight while all is well. */
  readonly flight: number
  /** Of one agent. */
  readonly window: number
  readonly reportMs: number
  readonly lingerMs: number
}

export const defaultRegulatorLimits: RegulatorLimits = {
  flight: 2_000_000,
  window: 1000,
  reportMs: 15_000,
  lingerMs: 1000,
}

export interface Regulator {
  /** `load`: 0 while the pipeline keeps up, 1 when nothing is taken any more. `now` is monotonic. True: the pace is another. */
  look(load: number, agents: number, now: number): boolean
  readonly pace: Pace
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
/** Whoever has less in flight than this can not even send one round of reports. */
const leastWindow = 20
/** Agents come and go: a share that has changed by less is not worth telling everybody. */
const worthTelling = 1.25

export const createRegulator = (limits: RegulatorLimits = defaultRegulatorLimits): Regulator => {
  let level = 0
  let calmSince: number | undefined
  let pace: Pace = { reportMs: limits.reportMs, lingerMs: limits.lingerMs, window: limits.window }

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
    look(load, agents, now) {
      const before = level
      settle(load, now)
      const { slower, credit } = levels[level] ?? levels[0]
      const share = Math.min(limits.window, limits.flight / Math.max(1, agents))
      const window = Math.max(leastWindow, Math.floor(share * credit))
      const ratio = window / pace.window
      if (level === before && ratio < worthTelling && ratio > 1 / worthTelling) return false
      pace = { reportMs: limits.reportMs * slower, lingerMs: limits.lingerMs * slower, window }
      return true
    },
    get pace() {
      return pace
    },
    get level() {
      return level
    },
  }
}
