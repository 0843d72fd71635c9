import type { Range } from '../store.ts'
import type { RowOf } from '../table.ts'
import { tables } from '../tables.ts'
import type { TableName, Tables } from '../tables.ts'

export type Row<T extends TableName> = RowOf<Tables[T]>
/** All rows, in the order they were written. */
export type Data = { readonly [T in TableName]: readonly Row<T>[] }

export const tableNames = Object.keys(tables) as TableName[]

/** Time of a row by its table's own column; null for dictionaries. */
export const timeOf = (name: TableName, row: object): number | null => {
  const { time } = tables[name]
  return time === null ? null : ((row as Readonly<Record<string, unknown>>)[time] as number)
}

export const within =
  ({ from, to }: Range) =>
  (row: { readonly at: number }): boolean =>
    row.at >= from && row.at < to

interface Numbered {
  readonly at: number
  readonly seq: number
}
export const newestFirst = (a: Numbered, b: Numbered): number => b.at - a.at || b.seq - a.seq
/** The newest by time and then by `seq`. */
export const newestOf = <R extends Numbered>(rows: readonly R[]): R | undefined => rows.toSorted(newestFirst)[0]

/** The row with the greatest time; of several the one written last. */
export const lastOf = <R extends { readonly at: number }>(rows: readonly R[]): R | undefined =>
  rows.toSorted((a, b) => a.at - b.at).at(-1)

export const groupBy = <K, R>(rows: readonly R[], key: (row: R) => K): ReadonlyMap<K, readonly R[]> =>
  Map.groupBy(rows, key)

/** As SQL's `percentile_cont`: interpolated between the two nearest; null of nothing. */
export const percentile = (values: readonly number[], share: number): number | null => {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] as number
  const high = sorted[Math.ceil(place)] as number
  return low + (high - low) * (place - Math.floor(place))
}
