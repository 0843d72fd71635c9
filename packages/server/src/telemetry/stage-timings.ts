import type { MetricsRegistry } from './registry.ts'

/**
 * Where the time of a frame goes. One frame in sixty-four is measured: the clock is cheap, but not free at ten thousand
 * frames a second.
 */
const stages = ['parse', 'apply', 'feed', 'classic', 'consensus', 'alarms'] as const
export type Stage = (typeof stages)[number]

const bounds = [0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5]

export const registerStages = (registry: MetricsRegistry): StageTimesOptions['observe'] =>
  registry.histogram(
    'stage_duration_seconds',
    'Time of one frame (parse, apply; one in 64 is measured) or of one slice of work (feed, classic, consensus, alarms).',
    'stage',
    bounds,
  )

export interface StageTimes {
  /** Begins a frame; says whether it is measured and `end` must follow. */
  begin(): boolean
  /** Measures the core's part of a measured frame. */
  apply(run: () => void): void
  readonly sampling: boolean
  end(): void
  observe(stage: Stage, ms: number): void
}

export interface StageTimesOptions {
  readonly now: () => number
  readonly observe: (stage: Stage, seconds: number) => void
}

const every = 64

export const createStageTimes = ({ now, observe }: StageTimesOptions): StageTimes => {
  let count = 0
  let sampling = false
  let began = 0
  let applied = 0
  return {
    begin() {
      if (++count % every !== 0) return false
      sampling = true
      applied = 0
      began = now()
      return true
    },
    apply(run) {
      const from = now()
      run()
      applied += now() - from
    },
    get sampling() {
      return sampling
    },
    end() {
      sampling = false
      observe('apply', applied / 1000)
      observe('parse', (now() - began - applied) / 1000)
    },
    observe: (stage, ms) => observe(stage, ms / 1000),
  }
}
