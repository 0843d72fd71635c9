import { tables } from '@netstats/sdk/store'
import type { Catalog, RollupTable, TableName } from '@netstats/sdk/store'
import type { QueryContext, StoreQuery } from '../query.ts'
import { columnList, numberAt, quoted, rowsFrom } from './sql.ts'
import type { Row } from './sql.ts'
import { newestList } from './deliveries.ts'

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

/** There are thousands of its rows a second, of which only those since the last complete list are looked through. */
const greatestDelivery = async (context: QueryContext): Promise<number> => {
  const since = await newestList(context)
  const text = `SELECT max("seq") AS "greatest" FROM ${context.from(tables.delivery)} AS r WHERE "seq" >= CAST($1 AS BIGINT)`
  return numberAt((await context.run(text, [since])).numbers('greatest'), 0) ?? 0
}

const dictionary = async <T extends 'network' | 'node' | 'metricName'>(
  context: QueryContext,
  table: T,
): Promise<readonly Row<T>[]> => {
  const text = `SELECT ${columnList(tables[table])} FROM ${context.from(tables[table])} AS r ORDER BY "key"`
  return rowsFrom(table, await context.run(text))
}

export const catalog: StoreQuery<undefined, Catalog> = async (context) => {
  let seq = await greatestDelivery(context)
  for (const name of Object.keys(tables) as TableName[])
    if (name !== 'delivery' && 'seq' in tables[name].columns)
      seq = Math.max(seq, (await greatest(context, name, 'seq')) ?? 0)
  const rolled: Partial<Record<RollupTable, number | null>> = {}
  for (const name of rollupTables) rolled[name] = await newestBucket(context, name)
  return {
    networks: await dictionary(context, 'network'),
    nodes: await dictionary(context, 'node'),
    metricNames: await dictionary(context, 'metricName'),
    seq,
    newestAt: context.newestAt,
    rolled: rolled as Catalog['rolled'],
  }
}
