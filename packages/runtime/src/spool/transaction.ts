import { shedClasses } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { Clock, Logger } from '@netstats/sdk'
import { saveCheckpoint } from './checkpoints.ts'
import type { OwnedCheckpoint } from './checkpoints.ts'
import type { Counters } from './counters.ts'
import { draftOf, dropOldest, freePiece, insert, pieceRows, settle } from './draft.ts'
import type { Draft, ReaderRecord } from './draft.ts'
import { gapOf, joinDrops } from './drops.ts'
import type { LedgerStore } from './ledger-store.ts'
import { createLeapWatch } from './lives.ts'
import { makeRoom, toIncoming } from './room.ts'
import type { Incoming } from './room.ts'
import type { SpoolTime } from './spool-time.ts'
import type { Unreadable } from './unreadable.ts'

/** What the writer needs to know of the readers. */
export interface ReadersView {
  /** Places to be saved. */
  places(): Iterable<Pick<ReaderRecord, 'name' | 'cursor' | 'released' | 'count'>>
  /** The bits of the readers that do not want an observation; undefined where no reader wants it. */
  passed(observation: Observation): number | undefined
  appended(): void
}

export interface TransactionOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly maxAgeMs: number
  /** A gap is reported at most so often. */
  readonly gapEveryMs: number
  readonly store: LedgerStore
  readonly readers: ReadersView
  readonly time: SpoolTime
  readonly counters: Counters
  readonly unreadable: Unreadable
}

export interface Transactions {
  /**
   * One transaction: cursors, one piece of freeing and one of expiry, then the rows. The rows that have to wait for more
   * room; none where all that will ever be stored is. `force`: they go in place of what is stored, there is no other room.
   * The checkpoints go in with the last of the rows.
   */
  run(rows: readonly Incoming[], force: boolean, checkpoints?: readonly OwnedCheckpoint[]): readonly Incoming[]
  /** Whether the last one left work for another one. */
  readonly more: boolean
  /** Gaps are reported with the next one, however short a time ago they were. */
  reportNow(): void
}

const expireEveryMs = 1000

// oxlint-disable-next-line max-lines-per-function -- the steps of one transaction, which decide by the same times
export const createTransactions = (options: TransactionOptions): Transactions => {
  const { clock, log, store, readers, time, counters, unreadable } = options
  const hasLeapt = createLeapWatch(clock)
  let leapt = false
  let more = false
  let lastGapAt = -Infinity
  let lastExpiryAt = -Infinity

  const expire = (draft: Draft): void => {
    if (clock.monotonic() - lastExpiryAt < expireEveryMs) return
    lastExpiryAt = clock.monotonic()
    const stepped = time.check()
    if (stepped !== 0) log.warn({ steppedMs: stepped }, 'the wall clock was set; the age of what is spooled is not')
    const until = time.now() - options.maxAgeMs
    for (const shed of shedClasses) {
      // A full piece: there may be more, look again in the next turn.
      if (draft.rows[shed] > 0 && dropOldest(draft, store.storage(), shed, 'age', until) === pieceRows) {
        lastExpiryAt = -Infinity
        more = true
      }
    }
  }

  /** A spool may be opened with less room than it had. */
  const trim = (draft: Draft): void => {
    const storage = store.storage()
    if (storage.usedBytes() <= storage.limits.roomBytes) return
    const shed = shedClasses.find((c) => draft.rows[c] > 0)
    if (shed && dropOldest(draft, storage, shed, 'size') > 0) more = true
  }

  const insertAll = (draft: Draft, rows: readonly Incoming[]): void => {
    const storedAt = time.now()
    for (const { shed, row } of rows) insert(draft, store.storage(), shed, { ...row, storedAt })
  }

  const storeInPlace = (draft: Draft, rows: readonly Incoming[]): readonly Incoming[] => {
    const fit = makeRoom(draft, store.storage(), rows, true)
    if (fit.wait) return fit.rows
    insertAll(draft, fit.rows)
    return []
  }

  const storeWithGaps = (draft: Draft, rows: readonly Incoming[]): readonly Incoming[] => {
    const report = store.ledger().drops.size > 0 && clock.monotonic() - lastGapAt >= options.gapEveryMs
    const untold = draft.drops
    /** Reports, by what they tell of. */
    const gaps = new Map<Incoming, string>()
    for (const [key, drop] of report ? untold : []) {
      const gap = gapOf(drop, clock.now())
      const passed = readers.passed(gap)
      if (passed !== undefined) gaps.set(toIncoming(gap, passed, clock.now()), key)
    }
    if (report) draft.drops = new Map()
    const wanted = new Set(gaps.values())
    const fit = makeRoom(draft, store.storage(), [...rows, ...gaps.keys()], false, new Set(gaps.keys()))
    if (fit.wait) {
      if (report) draft.drops = joinDrops(untold, draft.drops)
      return fit.rows.filter((row) => !gaps.has(row))
    }
    const told = new Set(fit.rows.map((row) => gaps.get(row)))
    // What found no room is told later.
    const left = new Map([...untold].filter(([key]) => wanted.has(key) && !told.has(key)))
    if (report) draft.drops = joinDrops(left, draft.drops)
    insertAll(draft, fit.rows)
    if (report) lastGapAt = clock.monotonic()
    return []
  }

  return {
    run(rows, force, checkpoints = []) {
      more = false
      const storage = store.storage()
      const draft = draftOf(store.ledger())
      const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
      let found: readonly number[] = []
      leapt ||= hasLeapt()
      if (rows.length > 0 && leapt) {
        log.info({}, 'this machine stood still, or its time was set: the spool begins a new life')
        store.beginLife(draft, draft.next)
      }
      const waiting = storage.transaction(() => {
        found = unreadable.giveUp(draft, storage)
        for (const place of readers.places()) settle(draft, storage, place)
        freePiece(draft, storage)
        expire(draft)
        trim(draft)
        const left = force ? storeInPlace(draft, rows) : storeWithGaps(draft, rows)
        if (left.length === 0) for (const one of checkpoints) saveCheckpoint(draft, storage, one)
        store.saveChanges(draft)
        return left
      }, bytes)
      unreadable.done(found)
      if (unreadable.waiting() > 0) more = true
      store.accept(draft)
      if (rows.length > 0) leapt = false
      counters.commits++
      counters.appended += draft.inserted
      if (draft.inserted > 0) readers.appended()
      return waiting
    },
    get more() {
      return more
    },
    reportNow() {
      lastGapAt = -Infinity
    },
  }
}
