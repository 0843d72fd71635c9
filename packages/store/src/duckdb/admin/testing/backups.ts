/** Backups that are changed, or made as an older version wrote them, for tests. */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Manifest } from '../manifest.ts'

export type Loose<T> = { -readonly [K in keyof T]: T[K] extends object ? Loose<T[K]> : T[K] | number | string }
/** Changes a manifest and makes its checksum right again. */
export const editBackup = (
  path: string,
  change: (manifest: Loose<Manifest> & Record<string, unknown>) => void,
): void => {
  const file = join(path, 'manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Loose<Manifest> & Record<string, unknown>
  change(manifest)
  const text = JSON.stringify(manifest)
  writeFileSync(file, text)
  writeFileSync(join(path, 'manifest.sha256'), `${createHash('sha256').update(text).digest('hex')}  manifest.json\n`)
}
export const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Takes columns of a table out of a backup, so that it is as an older schema wrote it. */
export const makeOlder = async (
  backup: string,
  tier: string,
  name: string,
  columns: string,
  change: (manifest: Loose<Manifest> & Record<string, unknown>) => void,
): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const manifest = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8')) as Manifest
  const part = manifest.parts.findIndex((one) => one.tier === tier)
  const path = join(backup, manifest.parts[part]?.tables.find((table) => table.name === name)?.path ?? 'none')
  await connection.run(
    `COPY (SELECT * EXCLUDE (${columns}) FROM read_parquet('${path}')) TO '${path}.old' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  renameSync(`${path}.old`, path)
  editBackup(backup, (one) => {
    change(one)
    const table = one.parts[part]?.tables.find((each) => each.name === name)
    if (table === undefined) throw new Error('no table')
    table.bytes = readFileSync(path).length
    table.sha256 = sha256Of(path)
  })
}
