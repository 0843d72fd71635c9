/** What a store holds: files with their size, tables with their rows. */
import { existsSync } from 'node:fs'
import { version as engineVersion } from '@duckdb/node-api'
import { tables } from '../../tables.ts'
import type { FileInfo, StoreInfo } from '../../store-admin.ts'
import type { Table } from '../../table.ts'
import { identifier, schemaVersion, tablesOf } from '../ddl.ts'
import type { Engine } from '../engine.ts'
import { asStoreError } from '../failure.ts'
import { sizeOf } from '../file-set.ts'
import type { CallOptions } from '../method.ts'
import { periodOfName } from '../periods.ts'
import { query } from '../statement.ts'
import { condition } from './condition.ts'
import { cancelled, readSnapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import type { StoreFile } from '../store-file.ts'

interface Count {
  rows: number
  from: number | null
  to: number | null
}

export const info = async (engine: Engine, options: CallOptions): Promise<StoreInfo> => {
  const { signal } = options
  const counts = new Map<string, Count>(
    Object.values<Table>(tables).map(({ name }) => [name, { rows: 0, from: null, to: null }]),
  )
  const files: FileInfo[] = []
  for (const file of engine.files.all()) {
    if (file.leaving) continue
    const reason = await count(engine, file, counts, signal)
    const { name, tier, from, to } = file
    const bytes = bytesOf(file.path)
    files.push(
      reason === undefined
        ? { name, bytes, tier, from, to, state: 'ok' }
        : { name, bytes, tier, from, to, state: 'unusable', reason },
    )
  }
  for (const { name, path, tier, reason } of engine.files.unusable().filter(({ path }) => existsSync(path))) {
    files.push({ name, bytes: bytesOf(path), tier, from: null, to: null, state: 'unusable', reason })
  }
  for (const { name, tier, what, message } of condition(engine)) {
    const { from, to } = periodOfName(name) ?? { from: null, to: null }
    if (what === 'missing') files.push({ name, bytes: 0, tier, from, to, state: 'unusable', reason: message })
  }
  return {
    driver: 'duckdb',
    version: engineVersion(),
    schema: schemaVersion,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
    tables: [...counts].map(([name, one]) => ({ name, ...one })),
  }
}

/** With what is still in its log. */
const bytesOf = (path: string): number => sizeOf(path) + sizeOf(`${path}.wal`)

/** Adds the rows of one file; gives the reason where that cannot be done. */
const count = async (
  engine: Engine,
  file: StoreFile,
  counts: Map<string, Count>,
  signal: AbortSignal | undefined,
): Promise<string | undefined> => {
  try {
    const found = await readSnapshot(
      engine,
      () => [file],
      signal,
      (snapshot) => countTables(snapshot, file),
    )
    for (const [name, { rows, from, to }] of found) {
      const known = counts.get(name)
      if (known === undefined) continue
      known.rows += rows
      known.from = known.from === null || from === null ? (known.from ?? from) : Math.min(known.from, from)
      known.to = known.to === null || to === null ? (known.to ?? to) : Math.max(known.to, to)
    }
    return undefined
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(error)
    return asStoreError(error).message
  }
}

const countTables = async (
  { connection, files: [one] }: Snapshot,
  file: StoreFile,
): Promise<readonly (readonly [string, Count])[]> => {
  const found: [string, Count][] = []
  // Taken away meanwhile.
  if (one === undefined) return found
  for (const { table } of tablesOf(file.tier)) {
    const time = table.time === null ? 'NULL' : identifier(table.time)
    const text = `SELECT count(*) AS n, min(${time}) AS a, max(${time}) AS b FROM ${one.rowsOf(table.name)}`
    const rows = await query(connection, text)
    const at = (name: string): number | null => (rows.values(name)[0] ?? null) as number | null
    found.push([table.name, { rows: Number(rows.values('n')[0]), from: at('a'), to: at('b') }])
  }
  return found
}
