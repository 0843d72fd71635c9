/**
 * How tables of a store are described. Rows travel in columns, so that a second of 20,000 rows crosses a thread as a few
 * typed arrays; a driver makes its own DDL from the description.
 */

/**
 * `time` is Unix milliseconds; `count` a whole number below 2^53; `hash64` what blocks are joined by (see `hash64Of`);
 * `u32` also carries the keys that stand for networks, nodes and metric names.
 */
export const columnTypes = ['time', 'count', 'u32', 'u8', 'f64', 'bool', 'hash64', 'text'] as const
export type ColumnType = (typeof columnTypes)[number]

export interface Column {
  readonly type: ColumnType
  readonly nullable: boolean
}

/**
 * How long rows live. Each tier has a retention of its own; `kept` has none. What is written to one tier of one period
 * is dropped at once when it is past its retention.
 */
export const tiers = ['raw', 'logs', 'seconds', 'minutes', 'hours', 'kept'] as const
export type Tier = (typeof tiers)[number]
/** Tiers whose rows expire. */
export type ExpiringTier = Exclude<Tier, 'kept'>

export type Columns = Readonly<Record<string, Column>>

export interface Table<C extends Columns = Columns> {
  readonly name: string
  readonly tier: Tier
  /** Column by which rows are found and expire; null for tables whose rows live as long as the store. */
  readonly time: string | null
  /** A row replaces the one with the same value of `by`, or only removes it if its `unless` is 0. Other tables only grow. */
  readonly replace?: { readonly by: string; readonly unless: string }
  readonly columns: C
}

export const column = <T extends ColumnType>(type: T): { readonly type: T; readonly nullable: false } => ({
  type,
  nullable: false,
})
export const nullable = <T extends ColumnType>(type: T): { readonly type: T; readonly nullable: true } => ({
  type,
  nullable: true,
})

export const defineTable = <C extends Columns>(
  table: Table<C> & { readonly time: (keyof C & string) | null },
): Table<C> => table

type ValueOf<T extends ColumnType> = T extends 'text'
  ? string
  : T extends 'bool'
    ? boolean
    : T extends 'hash64'
      ? bigint
      : number

/** A row of a table as a plain object. */
export type RowOf<T extends Table> = {
  readonly [K in keyof T['columns'] & string]: T['columns'][K]['nullable'] extends true
    ? ValueOf<T['columns'][K]['type']> | null
    : ValueOf<T['columns'][K]['type']>
}
