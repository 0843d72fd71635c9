/** What the exchange of four timestamps says of the clock of a node's machine, as metrics of the node. */
import type { Metric } from '@netstats/protocol'

/** Pings may come more often than the history should have their results: a server measures every 30 s. */
export const clockEveryMs = 10_000

/**
 * Both in seconds. `clock.offset`: how far the agent's clock is ahead of the server's. `clock.error`: by how much that may be
 * wrong either way, half the round trip and a millisecond.
 */
export const clockMetrics = (clock: { readonly offsetMs: number; readonly errorMs: number }): readonly Metric[] => [
  { name: 'clock.offset', value: clock.offsetMs / 1000 },
  { name: 'clock.error', value: clock.errorMs / 1000 },
]
