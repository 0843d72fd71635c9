import type { UnixMs } from '@netstats/protocol'

/** Time as a dependency: production passes `systemClock`, tests a fake that moves when told. */
export interface Clock {
  /** Wall clock. May step; use it for what is shown or sent, never to measure. */
  now(): UnixMs
  /** Milliseconds from an arbitrary origin that never step. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, options: { signal: AbortSignal }): Promise<void>
  /** Ticks at once and then every `ms`; a slow consumer misses ticks, it never gets them late in a bunch. Ends on abort. */
  every(ms: number, options: { signal: AbortSignal }): AsyncIterable<void>
}
