/**
 * One network as the classic dashboard sees it: what changed since the last look, as the messages that page knows. A
 * node that changed ten times between two looks makes one set of messages. Pure: it writes text, others send it.
 */
import type { NodeRow } from '@netstats/protocol/feed'
import { classicHistory, escapeHtml, writeAction, writeInit } from '@netstats/protocol/ethstats'
import type { Dirty, NetworkView } from '../shard/model.ts'
import { chartsOf, uncleSumsOf } from './charts.ts'
import { createBlockTexts } from './block-texts.ts'
import type { BlockTexts } from './block-texts.ts'
import { infoOf, latencyOf, nodeOf, reportOf, statsOf } from './rows.ts'

export interface Room {
  /** All rows, in the envelope that answers one page, or in the one that goes to all. */
  init(envelope: 'answer' | 'broadcast'): string
  charts(): string
  /**
   * Messages for what changed, until the time is over: the rest waits for the next call, and who has waited longest comes
   * first. `newcomers`: rows came or went, which the page only learns by a new `init`.
   */
  changes(dirty: Dirty, until?: number): RoomChanges
  /** Rows that wait to be looked at. */
  readonly waiting: number
}

export interface RoomChanges {
  readonly messages: readonly string[]
  readonly newcomers: boolean
  readonly charts: boolean
}

const uncleSumsEveryMs = 10_000
/** Rows between two looks at the clock. */
const rowsAPiece = 8

export const createRoom = (view: NetworkView, now: () => number): Room => {
  /** Rows as the pages of this room know them: those of the last broadcast, and what was told since. */
  const shown = new Map<string, NodeRow>()
  const waiting = new Set<string>()
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
      if (renew) {
        shown.clear()
        waiting.clear()
      }
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
    changes(dirty, until = Infinity) {
      const messages: string[] = []
      let newcomers = false
      let known: string | null | undefined
      // A summary looks at every node: one a look at most.
      const networkId = (): string | null => {
        if (known === undefined) ({ networkId: known } = view.summary())
        return known
      }
      const blocks = createBlockTexts(view)
      for (const id of dirty.removedNodes) {
        waiting.delete(id)
        if (shown.delete(id)) newcomers = true
      }
      for (const id of dirty.nodes) waiting.add(id)
      let looked = 0
      for (const id of waiting) {
        if (++looked % rowsAPiece === 0 && now() >= until) break
        waiting.delete(id)
        const row = view.node(id)
        if (row === undefined) continue
        const before = shown.get(id)
        shown.set(id, row)
        if (before === undefined) {
          newcomers = true
          const { id: safeId, info, stats, history, geo } = nodeOf(view, networkId(), row)
          messages.push(writeAction('add', { id: safeId, info, stats, history, geo }))
        } else addRowChanges(messages, view, { networkId, blocks }, before, row)
      }
      return { messages, newcomers, charts: dirty.blocks.size > 0 || dirty.removedBlocks.size > 0 }
    },
    get waiting() {
      return waiting.size
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

interface Look {
  readonly networkId: () => string | null
  readonly blocks: BlockTexts
}

const addRowChanges = (
  messages: string[],
  view: NetworkView,
  { networkId, blocks }: Look,
  before: NodeRow,
  row: NodeRow,
): void => {
  const id = escapeHtml(row.id)
  if (informed.some((key) => row[key] !== before[key])) {
    messages.push(writeAction('info', { id, info: infoOf(networkId(), row) }))
  }
  if (row.state === 'inactive' && before.state === 'active') {
    messages.push(writeAction('inactive', { id, stats: statsOf(view, row), history: classicHistory(row.propagation) }))
    return
  }
  if (row.blockHash !== before.blockHash || row.propagationMs !== before.propagationMs) {
    const block = blocks.of(row)
    if (block !== undefined) {
      const propagationAvg = Math.round(row.propagationAvgMs ?? 0)
      const history = classicHistory(row.propagation).join()
      // By hand: most of what is sent are these, and the block in them is the same for thousands of nodes.
      messages.push(
        `{"action":"block","data":{"id":${JSON.stringify(id)},"block":${block},"propagationAvg":${propagationAvg},"history":[${history}]}}`,
      )
    }
  }
  if (row.pending !== null && row.pending !== before.pending) {
    messages.push(writeAction('pending', { id, pending: row.pending }))
  }
  if (reported.some((key) => row[key] !== before[key]) || latencyOf(row) !== latencyOf(before)) {
    messages.push(writeAction('stats', { id, stats: reportOf(row) }))
  }
}
