/**
 * Rows on their way to the store, in bounded memory.
 *
 *     put ──► room for its class? ──► columns of its table ──► cut, by time or by rows ──► chunks, oldest first ──► writer
 *                  └─ no ──► given up, counted by class and reason
 *
 * Classes see the same memory with different limits, as in the intake: samples are refused when seven tenths of it are
 * used, facts only when all of it is. Columns grow by doubling, so up to twice the limit may really be held.
 *
 * What has to be whole is put in `together`: it is of one chunk and nothing of it is refused, so ask `hasRoom` before. It
 * goes beyond the limit by no more than what is put in at once.
 */
import { createTableBuilder, tables } from '@netstats/sdk/store'
import type { CellValue, RowOf, StoreBatch, TableBatch, TableBuilder, TableName, Tables } from '@netstats/sdk/store'
import { lowestSeq, move, shiftSeq } from './chunk-numbers.ts'
import type { Renumbering } from './keys.ts'

/** What is given up first when there is too much, lowest first. */
export const rowClasses = ['sample', 'roll-up', 'log', 'fact'] as const
export type RowClass = (typeof rowClasses)[number]

/**
 * `memory`: too much waited; `names`: more names than are kept apart; `budget`: one reporter brought more than may be kept
 * for good, a block's extra data or a change that waits included; `refused`: a store that works refused it again and
 * again; `stopped`: the server stopped before it was written.
 */
export const giveUpReasons = ['memory', 'names', 'budget', 'refused', 'stopped'] as const
export type GiveUpReason = (typeof giveUpReasons)[number]

/** Tables other than those of names. */
export type RowTable = Exclude<TableName, 'network' | 'node' | 'metricName'>
export const rowTables = Object.keys(tables).filter(
  (name): name is RowTable => name !== 'network' && name !== 'node' && name !== 'metricName',
)

export const classOf = (table: RowTable): RowClass => {
  const { tier } = tables[table]
  if (tier === 'raw') return 'sample'
  if (tier === 'logs') return 'log'
  return tier === 'kept' ? 'fact' : 'roll-up'
}

export interface RowSink<T extends RowTable = RowTable> {
  /** False where there is no room: then nothing was added. */
  add(row: RowOf<Tables[T]>): boolean
  /** The same without an object: where it is true, `put` fills the new row in. */
  begin(): boolean
  readonly put: (column: number, value: CellValue) => void
}

/** Rows that are written together. */
export interface Chunk {
  readonly id: number
  readonly tables: StoreBatch
  readonly rows: number
  readonly bytes: number
  /** When its first row was put in, on the monotonic clock. */
  readonly since: number
}

/** Follows the chunks. */
export interface ChunkListener {
  /** It is being closed: what is put in now is still of it, and not refused. */
  closing?(chunk: number): void
  stored?(chunk: number): void
  givenUp?(chunk: number, reason: GiveUpReason): void
}

export interface Pending {
  listen(listener: ChunkListener): void
  /** Runs so that all rows are of one chunk, and none is refused. */
  together<T>(run: () => T): T
  /** Whether what can wait elsewhere may come: samples are not refused yet. */
  readonly hasRoom: boolean
  /** Used part of the memory that is there while `hasRoom`: 1 when there is none left. */
  readonly fill: number
  /** Something will be put in when the chunk that is open now is closed: it counts as a row until then. */
  owe(): void
  readonly into: { readonly [T in RowTable]: RowSink<T> }
  /** The next number of a row that has one. Below those of the store until `renumber`. */
  readonly nextSeq: () => number
  giveUp(rowClass: RowClass, reason: GiveUpReason, rows?: number): void
  readonly givenUp: Readonly<Record<RowClass, Readonly<Record<GiveUpReason, number>>>>
  readonly rows: number
  readonly bytes: number
  /** Id of the chunk that the newest row is, or was, in. */
  readonly newest: number
  /** Id of the oldest chunk with rows; undefined where nothing waits. */
  readonly oldest: number | undefined
  /** How long the oldest row has waited, milliseconds. */
  lag(): number
  /** Closes what is open, so that it can be written. */
  cut(): void
  /** The oldest chunk; it stays until `done`. */
  first(): Chunk | undefined
  done(chunk: Chunk): void
  /** Gives up a chunk; also one by its id, where it is still there. */
  drop(chunk: Chunk | number, reason: GiveUpReason): void
  /** Gives waiting rows the numbers that the store has, and lets `seq` go on after `seq`. */
  renumber(moves: Renumbering | undefined, seq: number): void
}

export interface PendingOptions {
  readonly maxBytes: number
  /** Rows at which a chunk is cut. */
  readonly chunkRows: number
  /** A chunk was cut because it was full. */
  readonly onFull: () => void
  /** Milliseconds that never step. */
  readonly monotonic: () => number
}

const shares: Readonly<Record<RowClass, number>> = { sample: 0.7, 'roll-up': 0.8, log: 0.9, fact: 1 }

/** So much of the memory may be used when a batch that can wait elsewhere is taken. */
const roomShare = 0.6

const zeroes = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

export const createPending = ({ maxBytes, chunkRows, onFull, monotonic }: PendingOptions): Pending => {
  const givenUp = Object.fromEntries(rowClasses.map((one) => [one, zeroes(giveUpReasons)])) as Record<
    RowClass,
    Record<GiveUpReason, number>
  >
  const builders = new Map<RowTable, TableBuilder>()
  const chunks: Chunk[] = []
  let open = 1
  let openRows = 0
  let openBytes = 0
  let openSince = 0
  let waitingRows = 0
  let waitingBytes = 0
  let seq = 0
  const listeners: ChunkListener[] = []
  let owed = 0
  let holding = 0
  let closing = false

  /** Lets those put in what they owe who do; what they owe from then on is for the next one. */
  const complete = (): void => {
    closing = true
    openRows -= owed
    owed = 0
    try {
      for (const one of listeners) one.closing?.(open)
    } finally {
      closing = false
    }
  }

  const cut = (): void => {
    if (openRows === 0 || holding > 0 || closing) return
    complete()
    if (openRows > 0) take()
    openRows = owed
    openSince = monotonic()
  }

  const take = (): void => {
    const taken: Record<string, TableBatch> = {}
    for (const [name, builder] of builders) if (builder.rows > 0) taken[name] = builder.take()
    chunks.push({ id: open++, tables: taken, rows: openRows, bytes: openBytes, since: openSince })
    waitingRows += openRows
    waitingBytes += openBytes
    openBytes = 0
  }

  const sink = (name: RowTable): RowSink => {
    const builder = createTableBuilder(tables[name])
    builders.set(name, builder)
    const rowClass = classOf(name)
    const limit = maxBytes * shares[rowClass]
    const begin = (): boolean => {
      if (holding === 0 && !closing) {
        if (openRows >= chunkRows) {
          cut()
          onFull()
        }
        if (waitingBytes + openBytes >= limit) {
          givenUp[rowClass].memory++
          return false
        }
      }
      const before = builder.bytes
      builder.begin()
      openBytes += builder.bytes - before
      if (openRows++ === 0) openSince = monotonic()
      return true
    }
    const columns = Object.keys(tables[name].columns)
    return {
      begin,
      put: builder.put,
      add(row) {
        if (!begin()) return false
        const before = builder.bytes
        for (let i = 0; i < columns.length; i++)
          builder.put(i, (row as Readonly<Record<string, CellValue>>)[columns[i] as string] as CellValue)
        openBytes += builder.bytes - before
        return true
      },
    }
  }

  const remove = (chunk: Chunk): void => {
    const place = chunks.indexOf(chunk)
    if (place < 0) return
    chunks.splice(place, 1)
    waitingRows -= chunk.rows
    waitingBytes -= chunk.bytes
  }

  const drop = (given: Chunk | number, reason: GiveUpReason): void => {
    const chunk = typeof given === 'number' ? chunks.find((one) => one.id === given) : given
    if (chunk === undefined) return
    remove(chunk)
    for (const [name, { rows }] of Object.entries(chunk.tables)) givenUp[classOf(name as RowTable)][reason] += rows
    for (const one of listeners) one.givenUp?.(chunk.id, reason)
  }

  return {
    listen: (listener) => listeners.push(listener),
    together(run) {
      holding++
      try {
        return run()
      } finally {
        holding--
      }
    },
    get hasRoom() {
      return waitingBytes + openBytes < maxBytes * roomShare
    },
    get fill() {
      return Math.min(1, (waitingBytes + openBytes) / (maxBytes * roomShare))
    },
    owe() {
      owed++
      if (!closing && openRows++ === 0) openSince = monotonic()
    },
    into: Object.fromEntries(rowTables.map((name) => [name, sink(name)])) as unknown as Pending['into'],
    nextSeq: () => ++seq,
    giveUp(rowClass, reason, rows = 1) {
      givenUp[rowClass][reason] += rows
    },
    givenUp,
    get rows() {
      return openRows + waitingRows
    },
    get bytes() {
      return openBytes + waitingBytes
    },
    get newest() {
      return openRows > 0 ? open : open - 1
    },
    get oldest() {
      return chunks[0]?.id ?? (openRows > 0 ? open : undefined)
    },
    lag: () => (chunks.length + openRows === 0 ? 0 : monotonic() - (chunks[0]?.since ?? openSince)),
    cut,
    first: () => chunks[0],
    done(chunk) {
      remove(chunk)
      for (const one of listeners) one.stored?.(chunk.id)
    },
    drop,
    renumber(moves, storedSeq) {
      cut()
      const lowest = chunks.reduce((low, chunk) => Math.min(low, lowestSeq(chunk)), seq + 1)
      const shift = Math.max(0, storedSeq + 1 - lowest)
      seq += shift
      for (const chunk of chunks) {
        if (shift > 0) shiftSeq(chunk, shift)
        if (moves !== undefined) move(chunk, moves)
      }
    },
  }
}
