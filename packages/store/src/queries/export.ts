/** What an export reads. The engine streams the result; how it is written down is the format's. */
import { checkRange } from '../checks.ts'
import { tables } from '../tables.ts'
import type { ExportQuery } from '../store.ts'
import type { Table } from '../table.ts'
import type { QueryContext, SqlValue } from '../query.ts'
import { columnNames, createParams, inRange, quoted } from './sql.ts'

export interface ExportStatement {
  readonly text: string
  readonly params: readonly SqlValue[]
}

/** Where the names of a column's keys are: table, column of the name. */
const dictionaries = {
  network: [tables.network, 'name'],
  node: [tables.node, 'id'],
  firstNode: [tables.node, 'id'],
  metric: [tables.metricName, 'name'],
} as const satisfies Readonly<Record<string, readonly [Table, string]>>

const isKey = (column: string): column is keyof typeof dictionaries => Object.hasOwn(dictionaries, column)

/** Columns of the table in its order, rows in order of time; of tables without one, in order of their first column. */
export const exportStatement = (context: QueryContext, query: ExportQuery): ExportStatement => {
  checkRange(query.range)
  const table: Table = tables[query.table]
  const params = createParams()
  const joins: string[] = []
  const columns = columnNames(table).map((column) => {
    if (query.names !== true || !isKey(column)) return `r.${quoted(column)}`
    const [dictionary, name] = dictionaries[column]
    const of = quoted(`names of ${column}`)
    joins.push(`LEFT JOIN ${context.from(dictionary)} AS ${of} ON ${of}."key" = r.${quoted(column)}`)
    return `COALESCE(${of}.${quoted(name)}, CAST(r.${quoted(column)} AS TEXT)) AS ${quoted(column)}`
  })
  const { time } = table
  const conditions = ['1 = 1']
  if (time !== null) conditions.push(`r.${inRange(time, query.range, params).replace(' AND ', ' AND r.')}`)
  // Where a table has no such column, it is of no one network or node, and given whole.
  for (const key of ['network', 'node'] as const) {
    const value = query[key]
    if (value !== undefined && key in table.columns) conditions.push(`r.${quoted(key)} = ${params.int(value)}`)
  }
  const from = time === null ? context.from(table) : context.from(table, query.range)
  const text = `
    SELECT ${columns.join(', ')} FROM ${from} AS r ${joins.join(' ')}
    WHERE ${conditions.join(' AND ')} ORDER BY r.${quoted(time ?? columnNames(table)[0] ?? '')}`
  return { text, params: params.values }
}
