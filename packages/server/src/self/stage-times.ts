/**
 * Where the time of a frame goes. One frame in sixty-four is measured: the clock is cheap, but not free at ten thousand
 * frames a second.
 */
export const stages = ['parse', 'apply', 'feed', 'classic'] as const
export type Stage = (typeof stages)[number]

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
