import type { Clock } from './clock.ts'

export interface BackoffOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Ceiling of the first wait. */
  readonly firstMs?: number
  /** No ceiling grows beyond it. */
  readonly maxMs?: number
  /** What the ceiling grows by after each wait. */
  readonly factor?: number
  /** No wait is shorter: a part that fails at once must not spin. */
  readonly minMs?: number
  /** So long must it have worked for the next failure to count as the first. */
  readonly healthyAfterMs?: number
  /** From 0 to 1; tests pass their own. */
  readonly random?: () => number
}

/**
 * How long to wait before the next attempt: anywhere between `minMs` and a ceiling that grows with every failure (full
 * jitter), so that ten thousand agents that lost one server do not come back in one wave.
 */
export interface Backoff {
  /** Says that an attempt failed; milliseconds to wait before the next. */
  next(): number
  /** Says that it works since now. Long enough without a failure and the next one starts from the first ceiling. */
  working(): void
  /** Starts over at once. */
  reset(): void
  /** Failures since it last started over. */
  failures(): number
}

export const createBackoff = (options: BackoffOptions): Backoff => {
  const { clock, firstMs = 1000, maxMs = 60_000, factor = 2, minMs = 50 } = options
  const { healthyAfterMs = 30_000, random = Math.random } = options
  let failures = 0
  let workingSince: number | undefined
  return {
    next() {
      if (workingSince !== undefined && clock.monotonic() - workingSince >= healthyAfterMs) failures = 0
      workingSince = undefined
      const ceiling = Math.min(maxMs, firstMs * factor ** Math.min(failures, 100))
      failures++
      const floor = Math.min(minMs, ceiling)
      return floor + random() * (ceiling - floor)
    },
    working() {
      workingSince ??= clock.monotonic()
    },
    reset() {
      failures = 0
      workingSince = undefined
    },
    failures: () => failures,
  }
}
