/**
 * One network as the classic dashboard sees it: what changed since the last look, as the messages that page knows. A
 * node that changed ten times between two looks makes one set of messages. Pure: it writes text, others send it. What
 * takes long comes in pieces, between which nodes may come, go and change.
 */
import type { NodeRow } from '@netstats/protocol/feed'
import { classicHistory, escapeHtml, writeAction, writeInit } from '@netstats/protocol/ethstats'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { ChangeSet } from '../shard/change-set.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import { chartsOf, uncleSumsOf } from './charts.ts'
import { blockOf, infoOf, latencyOf, nodeOf, reportOf, statsOf } from './rows.ts'
import { createPriorityQueue } from './priority-queue.ts'

export interface ClassicNetwork {
  /** All rows, in the envelope that answers one page, or in the one that goes to all: the parts of one text. */
  init(envelope: 'answer' | 'broadcast'): WorkSteps<readonly string[]>
  charts(): WorkSteps<string>
  /** Takes down what changed, for `next` to tell. `gone`: rows went, which the page only learns by a new `init`. */
  note(dirty: ChangeSet): WorkSteps<{ readonly gone: boolean; readonly blocks: boolean }>
  /** Messages for a node that changed; undefined where there is none. Who came, or went inactive, is told first. */
  next(): { readonly messages: readonly string[]; readonly newcomer: boolean } | undefined
}

const uncleSumsEveryMs = 10_000
const nodesAStep = 100
/** Length of a part of an `init`: sending thousands of small ones would take as long as making them. */
const partLength = 1 << 18

export const createClassicNetwork = (view: NetworkView, now: () => number): ClassicNetwork => {
  const { networkId } = view
  /** Rows as the pages of this network know them: those of the last broadcast, and what was told since. */
  const shown = new Map<string, NodeRow>()
  const waiting = createPriorityQueue()
  let fresh = true
  let uncleSums: readonly number[] = []
  let uncleSumsAt = -Infinity

  return {
    *init(envelope) {
      // An answer goes to one page only. The others still have to be told what changed, so it leaves `shown` alone.
      const renew = fresh || envelope === 'broadcast'
      fresh = false
      if (renew) shown.clear()
      const [head, tail] = around(envelope === 'answer' ? writeInit([]) : writeAction('init', []))
      const parts: string[] = []
      let part = head
      let looked = 0
      for (const id of view.nodeIds()) {
        const row = view.node(id)
        if (row === undefined) continue
        if (renew) shown.set(id, row)
        part += (looked === 0 ? '' : ',') + JSON.stringify(nodeOf(view, networkId, row))
        if (part.length > partLength) {
          parts.push(part)
          part = ''
        }
        if (++looked % nodesAStep === 0) yield
      }
      return [...parts, part + tail]
    },
    *charts() {
      if (now() - uncleSumsAt >= uncleSumsEveryMs) {
        uncleSums = uncleSumsOf(view)
        uncleSumsAt = now()
        yield
      }
      return writeAction('charts', chartsOf(view, yield* view.summarize(), uncleSums))
    },
    *note(dirty) {
      let gone = false
      for (const id of dirty.removedNodes) if (shown.delete(id)) gone = true
      let looked = 0
      for (const id of dirty.nodes) {
        const before = shown.get(id)
        waiting.add(id, before === undefined || before.state !== view.column(id, 'state'))
        if (++looked % nodesAStep === 0) yield
      }
      return { gone, blocks: dirty.blocks.size > 0 || dirty.removedBlocks.size > 0 }
    },
    next() {
      for (let id = waiting.next(); id !== undefined; id = waiting.next()) {
        const row = view.node(id)
        if (row === undefined) continue
        const before = shown.get(id)
        shown.set(id, row)
        if (before !== undefined) return { messages: rowChanges(view, networkId, before, row), newcomer: false }
        const { id: safeId, info, stats, history, geo } = nodeOf(view, networkId, row)
        return { messages: [writeAction('add', { id: safeId, info, stats, history, geo })], newcomer: true }
      }
      return undefined
    },
  }
}

/** What stands before and after the rows of a message without any. */
const around = (text: string): readonly [string, string] => {
  const at = text.lastIndexOf('[]') + 1
  return [text.slice(0, at), text.slice(at)]
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

const rowChanges = (view: NetworkView, networkId: string | null, before: NodeRow, row: NodeRow): string[] => {
  const id = escapeHtml(row.id)
  const messages: string[] = []
  if (informed.some((key) => row[key] !== before[key])) {
    messages.push(writeAction('info', { id, info: infoOf(networkId, row) }))
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
