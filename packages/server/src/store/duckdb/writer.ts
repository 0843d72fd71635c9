/**
 * Writing a batch. A transaction of DuckDB writes to one file only, so each file has its own, and `main.duckdb` commits
 * last: a batch that it has is there, any other is not.
 *
 *     append to all files ─► commit period files ─► commit main.duckdb ─► durable
 *              │                       │                     │
 *              └── roll back           └─────────┬───────────┘
 *                                    look on the disk: main has it? durable : undo in the others
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError, tables } from '@netstats/sdk/store'
import type { ExpiringTier, StoreBatch, Table, TableName } from '@netstats/sdk/store'
import { appendRows } from './append.ts'
import { tablesOf } from './ddl.ts'
import { asStoreError } from './failure.ts'
import type { FileSet } from './file-set.ts'
import type { Mutex } from './mutex.ts'
import type { Readers } from './readers.ts'
import { writeState } from './record.ts'
import type { FileState } from './record.ts'
import { shareOut } from './split.ts'
import type { Share } from './split.ts'
import { query } from './statement.ts'
import { checkInPlace, tableIn } from './store-file.ts'
import type { StoreFile } from './store-file.ts'

const dayMs = 86_400_000
/** How long a query may still read a file that has to be taken up anew after a failure. */
const graceMs = 500

export interface WriterParts {
  readonly files: FileSet
  readonly connect: () => Promise<DuckDBConnection>
  readonly readers: Readers
  /** Held while a batch is committed. */
  readonly gate: Mutex
  readonly retention: { readonly [T in ExpiringTier]: number }
}

export interface Writer {
  /** Gives how many rows were dropped because no file takes their time. */
  write(batch: StoreBatch, now: number): Promise<number>
  /** The engine refuses the file: it is taken up anew before the next batch. */
  damaged(file: StoreFile): void
}

/** Whether an error has made the engine refuse a file until it is attached again. */
const isTakenDown = (error: unknown): boolean => /invalidated/i.test(String(error))

interface Part {
  readonly key: TableName
  readonly table: Table
  readonly share: Pick<Share, 'rows' | 'places'>
}
interface Plan {
  readonly parts: Map<StoreFile, Part[]>
  readonly times: Map<StoreFile, { oldest: number; newest: number }>
  readonly dropped: number
}

const least = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)
const most = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
const greatest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0)

export const createWriter = ({ files, connect, readers, gate, retention }: WriterParts): Writer => {
  const { main } = files
  /** To be let go and taken up anew before anything else; `main.duckdb` first. */
  const damaged = new Set<StoreFile>()

  const plan = async (batch: StoreBatch, now: number): Promise<Plan> => {
    const parts = new Map<StoreFile, Part[]>()
    const times: Plan['times'] = new Map()
    let dropped = 0
    const add = (file: StoreFile, part: Part): void => void parts.set(file, [...(parts.get(file) ?? []), part])
    for (const [key, rows] of Object.entries(batch) as [TableName, StoreBatch[string]][]) {
      const table: Table = tables[key]
      const { tier, time } = table
      if (tier === 'kept' || time === null) {
        add(main, { key, table, share: { rows: rows.rows, places: undefined } })
        continue
      }
      const since = now - retention[tier]
      const fileAt = async (at: number): Promise<StoreFile | undefined> =>
        at < since || at > now + dayMs ? undefined : await files.takes(tier, at)
      const split = await shareOut(rows, time, fileAt)
      dropped += split.dropped
      for (const [file, share] of split.shares) {
        add(file, { key, table, share })
        const known = times.get(file) ?? share
        times.set(file, {
          oldest: Math.min(known.oldest, share.oldest),
          newest: Math.max(known.newest, share.newest),
        })
      }
    }
    return { parts, times, dropped }
  }

  const countsOf = async (file: StoreFile, writer: DuckDBConnection): Promise<Map<TableName, number>> => {
    if (file.counts) return file.counts
    const counts = new Map<TableName, number>()
    for (const { key, table } of tablesOf(file.tier)) {
      const rows = await query(writer, `SELECT count(*) AS n FROM ${tableIn(file, table.name)}`)
      counts.set(key, Number(rows.values('n')[0]))
    }
    file.counts = counts
    return counts
  }

  const mainState = (batch: StoreBatch): FileState => {
    const { state } = main
    let { newest } = state
    for (const [key, { columns }] of Object.entries(batch) as [TableName, StoreBatch[string]][]) {
      const { time } = tables[key]
      const times = time === null ? undefined : columns[time]?.values
      if (times instanceof Float64Array) newest = most(newest, greatest(times))
    }
    return { ...state, batch: state.batch + 1, newest }
  }

  /** Appends everything, each file in a transaction of its own; gives the states that the commits will bring. */
  const append = async (
    batch: StoreBatch,
    { parts, times }: Plan,
    begun: StoreFile[],
  ): Promise<ReadonlyMap<StoreFile, FileState>> => {
    const states = new Map<StoreFile, FileState>()
    for (const file of new Set([...parts.keys()].filter((one) => one !== main).concat(main))) {
      checkInPlace(file)
      file.writer ??= await connect()
      const { writer, state } = file
      const own = parts.get(file) ?? []
      const counts = file === main ? undefined : await countsOf(file, writer)
      const span = times.get(file)
      const next: FileState =
        counts === undefined || span === undefined
          ? mainState(batch)
          : {
              batch: main.state.batch + 1,
              before: {
                rows: Object.fromEntries(own.map(({ key }) => [key, counts.get(key) ?? 0])),
                oldest: state.oldest,
                newest: state.newest,
              },
              oldest: least(state.oldest, span.oldest),
              newest: most(state.newest, span.newest),
            }
      await writer.run('BEGIN')
      begun.push(file)
      for (const { key, table, share } of own) {
        await appendRows(writer, file.alias, table, batch[key] as StoreBatch[string], share)
      }
      await writeState(writer, file.alias, next)
      states.set(file, next)
    }
    return states
  }

  /** Undoes in each file what `main.duckdb` has not. A file that even that takes down is taken up anew next time. */
  const settle = async (involved: readonly StoreFile[]): Promise<void> => {
    for (const file of involved) {
      try {
        await files.settle(file)
      } catch (error) {
        if (isTakenDown(error)) damaged.add(file)
        throw error
      }
    }
  }

  /** Takes up anew what a failed commit has touched, and undoes what has to be. */
  const recover = async (touched: readonly StoreFile[]): Promise<void> => {
    for (const file of [main, ...touched]) damaged.add(file)
    for (const file of damaged) {
      await readers.drain(file, graceMs)
      await files.reload(file)
      damaged.delete(file)
    }
    await settle(files.all())
  }

  return {
    damaged: (file) => void damaged.add(file),
    async write(batch, now) {
      // What an earlier failure left is put right first, or this one fails like it.
      await gate
        .run(() => (damaged.size > 0 ? recover([]) : settle(files.all())))
        .catch((error: unknown) => {
          throw asStoreError(error)
        })
      const begun: StoreFile[] = []
      let planned: Plan
      let states: ReadonlyMap<StoreFile, FileState>
      try {
        planned = await plan(batch, now)
        states = await append(batch, planned, begun)
      } catch (error) {
        const failed = await Promise.allSettled(begun.map(async (file) => file.writer?.run('ROLLBACK')))
        if (failed.some(({ status }) => status === 'rejected')) await gate.run(() => recover(begun))
        throw asStoreError(error)
      }
      await gate.run(async () => {
        try {
          for (const [file, state] of states) {
            await file.writer?.run('COMMIT')
            file.state = state
            for (const { key, share } of planned.parts.get(file) ?? []) {
              file.counts?.set(key, (file.counts.get(key) ?? 0) + share.rows)
            }
          }
        } catch (error) {
          for (const file of begun) await file.writer?.run('ROLLBACK').catch(() => undefined)
          const wanted = states.get(main)?.batch ?? 0
          // What can not be put right now is put right before the next batch.
          await recover(begun).catch(() => undefined)
          if (!damaged.has(main) && main.state.batch === wanted) return
          // It may be there: who gave it again would have it twice. Who opens the store anew can see.
          if (damaged.has(main))
            throw new StoreError('STORE_FAILED', 'It could not be found out whether a batch was written.', {
              retryable: true,
              cause: error,
            })
          throw asStoreError(error)
        }
      })
      return planned.dropped
    },
  }
}
