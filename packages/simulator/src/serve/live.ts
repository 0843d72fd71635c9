/** Lets the time of a network pass with that of a clock. */
import type { Clock } from '@netstats/sdk'
import type { Network } from '../network.ts'

export interface LiveOptions {
  readonly clock: Clock
  /** How many times faster than the clock's; 1 unless told. */
  readonly speed?: number
}

/** Longest wait for the next event: what is done to a network between its events is noticed then. */
const longestWaitMs = 200
/** A machine that slept has hours to catch up with; between such pieces everybody else gets a turn. */
const pieceMs = 5000

/** Until it is disposed of. From now on the network's time passes; what lies before stays as it is. */
export const runLive = (network: Network, { clock, speed = 1 }: LiveOptions): AsyncDisposable => {
  const ended = new AbortController()
  const { signal } = ended
  const from = network.now()
  const since = clock.now()
  const pass = async (): Promise<void> => {
    while (!signal.aborted) {
      const now = from + (clock.now() - since) * speed
      network.runUntil(Math.min(now, network.now() + pieceMs))
      const isBehind = network.now() < now
      const next = Math.max(0, (network.nextAt() ?? Infinity) - network.now()) / speed
      await clock.sleep(isBehind ? 0 : Math.min(next, longestWaitMs), { signal })
    }
  }
  const done = pass().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    [Symbol.asyncDispose]: async () => {
      ended.abort()
      await done
    },
  }
}
