/** What stands behind the server's sessions: takes batches in, commits them later or gives them up. */
import type { StreamItem } from '../messages.ts'
import type { DeliveredBatch } from '../server-types.ts'

export type Taken = 'taken' | 'busy'

export interface CoreModel {
  /** The store: survives restarts. */
  readonly stored: readonly StreamItem[]
  /** The row beside it, written in the same transaction. */
  readonly through: number
  /** Given to the core, not yet in the store. */
  readonly applied: number
  readonly pending: number
  readonly duplicates: number
  take(batch: DeliveredBatch, busy: boolean): Taken
  /** The oldest chunks are committed. */
  commit(chunks: number): void
  /** A chunk cannot be written: it and what follows of its stream is forgotten. */
  giveUp(): void
  restart(): void
  /** An agent's spool has released everything through here: nothing older can come. */
  passTo(after: number): void
}

export const createCoreModel = (): CoreModel => {
  const stored: StreamItem[] = []
  let through = 0
  let applied = 0
  let duplicates = 0
  let pending: { readonly last: number; readonly items: readonly StreamItem[] }[] = []
  return {
    stored,
    get through() {
      return through
    },
    get applied() {
      return applied
    },
    get pending() {
      return pending.length
    },
    get duplicates() {
      return duplicates
    },
    take: (batch, busy) => {
      // What reaches the core through one session has no holes: that is the session's to see to.
      if (batch.after > applied)
        throw new Error(`a batch after ${batch.after} was let through, and ${applied} is the last`)
      if (busy) return 'busy'
      const fresh = batch.items.filter(({ sequence }) => sequence > applied)
      duplicates += batch.items.length - fresh.length
      if (batch.last > applied) {
        pending.push({ last: batch.last, items: fresh })
        applied = batch.last
      }
      return 'taken'
    },
    commit: (chunks) => {
      for (const { last, items } of pending.splice(0, chunks)) {
        stored.push(...items)
        through = last
      }
    },
    giveUp: () => {
      pending = []
      applied = through
    },
    restart: () => {
      pending = []
      applied = through
    },
    passTo: (after) => {
      if (after <= applied) return
      pending.push({ last: after, items: [] })
      applied = after
    },
  }
}
