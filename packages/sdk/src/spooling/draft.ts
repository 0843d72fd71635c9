import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import type { Sequence } from '../component.ts'
import { addDrops, dropsOf } from './drops.ts'
import type { Drop, DropReason, Drops } from './drops.ts'
import { holds } from './memory-storage.ts'
import type { SpoolStorage, StoredRow } from './storage.ts'

/** A reader as the storage knows it. */
export interface ReaderRecord {
  readonly name: string
  readonly bit: number
  readonly cursor: Sequence
  /** Sequence of the last one that it was given and has settled; the cursor is beyond it where others were passed over. */
  readonly released: Sequence
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
  readonly next: Sequence
  readonly rows: Readonly<Record<ShedClass, number>>
  readonly readers: ReadonlyMap<string, ReaderRecord>
  /** Given up and not reported yet. */
  readonly drops: Drops
  /** Settled by some reader and perhaps nobody's any more. */
  readonly toFree: readonly FreeRange[]
  /** Bits that were ever given to a reader; one that comes back is wiped from the rows first. */
  readonly usedBits: number
}

/** Rows given up, settled or looked at in one piece: a call stays within milliseconds, the write-ahead log small. */
export const pieceRows = 1000

/** A ledger in the making, inside one transaction. */
export interface Draft {
  spool: string
  readonly since: Sequence
  next: Sequence
  readonly rows: Record<ShedClass, number>
  readonly readers: Map<string, ReaderRecord>
  drops: Drops
  toFree: readonly FreeRange[]
  usedBits: number
  /** What this transaction gives up, for the counters. */
  readonly dropped: Drop[]
}

export const draftOf = (ledger: Ledger): Draft => ({
  spool: ledger.spool,
  since: ledger.since,
  next: ledger.next,
  rows: { ...ledger.rows },
  readers: new Map(ledger.readers),
  drops: ledger.drops,
  toFree: ledger.toFree,
  usedBits: ledger.usedBits,
  dropped: [],
})

export const ledgerOf = ({ spool, since, next, rows, readers, drops, toFree, usedBits }: Draft): Ledger => ({
  spool,
  since,
  next,
  rows,
  readers,
  drops,
  toFree,
  usedBits,
})

export const giveUp = (draft: Draft, drops: readonly Drop[]): void => {
  draft.drops = addDrops(draft.drops, drops)
  draft.dropped.push(...drops)
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
  giveUp(draft, dropsOf(lost, reason, shed))
  for (const reader of draft.readers.values()) {
    const fewer = lost.filter((head) => holds(reader, head)).length
    if (fewer > 0) draft.readers.set(reader.name, { ...reader, backlog: reader.backlog - fewer })
  }
  return heads.length
}

/** Moves a reader's cursor on and remembers what that may free. */
export const settle = (
  draft: Draft,
  storage: SpoolStorage,
  { name, cursor, released }: Pick<ReaderRecord, 'name' | 'cursor' | 'released'>,
): void => {
  const reader = draft.readers.get(name)
  if (!reader || cursor <= reader.cursor) return
  const settled = storage.count(reader.cursor, cursor, reader.bit)
  const moved = { ...reader, cursor, released, backlog: reader.backlog - settled }
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

/** Removes one piece of what nobody holds any more. */
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
  for (const reader of draft.readers.values()) {
    if (holds(reader, stored)) draft.readers.set(reader.name, { ...reader, backlog: reader.backlog + 1 })
  }
}
