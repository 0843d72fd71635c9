/** Holds what is in the folder against what `main.duckdb` knows of it. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { tablesOf } from './ddl.ts'
import type { KnownFile, Roster } from './roster.ts'
import { query } from './statement.ts'
import { relationIn } from './store-file.ts'
import type { StoreFile } from './store-file.ts'

/** Rows of all tables that anybody is shown. */
export const rowsIn = async (connection: DuckDBConnection, file: StoreFile): Promise<number> => {
  const counts = tablesOf(file.tier).map(({ table }) => `(SELECT count(*) FROM ${relationIn(file, table.name)})`)
  return Number((await query(connection, `SELECT ${counts.join(' + ')} AS n`)).values('n')[0])
}

export const lossOf = (
  known: Pick<KnownFile, 'batch' | 'rows'>,
  found: { batch: number; rows: number },
): string | null => {
  const behind = found.batch < known.batch
  if (!behind && found.rows === known.rows) return null
  const rows = `it has ${found.rows} rows, and had ${known.rows}`
  if (!behind) return `${rows}: rows were lost, or somebody changed it`
  return `${rows} at batch ${known.batch}, and is at batch ${found.batch}: its log (.wal) was lost or cut, or an older copy of it was put there`
}

/** Takes down what a file has lost; of a store that has no roster yet, takes down what there is. `durable` is the last batch. */
export const compare = (roster: Roster, { name, state }: StoreFile, rows: number, durable: number): void => {
  // A batch that `main.duckdb` has not is about to be taken out.
  const batch = Math.min(state.batch, durable)
  const known = roster.get(name)
  if (known === undefined) {
    if (roster.isNew) roster.note({ name, batch, rows, state: 'kept', trouble: null })
    return
  }
  const loss = lossOf(known, { batch, rows })
  if (loss === null && known.state === 'kept') return
  const trouble = [known.trouble, loss].filter((one) => one !== null).join('; ')
  roster.note({ name, batch, rows, state: 'kept', trouble: trouble === '' ? null : trouble.slice(0, 1000) })
}
