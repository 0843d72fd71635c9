/**
 * A copy of all files as of one moment, while writing goes on: one transaction that reads sees all of them as they were
 * between two batches. Each table of each file is exported where the engine may write, and copied to the target.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { BackupReport, FileTrouble } from '../../store-admin.ts'
import { inFile } from '../attach.ts'
import { literal, tablesOf } from '../ddl.ts'
import type { Engine } from '../engine.ts'
import { query } from '../statement.ts'
import type { CallOptions } from '../method.ts'
import { addOthers, manifestHead } from './backup-others.ts'
import type { BackupArgs } from './backup-others.ts'
import { condition } from './condition.ts'
import { rowsOf } from './manifest.ts'
import type { BackupOther, BackupPart, BackupTable } from './manifest.ts'
import { readSnapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import { openTarget } from './target.ts'
import type { BackupTarget } from './target.ts'

export const backup = async (
  engine: Engine,
  { path, alongside }: BackupArgs,
  options: CallOptions,
): Promise<BackupReport> => {
  const { signal, onProgress } = options
  const { directory } = engine.options
  await using target = await openTarget(path, directory)
  const draft = join(directory, 'tmp', 'backup')
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  try {
    const troubles = condition(engine)
    return await readSnapshot(
      engine,
      () => engine.files.all(),
      signal,
      async (snapshot) => {
        const parts: BackupPart[] = []
        const all = snapshot.files.reduce((sum, { file }) => sum + tablesOf(file.tier).length, 0)
        let done = 0
        for (const { file, rowsOf } of snapshot.files) {
          const { tier, from, to } = file
          const name = file.name.replace(/\.duckdb$/, '')
          const exported: BackupTable[] = []
          for (const { table } of tablesOf(tier)) {
            const what = `${name}/${table.name}`
            onProgress({ done: done++, all, what })
            const path = `${what}.parquet`
            const one = { name: table.name, path, rows: rowsOf(table.name) }
            const written = await exportTable({ ...snapshot, target, draft, signal }, one)
            if (written !== undefined) exported.push(written)
          }
          parts.push({ name, tier, from, to, tables: exported })
        }
        const others = await addOthers(target, alongside, signal)
        return await finish(engine, { path, troubles, snapshot, target, parts, others })
      },
    )
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

interface Written {
  readonly path: string
  readonly troubles: readonly FileTrouble[]
  readonly snapshot: Snapshot
  readonly target: BackupTarget
  readonly parts: readonly BackupPart[]
  readonly others: BackupOther[]
}

const finish = async (
  { files }: Pick<Engine, 'files'>,
  { path, troubles, snapshot: { files: read, batch }, target, parts, others }: Written,
): Promise<BackupReport> => {
  const newest = read.find(({ file }) => file === files.main)?.state.newest ?? null
  const missing = troubles.map(({ name, message }) => ({ name, reason: message }))
  const rows = rowsOf(parts)
  await target.finish({
    ...manifestHead(),
    batch,
    newest,
    rows,
    parts: [...parts],
    others,
    missing,
  })
  const written = parts.flatMap((part) => part.tables)
  const bytes = [...written, ...others].reduce((sum, table) => sum + table.bytes, 0)
  const also = others.map(({ name }) => name)
  return { path, rows, files: written.length, bytes, also, ...(missing.length === 0 ? {} : { missing }) }
}

interface ExportWork {
  readonly connection: DuckDBConnection
  readonly target: BackupTarget
  readonly draft: string
  readonly signal: AbortSignal | undefined
}

/** Undefined for a table without rows: it needs no file. */
const exportTable = async (
  { connection, target, draft, signal }: ExportWork,
  { name, path, rows: relation }: { readonly name: string; readonly path: string; readonly rows: string },
): Promise<BackupTable | undefined> => {
  const exported = join(draft, 'table.parquet')
  try {
    // In the order of the rows, which is that of the batches.
    const copy = `COPY (SELECT * FROM ${relation}) TO ${literal(exported)} (FORMAT parquet, COMPRESSION zstd)`
    const copied = await query(connection, copy).catch((error: unknown) => {
      throw inFile(error, path)
    })
    const rows = Number(copied.values('Count')[0])
    if (rows === 0) return undefined
    return { name, path, rows, ...(await target.add(path, exported, signal)) }
  } finally {
    rmSync(exported, { force: true })
  }
}
