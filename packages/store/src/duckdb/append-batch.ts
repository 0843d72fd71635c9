/** Appends a batch to all its files, each in a transaction of its own, and says in each what it has then. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { tables } from '../tables.ts'
import type { StoreBatch, TableBatch } from '../batch.ts'
import { rememberedBatches } from '../store.ts'
import type { TableName } from '../tables.ts'
import { appendRows } from './append.ts'
import { identifier, tablesOf } from './ddl.ts'
import type { FileSet } from './file-set.ts'
import { writeState } from './record.ts'
import type { FileState } from './record.ts'
import type { KnownFile } from './roster.ts'
import { query } from './statement.ts'
import { checkInPlace, tableIn } from './store-file.ts'
import type { StoreFile } from './store-file.ts'
import type { Part, WritePlan } from './write-plan.ts'

export interface AppendContext {
  readonly files: FileSet
  readonly connect: () => Promise<DuckDBConnection>
}

export interface PlannedBatch extends WritePlan {
  readonly batch: StoreBatch
  /** What `main.duckdb` remembers of it. */
  readonly seq: number
  readonly id: string | undefined
}

export interface Appended {
  /** What the commits will bring. */
  readonly states: ReadonlyMap<StoreFile, FileState>
  /** To be called once `main.duckdb` has committed. */
  readonly toldMain: () => void
}

const least = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)
const most = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
const greatest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0)

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

const mainState = ({ state }: StoreFile, { batch, seq, id }: PlannedBatch): FileState => {
  let { newest } = state
  for (const [key, { columns }] of Object.entries(batch) as [TableName, TableBatch][]) {
    const { time } = tables[key]
    const times = time === null ? undefined : columns[time]?.values
    if (times instanceof Float64Array) newest = most(newest, greatest(times))
  }
  const ids = id === undefined ? state.ids : [...(state.ids ?? []), id].slice(-rememberedBatches)
  return { ...state, batch: state.batch + 1, newest, seq, ...(ids && { ids }) }
}

/** Of a file of a period, which also says how many rows it had before, so that the batch can be undone. */
const periodState = (
  { state }: StoreFile,
  batch: number,
  counts: ReadonlyMap<TableName, number>,
  own: readonly Part[],
  span: { readonly oldest: number; readonly newest: number } | undefined,
): FileState => ({
  batch,
  before: {
    rows: Object.fromEntries(own.map(({ key }) => [key, counts.get(key) ?? 0])),
    oldest: state.oldest,
    newest: state.newest,
  },
  oldest: least(state.oldest, span?.oldest ?? null),
  newest: most(state.newest, span?.newest ?? null),
})

const knownAfter = (
  { roster }: FileSet,
  { name }: StoreFile,
  batch: number,
  counts: ReadonlyMap<TableName, number>,
  own: readonly Part[],
): KnownFile => {
  const before = [...counts.values()].reduce((sum, rows) => sum + rows, 0)
  const rows = own.reduce((sum, { share }) => sum + share.rows, before)
  return { state: 'kept', trouble: null, ...roster.get(name), name, batch, rows }
}

const appendParts = async (
  writer: DuckDBConnection,
  file: StoreFile,
  batch: StoreBatch,
  parts: readonly Part[],
): Promise<void> => {
  for (const { key, table, share, replaced } of parts) {
    if (replaced !== undefined && replaced.length > 0)
      await writer.run(
        `DELETE FROM ${tableIn(file, table.name)} WHERE ${identifier(table.replace?.by ?? '')} IN (${replaced.join()})`,
      )
    await appendRows(writer, file.alias, table, batch[key] as TableBatch, share)
  }
}

/** Files whose transaction has begun are added to `begun`, also where it fails: they are to be rolled back. */
export const appendBatch = async (
  { files, connect }: AppendContext,
  planned: PlannedBatch,
  begun: StoreFile[],
): Promise<Appended> => {
  const { main } = files
  const { batch, parts, times } = planned
  const states = new Map<StoreFile, FileState>()
  const known: KnownFile[] = []
  const begin = async (file: StoreFile): Promise<DuckDBConnection> => {
    checkInPlace(file)
    file.writer ??= await connect()
    return file.writer
  }
  const append = async (file: StoreFile, writer: DuckDBConnection, next: FileState): Promise<void> => {
    await writer.run('BEGIN')
    begun.push(file)
    await appendParts(writer, file, batch, parts.get(file) ?? [])
    await writeState(writer, file.alias, next)
    states.set(file, next)
  }
  for (const [file, own] of parts) {
    if (file === main) continue
    const writer = await begin(file)
    const counts = await countsOf(file, writer)
    const next = periodState(file, main.state.batch + 1, counts, own, times.get(file))
    await append(file, writer, next)
    known.push(knownAfter(files, file, next.batch, counts, own))
  }
  // The last to be written to: it learns what the others have now.
  const writer = await begin(main)
  await append(main, writer, mainState(main, planned))
  const { statements, stored } = files.roster.pending(known)
  for (const statement of statements) await writer.run(statement)
  return { states, toldMain: stored }
}
