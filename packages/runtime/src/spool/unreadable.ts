import type { NodeId } from '@netstats/protocol'
import type { Sequence } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import { giveUpUnreadable, pieceRows } from './draft.ts'
import type { Draft } from './draft.ts'
import type { RowHead, SpoolStorage } from './storage.ts'

/** Rows that readers came across and could not use. They wait here until the next transaction takes them out. */
export interface Unreadable {
  /** False where it is known already. */
  add(row: RowHead): boolean
  /** Takes a piece of them out, as lost; `done` forgets them once that is durable. */
  giveUp(draft: Draft, storage: SpoolStorage): readonly Sequence[]
  done(sequences: readonly Sequence[]): void
  waiting(): number
  clear(): void
}

/** Further ones are found again. */
const mostWaiting = 10_000

export const createUnreadable = (clock: Clock, log: Logger, reporter: NodeId): Unreadable => {
  const rows = new Map<Sequence, RowHead>()
  const openedAt = clock.now()
  return {
    add({ sequence, node, observedAt, storedAt, passed, damaged = false }) {
      if (rows.has(sequence) || rows.size >= mostWaiting) return false
      if (rows.size === 0) log.error({ sequence }, 'the spool has rows that cannot be read; they are lost')
      rows.set(sequence, { sequence, node, observedAt, storedAt, passed, damaged })
      return true
    },
    giveUp(draft, storage) {
      const piece = [...rows.values()].slice(0, pieceRows)
      for (const row of piece) {
        // Of a damaged row not even the node and the time can be relied on.
        const { node, from, to } = row.damaged
          ? { node: reporter, from: openedAt, to: clock.now() }
          : { node: row.node, from: row.observedAt, to: row.observedAt }
        giveUpUnreadable(draft, storage, row, { node, reason: 'corrupt', dropped: 1, from, to })
      }
      return piece.map((row) => row.sequence)
    },
    done(sequences) {
      for (const sequence of sequences) rows.delete(sequence)
    },
    waiting: () => rows.size,
    clear: () => rows.clear(),
  }
}
