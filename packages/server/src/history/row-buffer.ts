/**
 * Rows on their way to the store, in bounded memory.
 *
 *     append ──► room for its class? ──► columns of its table ──► cut, by time or by rows ──► batches, oldest first ──► writer
 *                    └─ no ──► given up, counted by class and reason
 *
 * Each class has a limit of its own in the same memory: samples are refused when seven tenths of it are used, facts only
 * when all of it is. Columns grow by doubling, so up to twice the limit may really be held.
 *
 * Rows that belong together are appended in `atomically`: they are in one batch and none is refused, so ask `hasRoom`
 * first. The limit is exceeded by no more than what is appended at once.
 */
import { randomUUID } from 'node:crypto'
import { createTableBuilder, tables } from '@netstats/store'
import type { CellValue, NewRow, StoreBatch, TableBatch, TableBuilder, TableName, Tables } from '@netstats/store'

/** In the order in which they are given up when there is too much. */
export const rowClasses = ['sample', 'roll-up', 'log', 'fact'] as const
export type RowClass = (typeof rowClasses)[number]

/**
 * `memory`: too much waits; `names`: too many names; `quota`: a reporter exceeded its quota of rows that never expire,
 * a block's extra data and a pending change included; `refused`: a working store refused it repeatedly; `stopped`: the
 * server stopped before it was written.
 */
export const giveUpReasons = ['memory', 'names', 'quota', 'refused', 'stopped'] as const
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
  /** False if there is no room; nothing is added then. */
  add(row: NewRow<Tables[T]>): boolean
  /** Adds a row without an object: if it returns true, `set` fills the row's columns. */
  append(): boolean
  readonly set: (column: number, value: CellValue) => void
}

/** Rows that are written in one transaction. */
export interface RowBatch {
  readonly id: number
  /** What the store knows it by. */
  readonly storeId: string
  readonly tables: StoreBatch
  readonly rows: number
  readonly bytes: number
  /** When its first row was appended, on the monotonic clock. */
  readonly since: number
}

/** Hears what becomes of batches. */
export interface BatchListener {
  /** The batch is being closed: rows appended now still belong to it, and are not refused. */
  closing?(batch: number): void
  stored?(batch: number): void
  givenUp?(batch: number, reason: GiveUpReason): void
}

export interface RowBuffer {
  listen(listener: BatchListener): void
  /** All rows appended in `run` are in one batch, and none is refused. */
  atomically<T>(run: () => T): T
  /** Whether a sender that can wait may send now. Samples are not refused yet. */
  readonly hasRoom: boolean
  /** Used share of the memory that `hasRoom` looks at: 1 when none is left. */
  readonly fill: number
  /** Reserves a row that is appended when the open batch is closed. It counts as a row until then. */
  reserve(): void
  readonly into: { readonly [T in RowTable]: RowSink<T> }
  giveUp(rowClass: RowClass, reason: GiveUpReason, rows?: number): void
  readonly givenUp: Readonly<Record<RowClass, Readonly<Record<GiveUpReason, number>>>>
  readonly rows: number
  readonly bytes: number
  /** Id of the batch that has, or had, the newest row. */
  readonly newest: number
  /** Id of the oldest batch with rows; undefined if nothing waits. */
  readonly oldest: number | undefined
  /** How long the oldest row has waited, milliseconds. */
  lag(): number
  /** Closes the open batch, so that it can be written. */
  cut(): void
  /** The oldest batch; it stays until `done`. */
  first(): RowBatch | undefined
  done(batch: RowBatch): void
  /** Gives up a batch, also by its id if it still waits. */
  drop(batch: RowBatch | number, reason: GiveUpReason): void
}

export interface RowBufferOptions {
  readonly maxBytes: number
  /** Rows at which a batch is closed. */
  readonly batchRows: number
  /** A batch was closed because it was full. */
  readonly onFull: () => void
  /** Milliseconds that never step. */
  readonly monotonic: () => number
}

const shares: Readonly<Record<RowClass, number>> = { sample: 0.7, 'roll-up': 0.8, log: 0.9, fact: 1 }

/** Share of the memory that may be used when rows of a sender that can wait are accepted. */
const roomShare = 0.6

const zeroes = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

// oxlint-disable-next-line max-lines-per-function -- rows, bytes and reservations are counted together at each step; counted apart they would soon differ
export const createRowBuffer = ({ maxBytes, batchRows, onFull, monotonic }: RowBufferOptions): RowBuffer => {
  const givenUp = Object.fromEntries(rowClasses.map((one) => [one, zeroes(giveUpReasons)])) as Record<
    RowClass,
    Record<GiveUpReason, number>
  >
  const builders = new Map<RowTable, TableBuilder>()
  const batches: RowBatch[] = []
  /** Tells its batches from those of other runs. */
  const run = randomUUID()
  let open = 1
  let openRows = 0
  let openBytes = 0
  let openSince = 0
  let waitingRows = 0
  let waitingBytes = 0
  const listeners: BatchListener[] = []
  let reserved = 0
  let holding = 0
  let closing = false

  /** Listeners append the rows they reserved; reservations from then on are for the next batch. */
  const complete = (): void => {
    closing = true
    openRows -= reserved
    reserved = 0
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
    openRows = reserved
    openSince = monotonic()
  }

  const take = (): void => {
    const taken: Record<string, TableBatch> = {}
    for (const [name, builder] of builders) if (builder.rows > 0) taken[name] = builder.take()
    batches.push({
      id: open,
      storeId: `${run}-${open}`,
      tables: taken,
      rows: openRows,
      bytes: openBytes,
      since: openSince,
    })
    open++
    waitingRows += openRows
    waitingBytes += openBytes
    openBytes = 0
  }

  const sink = (name: RowTable): RowSink => {
    const builder = createTableBuilder(tables[name])
    builders.set(name, builder)
    const rowClass = classOf(name)
    const limit = maxBytes * shares[rowClass]
    const append = (): boolean => {
      if (holding === 0 && !closing) {
        if (openRows >= batchRows) {
          cut()
          onFull()
        }
        if (waitingBytes + openBytes >= limit) {
          givenUp[rowClass].memory++
          return false
        }
      }
      const before = builder.bytes
      builder.append()
      openBytes += builder.bytes - before
      if (openRows++ === 0) openSince = monotonic()
      return true
    }
    const columns = Object.keys(tables[name].columns)
    return {
      append,
      set: builder.set,
      add(row) {
        if (!append()) return false
        const before = builder.bytes
        for (let i = 0; i < columns.length; i++)
          builder.set(i, (row as Readonly<Record<string, CellValue>>)[columns[i] as string] ?? null)
        openBytes += builder.bytes - before
        return true
      },
    }
  }

  const remove = (batch: RowBatch): void => {
    const place = batches.indexOf(batch)
    if (place < 0) return
    batches.splice(place, 1)
    waitingRows -= batch.rows
    waitingBytes -= batch.bytes
  }

  const drop = (given: RowBatch | number, reason: GiveUpReason): void => {
    const batch = typeof given === 'number' ? batches.find((one) => one.id === given) : given
    if (batch === undefined) return
    remove(batch)
    for (const [name, { rows }] of Object.entries(batch.tables)) givenUp[classOf(name as RowTable)][reason] += rows
    for (const one of listeners) one.givenUp?.(batch.id, reason)
  }

  return {
    listen: (listener) => listeners.push(listener),
    atomically(run) {
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
    reserve() {
      reserved++
      if (!closing && openRows++ === 0) openSince = monotonic()
    },
    into: Object.fromEntries(rowTables.map((name) => [name, sink(name)])) as unknown as RowBuffer['into'],
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
      return batches[0]?.id ?? (openRows > 0 ? open : undefined)
    },
    lag: () => (batches.length + openRows === 0 ? 0 : monotonic() - (batches[0]?.since ?? openSince)),
    cut,
    first: () => batches[0],
    done(batch) {
      remove(batch)
      for (const one of listeners) one.stored?.(batch.id)
    },
    drop,
  }
}
