/** Parts of statements. Values go in as parameters; only names that the tables define stand in the text. */
import { tables } from '../tables.ts'
import type { Range } from '../store.ts'
import type { RowOf, Table } from '../table.ts'
import type { TableName, Tables } from '../tables.ts'
import type { SqlColumns, SqlValue } from '../query.ts'

export type Row<T extends TableName> = RowOf<Tables[T]>

export interface Params {
  readonly values: readonly SqlValue[]
  /** A whole number: a key, a time, a height. Typed, so that arithmetic means the same in every engine. */
  int(value: number): string
  text(value: string): string
  hash64(value: bigint): string
  bool(value: boolean): string
}

export const createParams = (): Params => {
  const values: SqlValue[] = []
  const add = (value: SqlValue): string => `$${values.push(value)}`
  return {
    values,
    int: (value) => `CAST(${add(value)} AS BIGINT)`,
    text: (value) => `CAST(${add(value)} AS TEXT)`,
    hash64: add,
    bool: (value) => `CAST(${add(value)} AS BOOLEAN)`,
  }
}

/** Engines fold the case of bare names, each in its own way. */
export const quoted = (name: string): string => `"${name}"`

export const columnNames = (table: Table): readonly string[] => Object.keys(table.columns)
export const columnList = (table: Table): string => columnNames(table).map(quoted).join(', ')

export const inRange = (column: string, { from, to }: Range, params: Params): string =>
  `${quoted(column)} >= ${params.int(from)} AND ${quoted(column)} < ${params.int(to)}`

/** Rows of a result that has all columns of a table. */
export const rowsFrom = <T extends TableName>(name: T, result: SqlColumns): Row<T>[] => {
  const names = columnNames(tables[name])
  const columns = names.map((column) => result.values(column))
  return Array.from({ length: result.rows }, (_, row) => {
    const one: Record<string, SqlValue> = {}
    for (let i = 0; i < names.length; i++)
      one[names[i] as string] = (columns[i] as readonly SqlValue[])[row] as SqlValue
    return one as Row<T>
  })
}

/** Null is NaN in a column of numbers. */
export const numberAt = (numbers: Float64Array, row: number): number | null => {
  const value = numbers[row] as number
  return Number.isNaN(value) ? null : value
}
