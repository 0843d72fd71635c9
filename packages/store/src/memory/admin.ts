import { checkRange, invalidQuery } from '../checks.ts'
import { createExportEncoder } from '../export-format.ts'
import type { ExportRow } from '../export-format.ts'
import type { Catalog, ExportQuery, RollupTable } from '../store.ts'
import type { Retention, StoreInfo } from '../store-admin.ts'
import type { ExpiringTier } from '../table.ts'
import { tables } from '../tables.ts'
import type { TableName } from '../tables.ts'
import { tableNames, timeOf } from './data.ts'
import type { Data } from './data.ts'

const rollupTables = [
  'network10s',
  'network1m',
  'network1h',
  'node1m',
  'node1h',
  'metric1m',
  'metric1h',
] as const satisfies readonly RollupTable[]

const timesOf = (data: Data, name: TableName): readonly number[] =>
  data[name].map((row) => timeOf(name, row)).filter((time) => time !== null)
const greatest = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b))
const least = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b))

export const catalog = (data: Data): Omit<Catalog, 'seq' | 'batches'> => ({
  networks: data.network.toSorted((a, b) => a.key - b.key),
  nodes: data.node.toSorted((a, b) => a.key - b.key),
  metricNames: data.metricName.toSorted((a, b) => a.key - b.key),
  newestAt: greatest(tableNames.flatMap((name) => timesOf(data, name))),
  rolled: Object.fromEntries(rollupTables.map((name) => [name, greatest(timesOf(data, name))])) as Catalog['rolled'],
})

export const info = (data: Data): StoreInfo => ({
  driver: 'memory',
  version: '1',
  schema: 1,
  bytes: 0,
  files: [],
  tables: tableNames.map((name) => ({
    name: tables[name].name,
    rows: data[name].length,
    from: least(timesOf(data, name)),
    to: greatest(timesOf(data, name)),
  })),
})

/** The rows that a retention leaves. */
export const pruned = (data: Data, retention: Retention, now: number): Data =>
  Object.fromEntries(
    tableNames.map((name) => {
      const { tier } = tables[name]
      if (tier === 'kept') return [name, data[name]]
      const since = now - retention[tier satisfies ExpiringTier]
      return [name, data[name].filter((row) => (timeOf(name, row) as number) >= since)]
    }),
  ) as Data

/** Names in place of keys. */
const named = (data: Data, name: TableName, row: ExportRow): ExportRow => {
  const names = {
    network: data.network.find((one) => one.key === row['network'])?.name,
    node: data.node.find((one) => one.key === row['node'])?.id,
    firstNode: data.node.find((one) => one.key === row['firstNode'])?.id,
    ...(tables[name].time === null ? {} : { metric: data.metricName.find((one) => one.key === row['metric'])?.name }),
  }
  const replaced = Object.entries(names)
    .filter(([column]) => (row[column] ?? null) !== null)
    .map(([column, text]) => [column, text ?? String(row[column])])
  return { ...row, ...(Object.fromEntries(replaced) as ExportRow) }
}

/** Rows a piece of an export has. */
const pieceRows = 1000

export function* exported(data: Data, query: ExportQuery): Generator<Uint8Array> {
  checkRange(query.range)
  const { format, table: name } = query
  if (format === 'parquet') throw invalidQuery('A store in memory does not write Parquet.')
  /** Where a table has no such column, it is of no one network or node, and given whole. */
  const matches = (row: ExportRow, column: 'network' | 'node'): boolean =>
    query[column] === undefined || !(column in row) || row[column] === query[column]
  // Tables without a time are in order of their first column, a number.
  const first = Object.keys(tables[name].columns)[0] ?? ''
  const orderOf = ({ row, at }: { readonly row: ExportRow; readonly at: number | null }): number =>
    at ?? Number(row[first])
  const rows = (data[name] as readonly ExportRow[])
    .map((row) => ({ row, at: timeOf(name, row) }))
    .filter(({ at }) => at === null || (at >= query.range.from && at < query.range.to))
    .filter(({ row }) => matches(row, 'network') && matches(row, 'node'))
    .toSorted((a, b) => orderOf(a) - orderOf(b))
    .map(({ row }) => (query.names === true ? named(data, name, row) : row))
  const encoder = createExportEncoder(format, tables[name])
  const text = new TextEncoder()
  if (encoder.header !== '') yield text.encode(encoder.header)
  for (let i = 0; i < rows.length; i += pieceRows) yield text.encode(encoder.encode(rows.slice(i, i + pieceRows)))
}
