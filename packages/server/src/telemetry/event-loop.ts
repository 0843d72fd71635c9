import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Delay of the event loop over the last whole window, seconds. */
export interface LoopDelay {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface LoopWatch extends Disposable {
  /** Delays of the last whole window; of the running one while the first is not over. */
  read(): LoopDelay
  /** Closes the window when it is over. Call it once a second. */
  tick(now: number): void
}

const resolutionMs = 50
const windowMs = 30_000

/** Watches in windows, so that one bad moment at the start does not stay in the numbers for ever. */
export const watchEventLoop = (start: number): LoopWatch => {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  let began = start
  let last: LoopDelay | undefined
  // The histogram measures the time between two of its timers; the timer's own length is no delay.
  const seconds = (ns: number): number => Math.max(0, ns / 1e9 - resolutionMs / 1000)
  const now = (): LoopDelay => ({
    p50: seconds(histogram.percentile(50)),
    p99: seconds(histogram.percentile(99)),
    max: seconds(histogram.max),
  })
  return {
    read: () => last ?? now(),
    tick(time) {
      if (time - began < windowMs) return
      began = time
      last = now()
      histogram.reset()
    },
    [Symbol.dispose]() {
      histogram.disable()
    },
  }
}
