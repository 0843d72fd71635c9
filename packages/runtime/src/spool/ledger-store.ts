import { shedClasses } from '@netstats/protocol'
import type { NodeId, ShedClass } from '@netstats/protocol'
import type { Clock, Logger, Sequence, SpoolError } from '@netstats/sdk'
import type { Counters } from './counters.ts'
import { draftOf, ledgerOf } from './draft.ts'
import type { Draft, Ledger } from './draft.ts'
import { addDrops } from './drops.ts'
import type { Drop } from './drops.ts'
import { beginLife, firstOf } from './lives.ts'
import { newSpoolId } from './load-ledger.ts'
import { noRows } from './memory-storage.ts'
import type { SpoolTime } from './spool-time.ts'
import type { SpoolStorage } from './storage.ts'

export interface LedgerStoreOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly storage: SpoolStorage
  readonly ledger: Ledger
  readonly savedLives: Ledger['lives'] | undefined
  readonly time: SpoolTime
  readonly counters: Counters
  readonly reporter: NodeId
  /** Puts a damaged storage aside and opens an empty one in its place. */
  readonly replace?: ((fault: unknown) => SpoolStorage) | undefined
  /** The rows of the storage that was there are gone. */
  readonly onReplaced: () => void
}

/** The storage of a spool with the ledger of what is in it: both change together, or neither. */
export interface LedgerStore {
  storage(): SpoolStorage
  ledger(): Ledger
  /** Counts drops; the next transaction saves them. */
  lose(drops: readonly Drop[]): void
  /** Within a transaction: saves of the draft what differs from what is saved. */
  saveChanges(draft: Draft): void
  /** After its transaction: the draft is the ledger now. */
  accept(draft: Draft): void
  /** A transaction of its own, at once. */
  change(work: (draft: Draft, storage: SpoolStorage) => void): void
  /** Begins a new life, none of whose sequences is smaller than `from`. */
  beginLife(draft: Draft, from: Sequence): void
  /** Replaces a damaged storage. False where the fault is no damage, or there is nothing to put in its place. */
  replaced(fault: SpoolError): boolean
}

// oxlint-disable-next-line max-lines-per-function -- storage, ledger and what is saved of it change together or not at all
export const createLedgerStore = (options: LedgerStoreOptions): LedgerStore => {
  const { clock, log, time, counters } = options
  const openedAt = clock.now()
  let { storage, ledger, savedLives } = options
  let savedDrops = ledger.drops

  const lose = (drops: readonly Drop[]): void => {
    ledger = { ...ledger, drops: addDrops(ledger.drops, drops) }
    counters.drop(drops)
  }
  const saveState = ({ spool, lives, next, usedBits }: Pick<Ledger, 'spool' | 'lives' | 'next' | 'usedBits'>): void =>
    storage.saveState({ spool, lives, next, spoolMs: time.now(), wallMs: clock.now(), usedBits })
  const saveDrops = (draft: Draft): void => {
    if (draft.drops !== savedDrops) storage.saveDrops([...draft.drops.values()])
  }
  const accept = (draft: Draft): void => {
    ledger = ledgerOf(draft)
    savedDrops = ledger.drops
    savedLives = ledger.lives
    counters.drop(draft.dropped)
  }
  const lostTo = (shed: ShedClass, dropped: number): Drop => ({
    node: options.reporter,
    reason: 'corrupt',
    class: shed,
    dropped,
    from: openedAt,
    to: clock.now(),
  })
  /** An empty spool in the place of the damaged one, with its readers and what is known of the loss. */
  const startOver = (): void => {
    const lost = shedClasses.filter((c) => ledger.rows[c] > 0).map((c) => lostTo(c, ledger.rows[c]))
    ledger = {
      ...ledger,
      spool: newSpoolId(),
      since: ledger.next,
      lives: beginLife([], ledger.next),
      rows: noRows(),
      readers: new Map(
        [...ledger.readers].map(([name, reader]) => [
          name,
          { ...reader, released: 0, count: 0, branches: [], backlog: 0 },
        ]),
      ),
      toFree: [],
    }
    lose(lost.length > 0 ? lost : [lostTo('alarm', 0)])
    storage.transaction(() => {
      saveState(ledger)
      for (const reader of ledger.readers.values()) storage.saveReader(reader)
      storage.saveDrops([...ledger.drops.values()])
      // The sources are where they were, whatever became of what they said.
      for (const [owner, own] of ledger.checkpoints)
        for (const [key, value] of own) storage.saveCheckpoint({ owner, key, value })
    })
  }

  return {
    storage: () => storage,
    ledger: () => ledger,
    lose,
    accept,
    saveChanges(draft) {
      saveDrops(draft)
      if (draft.next !== ledger.next || draft.lives !== savedLives) saveState(draft)
    },
    change(work) {
      const draft = draftOf(ledger)
      storage.transaction(() => {
        work(draft, storage)
        saveDrops(draft)
        saveState(draft)
      })
      accept(draft)
    },
    beginLife(draft, from) {
      const begins = Math.max(draft.next, from)
      draft.next = firstOf(clock.now(), begins)
      draft.lives = beginLife(draft.lives, begins)
    },
    replaced(fault) {
      if (fault.code !== 'SPOOL_CORRUPT' || !options.replace) return false
      log.error({ error: fault }, 'the spool is damaged; it is set aside and begun again')
      try {
        storage = options.replace(fault)
      } catch (error) {
        log.error({ error }, 'the damaged spool cannot be set aside')
        return false
      }
      counters.replaced++
      options.onReplaced()
      startOver()
      return true
    },
  }
}
