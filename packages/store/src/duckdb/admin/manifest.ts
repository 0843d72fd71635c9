/**
 * What a backup says of itself.
 *
 *     monday/
 *       manifest.json      this, and below it:
 *       manifest.sha256    its checksum, as sha256sum writes it
 *       auth.db          agents, users and their audit; and server.json, who the server is
 *       kept/block.parquet, raw-2026-11-23T18-6h/node_sample.parquet, …   one file a table and file of the store
 *
 * A manifest is written last and names every file with its rows, size and checksum: a backup without it is none.
 */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from '../../store-errors.ts'
import { tables } from '../../tables.ts'
import { tiers } from '../../table.ts'
import { z } from 'zod'
import { tierOfName } from '../periods.ts'

/** Number of this form. A reader of an older one refuses a newer one. */
export const backupFormat = 4
const manifestFile = 'manifest.json'
const checksumFile = 'manifest.sha256'
/** A store of 10,000 files has one of 20 MB. */
const maxManifestBytes = 1 << 27

export const mainPart = 'main'

const count = z.int().min(0)
const time = z.int().nullable()
/** `delivery` is in backups of schemas up to 6. */
const tableNames = ['delivery', ...Object.values(tables).map((table) => table.name)] as [string, ...string[]]

const backupTable = z.strictObject({
  name: z.enum(tableNames),
  /** Within the folder of the backup, with slashes. */
  path: z.string().regex(/^[A-Za-z0-9.-]+\/[a-z0-9_]+\.parquet$/),
  rows: count,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

const backupPart = z.strictObject({
  /** Of the file in the store, without ending. */
  name: z.string().max(100),
  tier: z.enum(tiers),
  from: time,
  to: time,
  tables: z.array(backupTable).max(tableNames.length),
})

/** What is kept beside the history; `access.db` is `auth.db` in backups of forms before 3. */
export const otherNames = z.enum(['auth.db', 'access.db', 'alarms.db', 'server.json'])
const backupOther = z.strictObject({ name: otherNames, bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })
export type BackupOther = z.output<typeof backupOther>

const manifest = z.strictObject({
  /** The first form had a history and nothing else. */
  format: z.literal([1, 2, 3, backupFormat]),
  kind: z.literal('netstats-backup'),
  /** Of the tables. */
  schema: z.int().min(1),
  /** Driver and version that wrote it, for people. */
  writer: z.string().max(200),
  /** Number of the last batch that is in it; all of its rows are, and none of a later one. */
  batch: count,
  /** Unix milliseconds. */
  takenAt: z.int(),
  /** Time of the newest row ever written, also where that row has expired. */
  newest: time,
  rows: count,
  parts: z.array(backupPart).max(100_000),
  others: z.array(backupOther).max(3).default([]),
  /** Files that could not be used when it was made: what they held is not in it. */
  missing: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
})
export type Manifest = z.output<typeof manifest>
export type BackupPart = z.output<typeof backupPart>
export type BackupTable = z.output<typeof backupTable>

export const rowsOf = (parts: readonly BackupPart[]): number =>
  parts.reduce((sum, part) => sum + part.tables.reduce((rows, table) => rows + table.rows, 0), 0)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The two files that make a folder a backup, by name. */
export const manifestFiles = (value: Manifest): readonly (readonly [name: string, text: string])[] => {
  const text = `${JSON.stringify(value, undefined, 1)}\n`
  return [
    [checksumFile, `${sha256(text)}  ${manifestFile}\n`],
    [manifestFile, text],
  ]
}

const invalid = (message: string, cause?: unknown): StoreError =>
  new StoreError('STORE_BACKUP_INVALID', message, cause === undefined ? {} : { cause })

/** Reads the manifest of a backup. Whatever is wrong with it is a `StoreError` that names it; no other file is opened. */
export const readManifest = async (folder: string, schema: number): Promise<Manifest> => {
  const path = join(folder, manifestFile)
  const text = await readBounded(folder, path)
  const checksum = await readFile(join(folder, checksumFile), 'utf8').catch(() => '')
  const value = parseJson(path, text)
  const { format, schema: written } = (value ?? {}) as { format?: unknown; schema?: unknown }
  // Before the checksum: of a newer form nothing else is known.
  if (typeof format === 'number' && format > backupFormat) {
    throw new StoreError(
      'STORE_TOO_NEW',
      `${folder} is a backup of form ${format}; this version reads up to ${backupFormat}. Use the version that made it.`,
    )
  }
  if (!checksum.startsWith(`${sha256(text)} `)) {
    throw invalid(`${path} is not what was written: its checksum in ${checksumFile} is missing or another.`)
  }
  if (typeof written === 'number' && written > schema) {
    throw new StoreError(
      'STORE_TOO_NEW',
      `${folder} was made by a newer version (schema ${written}, this one reads up to ${schema}). Use that version.`,
    )
  }
  const parsed = manifest.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(`${path} is no manifest of a backup: ${issue?.path.join('.')}: ${issue?.message}.`, parsed.error)
  }
  checkWhole(path, parsed.data)
  return parsed.data
}

const checkWhole = (path: string, { parts, rows, others }: Manifest): void => {
  const names = [...parts, ...others].map((part) => part.name)
  const paths = parts.flatMap((part) => part.tables.map((table) => table.path))
  if (new Set(names).size !== names.length || new Set(paths).size !== paths.length) {
    throw invalid(`${path} names a file twice.`)
  }
  const isHistory = parts.length > 0 || others.length === 0
  if (isHistory && names.filter((name) => name === mainPart).length !== 1)
    throw invalid(`${path} does not name the main file.`)
  for (const part of parts) {
    const tier = part.name === mainPart ? 'kept' : tierOfName(`${part.name}.duckdb`)
    const isPeriod = part.from !== null && part.to !== null && part.from < part.to
    if (tier !== part.tier || isPeriod !== (tier !== 'kept')) {
      throw invalid(`${path} names ${part.name} where it does not belong.`)
    }
    const strange = part.tables.find((table) => table.path !== `${part.name}/${table.name}.parquet`)
    if (strange !== undefined) throw invalid(`${path} names ${strange.path} where it does not belong.`)
  }
  if (rowsOf(parts) !== rows) throw invalid(`${path} does not add up: its files have other rows than it says.`)
}

const readBounded = async (folder: string, path: string): Promise<string> => {
  try {
    const { size } = await stat(path)
    if (size > maxManifestBytes) throw invalid(`${path} is no manifest of a backup: it has ${size} bytes.`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof StoreError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw invalid(`${path} cannot be read (${code ?? 'error'}).`, error)
    const there = await stat(folder).catch(() => undefined)
    if (there?.isDirectory() === true) {
      throw invalid(
        `${folder} is no backup: it has no ${manifestFile}. One that was not finished ends in .partial.`,
        error,
      )
    }
    throw invalid(`There is no backup at ${folder}.`, error)
  }
}

const parseJson = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(`${path} is not JSON: it was cut or changed.`, error)
  }
}
