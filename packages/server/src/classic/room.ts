/**
 * One network as the classic dashboard sees it: what changed since the last look, as the messages that page knows. A
 * node that changed ten times between two looks makes one set of messages. Pure: it writes text, others send it.
 */
import type { NodeRow } from '@netstats/protocol/feed'
import { classicHistory, escapeHtml, writeAction, writeInit } from '@netstats/protocol/ethstats'
import type { Dirty, NetworkView } from '../shard/model.ts'
import { chartsOf, uncleSumsOf } from './charts.ts'
import { blockOf, infoOf, latencyOf, nodeOf, reportOf, statsOf } from './rows.ts'

export interface Room {
  /** All rows, in the envelope that answers one page, or in the one that goes to all. */
  init(envelope: 'answer' | 'broadcast'): string
  charts(): string
  /** Messages for what changed. `newcomers`: rows came or went, which the page only learns by a new `init`. */
  changes(dirty: Dirty): {
    readonly messages: readonly string[]
    readonly newcomers: boolean
    readonly charts: boolean
  }
}

const uncleSumsEveryMs = 10_000

export const createRoom = (view: NetworkView, now: () => number): Room => {
  /** Rows as the pages of this room know them: those of the last broadcast, and what was told since. */
  const shown = new Map<string, NodeRow>()
  let fresh = true
  let uncleSums: readonly number[] = []
  let uncleSumsAt = -Infinity

  const rows = (): NodeRow[] => {
    const all: NodeRow[] = []
    for (const id of view.nodeIds()) {
      const row = view.node(id)
      if (row !== undefined) all.push(row)
    }
    return all
  }

  return {
    init(envelope) {
      const { networkId } = view.summary()
      // An answer goes to one page only. The others still have to be told what changed, so it leaves `shown` alone.
      const renew = fresh || envelope === 'broadcast'
      fresh = false
      if (renew) shown.clear()
      const nodes = rows().map((row) => {
        if (renew) shown.set(row.id, row)
        return nodeOf(view, networkId, row)
      })
      return envelope === 'answer' ? writeInit(nodes) : writeAction('init', nodes)
    },
    charts() {
      if (now() - uncleSumsAt >= uncleSumsEveryMs) {
        uncleSums = uncleSumsOf(view)
        uncleSumsAt = now()
      }
      return writeAction('charts', chartsOf(view, uncleSums))
    },
    changes(dirty) {
      const messages: string[] = []
      let newcomers = false
      let known: string | null | undefined
      // A summary looks at every node: one a look at most.
      const networkId = (): string | null => {
        if (known === undefined) ({ networkId: known } = view.summary())
        return known
      }
      for (const id of dirty.removedNodes) if (shown.delete(id)) newcomers = true
      for (const id of dirty.nodes) {
        const row = view.node(id)
        if (row === undefined) continue
        const before = shown.get(id)
        shown.set(id, row)
        if (before === undefined) {
          newcomers = true
          const { id: safeId, info, stats, history, geo } = nodeOf(view, networkId(), row)
          messages.push(writeAction('add', { id: safeId, info, stats, history, geo }))
        } else messages.push(...rowChanges(view, networkId, before, row))
      }
      return { messages, newcomers, charts: dirty.blocks.size > 0 || dirty.removedBlocks.size > 0 }
    },
  }
}

const reported = ['state', 'mining', 'syncing', 'hashrate', 'peers', 'gasPrice', 'uptime'] as const
const informed = [
  'name',
  'client',
  'port',
  'protocol',
  'api',
  'os',
  'osVersion',
  'reporter',
  'contact',
  'coinbase',
] as const

const rowChanges = (view: NetworkView, networkId: () => string | null, before: NodeRow, row: NodeRow): string[] => {
  const id = escapeHtml(row.id)
  const messages: string[] = []
  if (informed.some((key) => row[key] !== before[key])) {
    messages.push(writeAction('info', { id, info: infoOf(networkId(), row) }))
  }
  if (row.state === 'inactive' && before.state === 'active') {
    messages.push(writeAction('inactive', { id, stats: statsOf(view, row), history: classicHistory(row.propagation) }))
    return messages
  }
  if (row.blockHash !== before.blockHash || row.propagationMs !== before.propagationMs) {
    const block = blockOf(view, row)
    if (block !== undefined) {
      const propagationAvg = Math.round(row.propagationAvgMs ?? 0)
      messages.push(writeAction('block', { id, block, propagationAvg, history: classicHistory(row.propagation) }))
    }
  }
  if (row.pending !== null && row.pending !== before.pending) {
    messages.push(writeAction('pending', { id, pending: row.pending }))
  }
  if (reported.some((key) => row[key] !== before[key]) || latencyOf(row) !== latencyOf(before)) {
    messages.push(writeAction('stats', { id, stats: reportOf(row) }))
  }
  return messages
}
