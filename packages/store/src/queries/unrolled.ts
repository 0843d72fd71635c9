/** What roll-ups lack after a crash: the sum of the rows below them, less what they have. */
import { binBounds, countColumnOf, rollupColumn, rollupSources, rollupWidths } from '../unrolled.ts'
import { checkRange } from '../checks.ts'
import { histogramBins } from '../metrics.ts'
import { tables } from '../tables.ts'
import type { ColumnData, TableBatch } from '../batch.ts'
import type { Range, RollupTable } from '../store.ts'
import type { RawPart } from '../unrolled.ts'
import type { Table } from '../table.ts'
import type { QueryContext, SqlColumns, StoreQuery } from '../query.ts'
import { createParams, quoted } from './sql.ts'
import type { Params } from './sql.ts'

const columnsOf = (table: RollupTable): readonly string[] => Object.keys(tables[table].columns)

const nothingOf = (name: string): string =>
  rollupColumn(name) === 'count' ? 'CAST(0 AS INTEGER)' : 'CAST(NULL AS DOUBLE PRECISION)'

/** What one raw row adds, by column of the roll-up. */
const rawColumns = (part: RawPart): ReadonlyMap<string, string> => {
  const made = new Map<string, string>(part.counts.map((name) => [name, 'CAST(1 AS INTEGER)']))
  const shares = Object.entries(part.shares ?? {}).map(([metric, [some, all]]) => {
    const share = `CAST(${quoted(some)} AS DOUBLE PRECISION) / ${quoted(all)}`
    return [metric, `CASE WHEN ${quoted(all)} > 0 THEN least(CAST(1 AS DOUBLE PRECISION), ${share}) END`] as const
  })
  const values = Object.entries(part.metrics).map(([metric, name]) => [metric, quoted(name)] as const)
  for (const [metric, value] of [...values, ...shares]) {
    const prefix = metric === '' ? '' : `${metric}_`
    made.set(`${prefix}n`, `CASE WHEN ${value} IS NULL THEN 0 ELSE 1 END`)
    for (const amount of ['sum', 'min', 'max']) made.set(prefix + amount, `CAST(${value} AS DOUBLE PRECISION)`)
    if (metric !== part.histogram) continue
    for (let bin = 0; bin < histogramBins; bin++) {
      const [above, upTo] = binBounds(bin)
      const within = [
        above === null ? [] : [`${value} > ${above}`],
        upTo === null ? [] : [`${value} <= ${upTo}`],
      ].flat()
      made.set(`${metric}_h${bin}`, `CASE WHEN ${within.join(' AND ')} THEN 1 ELSE 0 END`)
    }
  }
  return made
}

type InTime = (column: string) => string

/** Rows with the columns of the roll-up, and their own time for its bucket. */
const pieces = (context: QueryContext, table: RollupTable, range: Range, inTime: InTime): readonly string[] => {
  const names = columnsOf(table).filter((name) => name !== 'bucket')
  const from = (one: Table, time: string, expression: (name: string) => string, where = ''): string => {
    const columns = names.map((name) => `${expression(name)} AS ${quoted(name)}`).join(', ')
    return `SELECT ${quoted(time)} AS "bucket", ${columns} FROM ${context.from(one, range)} AS r WHERE ${inTime(time)}${where}`
  }
  const source = rollupSources[table]
  if (typeof source === 'string') return [from(tables[source], 'bucket', quoted)]
  return source.map((part) => {
    const made = rawColumns(part)
    const where = part.where === undefined ? '' : ` AND ${part.where.map(quoted).join(' = ')}`
    const expression = (name: string): string =>
      rollupColumn(name) === 'key' ? quoted(name) : (made.get(name) ?? nothingOf(name))
    return from(tables[part.table], 'at', expression, where)
  })
}

const keysOf = (table: RollupTable): readonly string[] =>
  columnsOf(table).filter((name) => rollupColumn(name) === 'key')

const summedUp = (table: RollupTable, rows: string, width: string): string => {
  const columns = columnsOf(table).map((name) => {
    const column = quoted(name)
    switch (rollupColumn(name)) {
      case 'bucket':
        return `${column} - ${column} % ${width} AS ${column}`
      case 'key':
        return column
      case 'count':
      case 'sum':
        return `CAST(sum(${column}) AS DOUBLE PRECISION) AS ${column}`
      case 'min':
        return `min(${column}) AS ${column}`
      case 'max':
        return `max(${column}) AS ${column}`
    }
  })
  const groups = Array.from({ length: 1 + keysOf(table).length }, (_, i) => i + 1)
  return `SELECT ${columns.join(', ')} FROM (${rows}) AS p GROUP BY ${groups.join(', ')}`
}

const statement = (
  context: QueryContext,
  { table, ...range }: { readonly table: RollupTable } & Range,
): [string, Params] => {
  const params = createParams()
  const [since, until] = [params.int(range.from), params.int(range.to)]
  const inTime: InTime = (column) => `${quoted(column)} >= ${since} AND ${quoted(column)} < ${until}`
  const width = params.int(rollupWidths[table])
  const names = columnsOf(table)
  const lacking = (name: string): string => `greatest(b.${quoted(name)} - coalesce(h.${quoted(name)}, 0), 0)`
  const columns = names.map((name) => {
    const column = quoted(name)
    const has = `${lacking(countColumnOf(name))} > 0`
    switch (rollupColumn(name)) {
      case 'bucket':
      case 'key':
        return `b.${column}`
      case 'count':
        return `${lacking(name)} AS ${column}`
      case 'sum':
        return `CASE WHEN ${has} THEN b.${column} - coalesce(h.${column}, 0) END AS ${column}`
      case 'min':
      case 'max':
        return `CASE WHEN ${has} THEN b.${column} END AS ${column}`
    }
  })
  const own = `SELECT ${names.map(quoted).join(', ')} FROM ${context.from(tables[table], range)} AS r WHERE ${inTime('bucket')}`
  const below = summedUp(table, pieces(context, table, range, inTime).join(' UNION ALL '), width)
  const same = ['bucket', ...keysOf(table)].map((name) => `b.${quoted(name)} = h.${quoted(name)}`).join(' AND ')
  const any = names.filter((name) => rollupColumn(name) === 'count').map(lacking)
  const text = `SELECT ${columns.join(', ')} FROM (${below}) AS b LEFT JOIN (${summedUp(table, own, width)}) AS h ON ${same} WHERE ${any.join(' + ')} > 0`
  return [text, params]
}

const columnOf = (result: SqlColumns, table: RollupTable, name: string): ColumnData => {
  const numbers = result.numbers(name)
  const { type } = tables[table].columns[name as 'bucket']
  if ((type as string) === 'u32') return { values: Uint32Array.from(numbers) }
  const nulls = new Uint8Array(result.rows)
  for (let row = 0; row < result.rows; row++) if (Number.isNaN(numbers[row])) nulls[row] = 1
  return nulls.includes(1) ? { values: numbers, nulls } : { values: numbers }
}

export const unrolled: StoreQuery<{ readonly table: RollupTable } & Range, TableBatch> = async (context, query) => {
  checkRange(query)
  const [text, params] = statement(context, query)
  const result = await context.run(text, params.values)
  const { table } = query
  return {
    rows: result.rows,
    columns: Object.fromEntries(columnsOf(table).map((name) => [name, columnOf(result, table, name)])),
  }
}
