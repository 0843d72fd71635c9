/** Whether a file is made as it should be, and at a batch that it can be at. */
import type { ColumnType, Table } from '../../table.ts'
import type { Finding } from '../../store-admin.ts'
import { lossOf } from '../compare.ts'
import { sqlTypes, tablesOf } from '../ddl.ts'
import { query } from '../statement.ts'
import { tableIn } from '../store-file.ts'
import type { FileSnapshot, Snapshot } from './snapshot.ts'

export const checkFile = async (
  { connection, batch }: Snapshot,
  { file, state, rowsOf }: FileSnapshot,
): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  const error = (message: string): void => void findings.push({ severity: 'error', where: file.name, message })
  for (const { table } of tablesOf(file.tier)) {
    // Not from the engine's list of all columns: that would take part in every file there is, also in one being made.
    const found = await query(connection, `DESCRIBE ${tableIn(file, table.name)}`)
    const [names, types, nulls] = ['column_name', 'column_type', 'null'].map((name) => found.values(name).map(String))
    const there = new Set(names?.map((name, i) => describe(name, types?.[i] ?? '', nulls?.[i] === 'YES')))
    const missing = expected(table).filter((column) => !there.has(column))
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

/** Against what `main.duckdb` knew of it at that moment. */
export const checkKnown = async (
  { connection }: Snapshot,
  { file, state, rowsOf }: FileSnapshot,
  main: FileSnapshot,
): Promise<readonly Finding[]> => {
  const text = `SELECT batch, rows FROM ${tableIn(main.file, 'netstats_files')} WHERE name = $1`
  const known = await query(connection, text, [file.name])
  if (known.rows === 0) return []
  const counts = tablesOf(file.tier).map(({ table }) => `(SELECT count(*) FROM ${rowsOf(table.name)})`)
  const rows = Number((await query(connection, `SELECT ${counts.join(' + ')} AS n`)).values('n')[0])
  const then = { batch: Number(known.values('batch')[0]), rows: Number(known.values('rows')[0]) }
  const loss = lossOf(then, { batch: state.batch, rows })
  return loss === null ? [] : [{ severity: 'error', where: file.name, message: loss }]
}

const describe = (name: string, type: string, isNullable: boolean): string =>
  `${name} ${type}${isNullable ? '' : ' NOT NULL'}`

const expected = ({ columns }: Table): readonly string[] =>
  Object.entries(columns).map(([name, { type, nullable }]) =>
    describe(name, sqlTypes[type satisfies ColumnType], nullable),
  )
