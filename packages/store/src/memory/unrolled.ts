import { createTableBuilder } from '../batch.ts'
import type { TableBatch } from '../batch.ts'
import { checkRange } from '../checks.ts'
import { binOf } from '../metrics.ts'
import type { Range, RollupTable } from '../store.ts'
import type { Table } from '../table.ts'
import { tables } from '../tables.ts'
import { countColumnOf, rollupColumn, rollupSources, rollupWidths } from '../unrolled.ts'
import type { RawPart } from '../unrolled.ts'
import type { Data } from './data.ts'

type Numbers = Record<string, number | null>

/** One row of a roll-up, or several that have been added up. */
const emptyRow = (names: readonly string[]): Numbers =>
  Object.fromEntries(names.map((name) => [name, rollupColumn(name) === 'count' ? 0 : null]))

const add = (to: Numbers, from: Numbers): void => {
  for (const name of Object.keys(to)) {
    const value = from[name] ?? null
    const before = to[name] ?? null
    if (value === null) continue
    switch (rollupColumn(name)) {
      case 'bucket':
      case 'key':
        to[name] = value
        break
      case 'count':
      case 'sum':
        to[name] = (before ?? 0) + value
        break
      case 'min':
        to[name] = before === null ? value : Math.min(before, value)
        break
      case 'max':
        to[name] = before === null ? value : Math.max(before, value)
    }
  }
}

/** What one raw row adds. */
const incrementOf = (row: Numbers, part: RawPart): Numbers => {
  const made: Numbers = { ...row, bucket: row['at'] ?? null }
  for (const name of part.counts) made[name] = 1
  const shares = Object.entries(part.shares ?? {}).map(([metric, [some, all]]) => {
    const whole = row[all] as number
    return [metric, whole > 0 ? Math.min(1, (row[some] as number) / whole) : null] as const
  })
  const amounts = [...Object.entries(part.metrics).map(([metric, column]) => [metric, row[column]] as const), ...shares]
  for (const [metric, value = null] of amounts) {
    const prefix = metric === '' ? '' : `${metric}_`
    made[`${prefix}n`] = value === null ? 0 : 1
    for (const amount of ['sum', 'min', 'max']) made[prefix + amount] = value
    if (metric === part.histogram && value !== null) made[`${metric}_h${binOf(value)}`] = 1
  }
  return made
}

const sourceRows = (data: Data, table: RollupTable): readonly Numbers[] => {
  const source = rollupSources[table]
  if (typeof source === 'string') return data[source]
  return source.flatMap((part) =>
    (data[part.table] as unknown as readonly Numbers[])
      .filter((row) => part.where === undefined || row[part.where[0]] === row[part.where[1]])
      .map((row) => incrementOf(row, part)),
  )
}

export const unrolled = (data: Data, query: { readonly table: RollupTable } & Range): TableBatch => {
  checkRange(query)
  const table: Table = tables[query.table]
  const names = Object.keys(table.columns)
  const keys = names.filter((name) => rollupColumn(name) === 'key')
  const width = rollupWidths[query.table]
  const sumUp = (rows: readonly Numbers[]): Map<string, Numbers> => {
    const sums = new Map<string, Numbers>()
    for (const row of rows) {
      const bucket = (row['bucket'] as number) - ((row['bucket'] as number) % width)
      if (bucket < query.from || bucket >= query.to) continue
      const key = [bucket, ...keys.map((name) => row[name])].join()
      const sum = sums.get(key) ?? emptyRow(names)
      sums.set(key, sum)
      add(sum, { ...row, bucket })
    }
    return sums
  }
  const there = sumUp(data[query.table])
  const builder = createTableBuilder(table)
  for (const [key, row] of sumUp(sourceRows(data, query.table))) {
    const had = there.get(key)
    const lacking = { ...row }
    let any = false
    for (const name of names) {
      if (rollupColumn(name) !== 'count') continue
      lacking[name] = Math.max(0, (row[name] as number) - (had?.[name] ?? 0))
      any ||= lacking[name] > 0
    }
    for (const name of names) {
      const sort = rollupColumn(name)
      if (sort !== 'sum' && sort !== 'min' && sort !== 'max') continue
      if (lacking[countColumnOf(name)] === 0) lacking[name] = null
      else if (sort === 'sum') lacking[name] = (row[name] as number) - (had?.[name] ?? 0)
    }
    if (any) builder.add(lacking as never)
  }
  return builder.take()
}
