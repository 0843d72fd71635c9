import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import type { Sequence } from '@netstats/sdk'
import type { Life } from '@netstats/sdk'
import { addDrops, addReports, lossesOf } from './drops.ts'
import type { Drop, DropReason, Drops, Losses } from './drops.ts'
import { holds } from './memory-storage.ts'
import type { Checkpoints, RowHead, SpoolStorage, StoredRow } from './storage.ts'

/** A reader as the storage knows it. */
export interface ReaderRecord {
  readonly name: string
  readonly bit: number
  readonly cursor: Sequence
  /** Sequence of the last one that it was given and has settled; the cursor is beyond it where others were passed over. */
  readonly released: Sequence
  /** How many observations of its stream there were through `released`. */
  readonly count: number
  /** Lives of its own, oldest first. */
  readonly branches: readonly Life[]
  /** Rows that it holds: after its cursor, and not passed over when they were appended. */
  readonly backlog: number
}

export interface FreeRange {
  readonly after: Sequence
  readonly through: Sequence
}

/** What the engine knows of its storage. Replaced as a whole when a transaction has gone through, else left as it was. */
export interface Ledger {
  /** Id of the spool, and the first sequence that counts in it: smaller ones are those of a damaged one before it. */
  readonly spool: string
  readonly since: Sequence
  readonly lives: readonly Life[]
  readonly next: Sequence
  readonly rows: Readonly<Record<ShedClass, number>>
  readonly readers: ReadonlyMap<string, ReaderRecord>
  /** Given up and not reported yet. */
  readonly drops: Drops
  readonly checkpoints: Checkpoints
  /** Settled by some reader and perhaps held by none any more. */
  readonly toFree: readonly FreeRange[]
  /** Bits that were ever given to a reader; one that comes back is wiped from the rows first. */
  readonly usedBits: number
}

/** Rows given up, settled or looked at in one piece: a call stays within milliseconds, the write-ahead log small. */
export const pieceRows = 1000

/** A ledger in the making, inside one transaction. */
export interface Draft {
  readonly spool: string
  readonly since: Sequence
  lives: readonly Life[]
  next: Sequence
  readonly rows: Record<ShedClass, number>
  readonly readers: Map<string, ReaderRecord>
  drops: Drops
  checkpoints: Checkpoints
  toFree: readonly FreeRange[]
  usedBits: number
  /** What this transaction gives up, for the counters. */
  readonly dropped: Drop[]
  /** Rows that it puts in. */
  inserted: number
}

export const draftOf = (ledger: Ledger): Draft => ({
  spool: ledger.spool,
  since: ledger.since,
  lives: ledger.lives,
  next: ledger.next,
  rows: { ...ledger.rows },
  readers: new Map(ledger.readers),
  drops: ledger.drops,
  checkpoints: ledger.checkpoints,
  toFree: ledger.toFree,
  usedBits: ledger.usedBits,
  dropped: [],
  inserted: 0,
})

export const ledgerOf = (draft: Draft): Ledger => {
  const { dropped: _, inserted: __, ...ledger } = draft
  return ledger
}

export const giveUp = (draft: Draft, drops: readonly Drop[]): void => {
  draft.drops = addDrops(draft.drops, drops)
  draft.dropped.push(...drops)
}

/** Gives rows up. A report among them is told again as it was, to all who want it: some may have had it. */
export const giveUpRows = (draft: Draft, { drops, untold }: Losses): void => {
  giveUp(draft, drops)
  draft.drops = addReports(draft.drops, untold)
}

/** Gives up the oldest rows of a class, at most a piece of them; how many. `until` ends it at the first younger row. */
export const dropOldest = (
  draft: Draft,
  storage: SpoolStorage,
  shed: ShedClass,
  reason: DropReason,
  until = Infinity,
): number => {
  const pieceBytes = Math.max(storage.limits.groupBytes, storage.limits.roomBytes / 16)
  const heads = storage.oldest(shed, pieceRows, pieceBytes).filter((head) => head.storedAt < until)
  const last = heads.at(-1)
  if (!last) return 0
  storage.removeThrough(shed, last.sequence)
  draft.rows[shed] -= heads.length
  // What everybody has settled and only waits to be freed is no loss.
  const readers = [...draft.readers.values()]
  const lost = heads.filter((head) => readers.length === 0 || readers.some((reader) => holds(reader, head)))
  giveUpRows(draft, lossesOf(lost, reason, shed))
  for (const reader of draft.readers.values()) {
    const fewer = lost.filter((head) => holds(reader, head)).length
    if (fewer > 0) draft.readers.set(reader.name, { ...reader, backlog: reader.backlog - fewer })
  }
  return heads.length
}

/** Takes out a row that cannot be read, as lost. */
export const giveUpUnreadable = (
  draft: Draft,
  storage: SpoolStorage,
  row: RowHead,
  drop: Omit<Drop, 'class'>,
): void => {
  const freed = storage.free(row.sequence - 1, row.sequence, [])
  for (const shed of shedClasses) {
    if (freed[shed] === undefined) continue
    draft.rows[shed] -= freed[shed]
    giveUp(draft, [{ ...drop, class: shed }])
    for (const reader of draft.readers.values()) {
      if (holds(reader, row)) draft.readers.set(reader.name, { ...reader, backlog: reader.backlog - 1 })
    }
  }
}

/** Moves a reader's cursor on and remembers what that may free. */
export const settle = (
  draft: Draft,
  storage: SpoolStorage,
  { name, cursor, released, count }: Pick<ReaderRecord, 'name' | 'cursor' | 'released' | 'count'>,
): void => {
  const reader = draft.readers.get(name)
  if (!reader || cursor <= reader.cursor) return
  const settled = storage.count(reader.cursor, cursor, reader.bit)
  const moved = { ...reader, cursor, released, count, backlog: reader.backlog - settled }
  draft.readers.set(name, moved)
  storage.saveReader(moved)
  draft.toFree = addRange(draft.toFree, { after: reader.cursor, through: cursor })
}

const addRange = (ranges: readonly FreeRange[], range: FreeRange): readonly FreeRange[] => {
  const last = ranges.at(-1)
  if (last && last.through >= range.after && last.after <= range.after) {
    return [...ranges.slice(0, -1), { after: last.after, through: Math.max(last.through, range.through) }]
  }
  return [...ranges, range]
}

/** Removes one piece of what no reader holds any more. */
export const freePiece = (draft: Draft, storage: SpoolStorage): void => {
  const [range, ...others] = draft.toFree
  if (!range) return
  const first = storage.first(range.after)
  if (first === undefined || first > range.through) {
    draft.toFree = others
    return
  }
  const through = Math.min(range.through, first + pieceRows - 1)
  const holders = [...draft.readers.values()].filter((reader) => reader.cursor < through)
  const freed = storage.free(range.after, through, holders)
  for (const c of shedClasses) draft.rows[c] -= freed[c] ?? 0
  draft.toFree = through < range.through ? [{ after: through, through: range.through }, ...others] : others
}

/** Puts a row at the end. Readers that did not pass it over have one more to settle. */
export const insert = (
  draft: Draft,
  storage: SpoolStorage,
  shed: ShedClass,
  row: Omit<StoredRow, 'sequence'>,
): void => {
  const stored = { ...row, sequence: draft.next++ }
  storage.insert(shed, stored)
  draft.rows[shed]++
  draft.inserted++
  for (const reader of draft.readers.values()) {
    if (holds(reader, stored)) draft.readers.set(reader.name, { ...reader, backlog: reader.backlog + 1 })
  }
}
