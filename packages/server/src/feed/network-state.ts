/**
 * What the feed keeps per network besides the core's own rows: a summary made at most once a second, the node table
 * of windows while somebody looks at one, and the sorted tables that windows share.
 */
import type { NetworkSummary } from '@netstats/protocol/feed'
import type { ChangeSet } from '../shard/change-set.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import { isEqual } from './diff.ts'
import { createNodeTable } from './node-table.ts'
import type { NodeTable } from './node-table.ts'
import { timed } from '../lib/work-steps.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { IndexSpec } from './index-order.ts'
import { createWindowIndex, indexKey } from './window-index.ts'
import type { WindowIndex } from './window-index.ts'

/** Hands out time measurements; wall clocks never measure. */
export type Monotonic = () => number

export interface IndexLease extends Disposable {
  readonly index: WindowIndex
  /** Puts the index in order if it is not and its last mending is long enough ago. */
  freshen(): WorkSteps
}

export interface TableLease extends Disposable {
  readonly table: NodeTable
}

export interface NetworkState {
  readonly key: string
  readonly view: NetworkView
  /** True when the summary may differ from the last one made. */
  readonly summaryDirty: boolean
  /** The last one made; the same object until something in it changed. Undefined before the first `summarize`. */
  readonly summary: NetworkSummary | undefined
  /** Makes a new one where it is dirty and the last one is old enough. */
  summarize(): WorkSteps
  apply(dirty: ChangeSet): WorkSteps
  leaseTable(): TableLease
  leaseIndex(spec: IndexSpec): IndexLease
  /** Sorted tables that are kept in order. */
  readonly indexes: number
}

export const pace = {
  summaryMs: 1000,
  indexMs: 250,
  /** Neither summaries nor sorted tables take more than one part in this many of the time. */
  share: 20,
} as const

export const createNetworkState = (view: NetworkView, monotonic: Monotonic): NetworkState => {
  let table: NodeTable | undefined
  let tableUsers = 0
  const indexes = new Map<string, { index: WindowIndex; users: number; nextAt: number }>()
  let summaryDirty = true
  let summary: NetworkSummary | undefined
  let nextSummaryAt = Number.NEGATIVE_INFINITY

  const openTable = (): NodeTable => {
    tableUsers++
    table ??= createNodeTable(view)
    return table
  }
  const closeTable = (): void => {
    if (--tableUsers === 0) table = undefined
  }

  return {
    key: view.key,
    view,
    get summaryDirty() {
      return summaryDirty
    },
    get indexes() {
      return indexes.values().reduce((sum, { index }) => sum + Number(index.ready), 0)
    },
    get summary() {
      return summary
    },
    *summarize() {
      const startedAt = monotonic()
      if (summary !== undefined && (!summaryDirty || startedAt < nextSummaryAt)) return
      // What changes while it is made makes it dirty again.
      summaryDirty = false
      let spent = 0
      const next = roundedSummary(yield* timed(view.summarize(), monotonic, (ms) => (spent += ms)))
      if (summary === undefined || !isEqual(summary, next)) summary = next
      nextSummaryAt = startedAt + Math.max(pace.summaryMs, pace.share * spent)
    },
    *apply(dirty) {
      summaryDirty ||= dirty.summary
      if (table !== undefined && dirty.nodes.size + dirty.removedNodes.size > 0) yield* table.apply(dirty)
    },
    leaseTable: () => ({ table: openTable(), [Symbol.dispose]: once(closeTable) }),
    leaseIndex(spec) {
      const key = indexKey(spec)
      let shared = indexes.get(key)
      if (shared === undefined) {
        shared = { index: createWindowIndex(openTable(), spec), users: 0, nextAt: Number.NEGATIVE_INFINITY }
        indexes.set(key, shared)
      }
      const own = shared
      own.users++
      return {
        index: own.index,
        *freshen() {
          const startedAt = monotonic()
          if (!own.index.dirty || startedAt < own.nextAt) return
          let spent = 0
          yield* timed(own.index.repair(), monotonic, (ms) => (spent += ms))
          own.nextAt = startedAt + Math.max(pace.indexMs, pace.share * spent)
        },
        [Symbol.dispose]: once(() => {
          if (--own.users > 0) return
          indexes.delete(key)
          own.index[Symbol.dispose]()
          closeTable()
        }),
      }
    },
  }
}

const once = (act: () => void): (() => void) => {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}

const digits = (value: number | null, places: number): number | null =>
  value === null ? null : Math.round(value * 10 ** places) / 10 ** places

/** Rounds what would otherwise change with every message of every node. */
const roundedSummary = (s: NetworkSummary): NetworkSummary => ({
  ...s,
  blockTimeMs: digits(s.blockTimeMs, 0),
  transactionsPerSecond: digits(s.transactionsPerSecond, 2),
  gasUsedShare: digits(s.gasUsedShare, 4),
  uptime: digits(s.uptime, 2),
  latencyMs: digits(s.latencyMs, 0),
})
