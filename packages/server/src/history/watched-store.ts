import type { WatchedPart } from '@netstats/runtime'
import type { HistoryCounts } from './history-metrics.ts'

/** A batch on a slow disk takes seconds; one that takes so long hangs, and nothing is written behind it. */
const stuckAfterMs = 300_000

/** The store while a batch waits for it: it gets on with each that it has written or refused. */
export const watchedStore = ({ writer, rowBuffer }: Pick<HistoryCounts, 'writer' | 'rowBuffer'>): WatchedPart => ({
  id: 'store',
  boundMs: stuckAfterMs,
  progress() {
    if (writer.store === undefined || rowBuffer.first() === undefined) return undefined
    return writer.counts.batches + writer.counts.errors.values().reduce((sum, count) => sum + count, 0)
  },
})
