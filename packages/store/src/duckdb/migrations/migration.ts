import type { Tier } from '../../table.ts'

/** A step from one schema to the next. */
export interface Migration {
  /** The schema it takes a file from; the next one is `from + 1`. */
  readonly from: number
  /** What to run in a file of the tier, one transaction; `alias` goes before the names of its tables. */
  readonly statements: (tier: Tier, alias: string) => readonly string[]
  /** Columns that tables have since, and what rows of a backup of before get in them, of their other columns. */
  readonly added?: Readonly<Record<string, Readonly<Record<string, string>>>>
}
