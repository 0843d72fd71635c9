import type { NodeId, ShedClass, UnixMs } from '@netstats/protocol'
import type { Sequence } from '@netstats/sdk'
import type { Life } from '@netstats/sdk'
import type { Drop } from './drops.ts'

/** An observation as it lies in a spool: its body encoded, its class known by where it lies. */
export interface StoredRow {
  readonly sequence: Sequence
  readonly kind: string
  readonly node: NodeId
  readonly observedAt: UnixMs
  /** Spool time (`spool-time.ts`), which never steps back. */
  readonly storedAt: number
  /** A bit for each reader that did not want it when it was appended. */
  readonly passed: number
  readonly body: string
  /** It is not what was written: only its sequence is certain. */
  readonly damaged?: boolean
}

/** What must be known of a row to give it up. */
export interface RowHead extends Omit<StoredRow, 'kind' | 'body'> {
  /** Body of a report of what was given up: it has to be told again. Null or undefined for all others. */
  readonly gap?: string | null
}

export interface SavedReader {
  readonly name: string
  /** Position of its bit in `passed`. */
  readonly bit: number
  /** Everything through here is settled. */
  readonly cursor: Sequence
  /** Sequence of the last observation that it was given and that is settled; 0: none in this spool. */
  readonly released: Sequence
  /** How many observations of its stream there were through `released`. */
  readonly count: number
  /** Lives of its own, oldest first. */
  readonly branches: readonly Life[]
}

export interface SavedState {
  /** Id of the spool. */
  readonly spool: string
  /** Sequence of the next observation. Kept apart from the rows: it survives the last of them. */
  readonly next: Sequence
  readonly spoolMs: number
  /** Wall clock at the same moment. */
  readonly wallMs: UnixMs
  /** Bits that were ever given to a reader; a forgotten reader's bit is wiped from the rows before it serves again. */
  readonly usedBits: number
  /** Oldest first; empty in a spool from before there were lives. */
  readonly lives: readonly Life[]
}

/** How far a source is with one thing that it reads. */
export interface SavedCheckpoint {
  readonly owner: string
  readonly key: string
  readonly value: string
}

/** Those of every source: by owner, then by key. */
export type Checkpoints = ReadonlyMap<string, ReadonlyMap<string, string>>

export interface LoadedSpool {
  readonly state: SavedState | undefined
  /** Highest sequence that any row or place in it has, or that it is known to have given. */
  readonly last: Sequence
  readonly readers: readonly SavedReader[]
  readonly drops: readonly Drop[]
  readonly checkpoints: readonly SavedCheckpoint[]
  readonly rows: Readonly<Record<ShedClass, number>>
}

export interface StorageLimits {
  /** `usedBytes` is kept at or below it by giving rows up. */
  readonly roomBytes: number
  /** A larger row is not taken. */
  readonly rowBytes: number
  /** Rows that go into one transaction. */
  readonly groupBytes: number
}

/** A reader that has not settled everything: it holds the rows after its cursor, but for those with its bit. */
export interface Holder {
  readonly bit: number
  readonly cursor: Sequence
}

/**
 * What a spool keeps its rows in. Every call is short and synchronous; a failing one throws a `SpoolError` with code
 * `SPOOL_DISK_FULL`, `SPOOL_IO` or `SPOOL_CORRUPT`.
 */
export interface SpoolStorage {
  readonly limits: StorageLimits
  load(): LoadedSpool
  /**
   * Runs `work`: when it returns all of it is durable, when it throws none of it has happened. `bytes` is what it means
   * to add, so that room can be made ready before.
   */
  transaction<T>(work: () => T, bytes?: number): T
  insert(shed: ShedClass, row: StoredRow): void
  /** Rows after a place, in order, over all classes; ends early after `bytes` of bodies. */
  read(after: Sequence, limit: number, bytes: number): readonly StoredRow[]
  /** The first rows of a class, in order; ends early after `bytes` of bodies. */
  oldest(shed: ShedClass, limit: number, bytes: number): readonly RowHead[]
  removeThrough(shed: ShedClass, through: Sequence): void
  /** Sequence of the first row after a place. */
  first(after: Sequence): Sequence | undefined
  /** Removes the rows in `(after, through]` that no reader holds; how many of each class. */
  free(after: Sequence, through: Sequence, holders: readonly Holder[]): Readonly<Partial<Record<ShedClass, number>>>
  /** Rows in `(after, through]` without this bit. */
  count(after: Sequence, through: Sequence, bit: number): number
  wipeBit(after: Sequence, through: Sequence, bit: number): void
  saveReader(reader: SavedReader): void
  removeReader(name: string): void
  saveState(state: SavedState): void
  saveDrops(drops: readonly Drop[]): void
  saveCheckpoint(checkpoint: SavedCheckpoint): void
  removeCheckpoint(owner: string, key: string): void
  /** Room taken by rows now, of `limits.roomBytes`. */
  usedBytes(): number
  /** Everything it occupies outside the process. */
  sizeBytes(): number
  /** Called when a write found no room: makes ready what room there is. */
  giveBackSpace(): void
  /** Called after every write: gives back one piece of what is beyond its bounds; true where there is more. */
  tidy(): boolean
  close(): void
}

/** What a row costs beside its body: columns, cell and page overhead. */
export const rowOverhead = 64
export const rowBytes = (row: { readonly kind: string; readonly node: string; readonly body: string }): number =>
  rowOverhead + row.kind.length + Buffer.byteLength(row.node) + Buffer.byteLength(row.body)
