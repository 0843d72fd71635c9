import type { NetworkSummary } from '@netstats/protocol/feed'
import type { NetworkView } from '../shard/shard-model.ts'

/** Summaries cost time in proportion to the network: one is made at most once a second and rests with its view. */
export const createSummaries = (monotonic: () => number): ((view: NetworkView) => NetworkSummary) => {
  const made = new WeakMap<NetworkView, { readonly at: number; readonly summary: NetworkSummary }>()
  return (view) => {
    const now = monotonic()
    const last = made.get(view)
    if (last !== undefined && now - last.at < 1000) return last.summary
    const summary = view.summary()
    made.set(view, { at: now, summary })
    return summary
  }
}
