import { tables } from '../tables.ts'
import type { Catalog, RollupTable } from '../store.ts'
import type { TableName } from '../tables.ts'
import type { QueryContext, StoreQuery } from '../query.ts'
import { columnList, numberAt, quoted, rowsFrom } from './sql.ts'
import type { Row } from './sql.ts'

const rollupTables = [
  'network10s',
  'network1m',
  'network1h',
  'node1m',
  'node1h',
  'metric1m',
  'metric1h',
] as const satisfies readonly RollupTable[]

/** How far before the newest row the newest bucket of a roll-up is looked for first. */
const newestBucketsMs = 3 * 3_600_000

const greatest = async (
  context: QueryContext,
  table: TableName,
  column: string,
  since?: number,
): Promise<number | null> => {
  const range = since === undefined ? undefined : { from: since, to: Number.MAX_SAFE_INTEGER }
  const where = since === undefined ? '' : ` WHERE ${quoted(column)} >= CAST($1 AS BIGINT)`
  const text = `SELECT max(${quoted(column)}) AS "greatest" FROM ${context.from(tables[table], range)} AS r${where}`
  return numberAt((await context.run(text, since === undefined ? [] : [since])).numbers('greatest'), 0)
}

/** Start of the newest bucket. Mostly it is among the newest rows, and the rest need not be read. */
export const newestBucket = async (context: QueryContext, table: RollupTable): Promise<number | null> => {
  if (context.newestAt === null) return null
  const since = Math.max(0, context.newestAt - newestBucketsMs)
  return (await greatest(context, table, 'bucket', since)) ?? (await greatest(context, table, 'bucket'))
}

const dictionary = async <T extends 'network' | 'node' | 'metricName'>(
  context: QueryContext,
  table: T,
): Promise<readonly Row<T>[]> => {
  const text = `SELECT ${columnList(tables[table])} FROM ${context.from(tables[table])} AS r ORDER BY "key"`
  return rowsFrom(table, await context.run(text))
}

/** Looked for in all rows, for a store that does not say it itself yet. Tables that cannot be read are left out: it has to open. */
export const greatestSeq = async (context: QueryContext): Promise<number> => {
  let seq = 0
  for (const name of Object.keys(tables) as TableName[])
    if ('seq' in tables[name].columns)
      seq = Math.max(seq, (await greatest(context, name, 'seq').catch(() => null)) ?? 0)
  return seq
}

export const catalog: StoreQuery<undefined, Catalog> = async (context) => {
  const rolled: Partial<Record<RollupTable, number | null>> = {}
  for (const name of rollupTables) rolled[name] = await newestBucket(context, name)
  return {
    networks: await dictionary(context, 'network'),
    nodes: await dictionary(context, 'node'),
    metricNames: await dictionary(context, 'metricName'),
    seq: context.seq,
    batches: context.batches,
    newestAt: context.newestAt,
    rolled: rolled as Catalog['rolled'],
  }
}
