/** Whether a file is made as it should be, and at a batch that it can be at. */
import type { ColumnType, Finding, Table } from '@netstats/sdk/store'
import { sqlTypes, tablesOf } from '../ddl.ts'
import { query } from '../statement.ts'
import type { FileSnapshot, Snapshot } from './snapshot.ts'

export const checkFile = async (
  { connection, batch }: Snapshot,
  { file, state, rowsOf }: FileSnapshot,
): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  const error = (message: string): void => void findings.push({ severity: 'error', where: file.name, message })
  const columns = await query(
    connection,
    'SELECT table_name AS t, column_name AS c, data_type AS d, is_nullable AS n FROM duckdb_columns() WHERE database_name = $1 AND NOT internal',
    [file.alias],
  )
  const names = columns.values('c')
  const types = columns.values('d')
  const nullables = columns.values('n')
  const found = new Map<string, Set<string>>()
  columns.values('t').forEach((table, i) => {
    const of = found.get(String(table)) ?? new Set()
    of.add(describe(String(names[i]), String(types[i]), nullables[i] === true))
    found.set(String(table), of)
  })
  for (const { table } of tablesOf(file.tier)) {
    const missing = expected(table).filter((column) => found.get(table.name)?.has(column) !== true)
    if (missing.length > 0) error(`table ${table.name} is not of this schema: it lacks ${missing.join(', ')}`)
  }
  if (state.batch > batch && file.hidden === undefined) {
    error(`is at batch ${state.batch}, and the last one that is durable is ${batch}`)
  }
  for (const { key, table } of tablesOf(file.tier)) {
    const before = state.before.rows[key]
    if (before === undefined) continue
    const rows = Number((await query(connection, `SELECT count(*) AS n FROM ${rowsOf(table.name)}`)).values('n')[0])
    if (rows < before) error(`has lost rows of ${table.name}: ${rows} are there of ${before} before the last batch`)
  }
  return findings
}

const describe = (name: string, type: string, isNullable: boolean): string =>
  `${name} ${type}${isNullable ? '' : ' NOT NULL'}`

const expected = ({ columns }: Table): readonly string[] =>
  Object.entries(columns).map(([name, { type, nullable }]) =>
    describe(name, sqlTypes[type satisfies ColumnType], nullable),
  )
