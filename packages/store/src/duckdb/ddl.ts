/** Tables as DuckDB makes them. No key and no index on any: they cost more than they give where rows are only added. */
import { tables } from '../tables.ts'
import { tiers } from '../table.ts'
import type { ColumnType, Table, Tier } from '../table.ts'
import type { TableName } from '../tables.ts'

/** Number of the layout that this code writes. A change of `ddlOf` needs a new one, and a migration. */
export const schemaVersion = 8
/** What `main.duckdb` knows of the other files. */
const rosterDdl =
  'CREATE TABLE netstats_files (name VARCHAR NOT NULL, batch BIGINT NOT NULL, rows BIGINT NOT NULL, state VARCHAR NOT NULL, trouble VARCHAR)'
/** Says in every file whose it is. */
export const storeFormat = 'netstats-store'

export const sqlTypes: { readonly [T in ColumnType]: string } = {
  time: 'BIGINT',
  count: 'BIGINT',
  u32: 'UINTEGER',
  u8: 'UTINYINT',
  f64: 'DOUBLE',
  bool: 'BOOLEAN',
  hash64: 'UBIGINT',
  text: 'VARCHAR',
}

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const createTable = ({ name, columns }: Table): string => {
  const lines = Object.entries(columns).map(
    ([column, { type, nullable }]) => `${identifier(column)} ${sqlTypes[type]}${nullable ? '' : ' NOT NULL'}`,
  )
  return `CREATE TABLE ${identifier(name)} (${lines.join(', ')})`
}

/** An empty relation with a table's columns. */
export const emptyRelation = ({ columns }: Table): string => {
  const nulls = Object.entries(columns).map(
    ([column, { type }]) => `CAST(NULL AS ${sqlTypes[type]}) AS ${identifier(column)}`,
  )
  return `(SELECT ${nulls.join(', ')} WHERE false)`
}

const byTier = Object.fromEntries(
  tiers.map((tier) => [
    tier,
    Object.entries<Table>(tables)
      .filter(([, table]) => table.tier === tier)
      .map(([key, table]) => ({ key: key as TableName, table })),
  ]),
) as unknown as { readonly [T in Tier]: readonly { readonly key: TableName; readonly table: Table }[] }

/** Tables of a tier with the keys that batches know them by. */
export const tablesOf = (tier: Tier): readonly { readonly key: TableName; readonly table: Table }[] => byTier[tier]

/**
 * Everything in a file of a tier. `netstats_file` says what the file is and never changes; `netstats_state` has one row
 * that every transaction on the file rewrites: the batch, and how many rows each table had before it. In `main.duckdb`,
 * `netstats_files` says what every other file has (`roster.ts`).
 */
export const ddlOf = (tier: Tier): readonly string[] => [
  'CREATE TABLE netstats_file (format VARCHAR NOT NULL, schema INTEGER NOT NULL, store VARCHAR NOT NULL, tier VARCHAR NOT NULL, "from" BIGINT, "to" BIGINT)',
  'CREATE TABLE netstats_state (batch BIGINT NOT NULL, state VARCHAR NOT NULL)',
  ...(tier === 'kept' ? [rosterDdl] : []),
  ...tablesOf(tier).map(({ table }) => createTable(table)),
]
