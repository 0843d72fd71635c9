/**
 * Where SQL meets an engine. Questions are written once, against this context, in text that DuckDB and PostgreSQL both
 * understand; an engine gives the context. All of it runs beside the database, never on the main thread.
 */
import type { ExpiringTier, Table } from './table.ts'
import type { Range } from './store.ts'

export type SqlValue = number | bigint | string | boolean | null

/** A result by columns. A column is asked for once, in the form it is wanted in. */
export interface SqlColumns {
  readonly rows: number
  /** Whole numbers below 2^53 as numbers, `hash64` as bigint. */
  values(name: string): readonly SqlValue[]
  /** Null is NaN. */
  numbers(name: string): Float64Array
  bigints(name: string): BigUint64Array
}

export interface QueryContext {
  /**
   * What stands in FROM for the rows of a table. With a range: at least those whose time is within it, so name the range
   * in WHERE too. A table without any file is an empty relation, never an error.
   */
  from(table: Table, range?: Range): string
  /** Runs one statement with parameters `$1`, `$2`, …; throws `StoreError` when it takes too long, too much or is cancelled. */
  run(text: string, params?: readonly SqlValue[]): Promise<SqlColumns>
  /**
   * An aggregate: of the rows of a group whose `value` is not null, that value of the one with the greatest `by`. Both are
   * expressions. Engines have it in different words.
   */
  newest(value: string, by: string): string
  /** Time before which a tier has no rows any more; null where it never had any. */
  oldest(tier: ExpiringTier): number | null
  /** Time of the newest row ever written; null in a new store. */
  readonly newestAt: number | null
  /** Highest `seq` ever given. */
  readonly seq: number
  /** Ids of the newest batches, oldest first. */
  readonly batches: readonly string[]
}

/** One question: what `Store` is asked, put to a context. */
export type StoreQuery<Q, R> = (context: QueryContext, query: Q) => Promise<R>
