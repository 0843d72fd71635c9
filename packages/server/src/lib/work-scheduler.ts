/**
 * Does long work on the main thread a few milliseconds at a time: one work after the other, each to its end, and between
 * two slices everything else has its turn.
 */
import { whole } from './work-steps.ts'
import type { WorkSteps } from './work-steps.ts'

export interface WorkSchedulerOptions {
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  /** Calls back after pending I/O: `setImmediate`. */
  readonly defer: (run: () => void) => void
  /** Told the time each slice took. */
  readonly onSlice?: ((ms: number) => void) | undefined
}

export interface WorkScheduler {
  /** Begins at once where nothing else is under way; else it waits, once however often it is asked for. */
  run(work: () => WorkSteps): void
  /** Whether the work is under way or waits. */
  has(work: () => WorkSteps): boolean
  /** Throws what a work has thrown since the last call: in a slice there is nobody to tell. */
  check(): void
  /** Does all that is left now, and nothing any more. */
  finish(): void
}

/** Others wait this long at most, and as long as one more step takes. */
const sliceMs = 4
/**
 * Of the time that others take, work takes this part at most while they have much to do: what is shown can wait for what
 * comes in, and costs less when more of it has come.
 */
const partOfOthers = 1 / 4
const leastMs = 0.5

export const createWorkScheduler = ({ monotonic, defer, onSlice }: WorkSchedulerOptions): WorkScheduler => {
  const waiting = new Set<() => WorkSteps>()
  let current: { readonly work: () => WorkSteps; readonly steps: WorkSteps } | undefined
  let failure: { readonly error: unknown } | undefined
  let idle = true
  let closed = false
  let endedAt = Number.NEGATIVE_INFINITY

  const next = (): WorkSteps | undefined => {
    if (current !== undefined) return current.steps
    const [work] = waiting
    if (work === undefined) return undefined
    waiting.delete(work)
    current = { work, steps: work() }
    return current.steps
  }

  const slice = (): void => {
    if (closed) return
    const from = monotonic()
    const budget = Math.min(sliceMs, Math.max(leastMs, (from - endedAt) * partOfOthers))
    try {
      for (let steps = next(); steps !== undefined; steps = next()) {
        if (steps.next().done === true) current = undefined
        if (monotonic() - from >= budget) break
      }
    } catch (error) {
      current = undefined
      failure ??= { error }
    }
    endedAt = monotonic()
    onSlice?.(endedAt - from)
    idle = current === undefined && waiting.size === 0
    if (!idle) defer(slice)
  }

  return {
    run(work) {
      waiting.add(work)
      if (!idle) return
      idle = false
      slice()
    },
    has: (work) => current?.work === work || waiting.has(work),
    check() {
      if (failure === undefined) return
      const { error } = failure
      failure = undefined
      throw error
    },
    finish() {
      closed = true
      for (let steps = next(); steps !== undefined; steps = next()) {
        whole(steps)
        current = undefined
      }
    },
  }
}
