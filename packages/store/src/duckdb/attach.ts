/** Makes, attaches and releases single files. */
import { closeSync, existsSync, fsyncSync, linkSync, lstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import { ddlOf, identifier, literal } from './ddl.ts'
import { asStoreError } from './failure.ts'
import { emptyState, readRecord, writeRecord } from './record.ts'
import type { FileRecord } from './record.ts'
import { beginRoster } from './roster.ts'
import type { KnownFile } from './roster.ts'

export const attach = async (
  connection: DuckDBConnection,
  path: string,
  alias: string,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<void> => {
  await connection.run(`ATTACH ${literal(path)} AS ${identifier(alias)}${readOnly ? ' (READ_ONLY)' : ''}`)
}

/** On a full disk the engine cannot write a file's log through as it releases it; the log stays, and is read next time. */
const leftLog = /CHECKPOINT during DETACH failed/

export const detach = async (connection: DuckDBConnection, alias: string): Promise<void> => {
  try {
    await connection.run(`DETACH DATABASE IF EXISTS ${identifier(alias)}`)
  } catch (error) {
    if (!leftLog.test(String(error))) throw error
  }
}

/** A name is on the disk for good only when its folder is. */
export const syncFolder = (path: string): void => {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

const magic = Buffer.from('DUCK')

/**
 * Throws when a file cannot be one of ours, before the engine touches it. Never for a file that is attached: closing any
 * handle of a file gives up the process's lock on it.
 */
export const checkHeader = (path: string, name: string): void => {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) throw new StoreError('STORE_CORRUPT', `${name} is missing.`)
  // A link would be dropped in place of what it leads to, and to open a pipe would wait for ever.
  if (!there.isFile()) throw new StoreError('STORE_FOREIGN', `${name} is a link or a folder, and no file.`)
  if (there.size === 0) throw new StoreError('STORE_CORRUPT', `${name} is empty.`)
  const header = Buffer.alloc(12)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, header.length, 0)
  } finally {
    closeSync(file)
  }
  if (!header.subarray(8).equals(magic)) {
    throw new StoreError('STORE_FOREIGN', `${name} is not a database of Netstats.`)
  }
}

/** Looks what a file is without changing a byte of it. */
export const inspect = async (connection: DuckDBConnection, path: string, name: string): Promise<FileRecord> => {
  const alias = 'inspected'
  try {
    checkHeader(path, name)
    await attach(connection, path, alias, { readOnly: true })
    try {
      return await readRecord(connection, alias, name)
    } finally {
      await detach(connection, alias)
    }
  } catch (error) {
    throw inFile(error, name)
  }
}

/** The error with the file's name in it. */
export const inFile = (error: unknown, name: string): StoreError => {
  const { code, message, retryable } = asStoreError(error)
  return message.includes(name)
    ? asStoreError(error)
    : new StoreError(code, `${name}: ${message}`, { retryable, cause: error })
}

export const newEnding = '.new'

interface MakeOptions {
  readonly first?: boolean
  /** What `main.duckdb` knows from the beginning: other files, and what became of the store before it. */
  readonly files?: readonly KnownFile[]
  readonly trouble?: string
}

/**
 * Makes a file whole under another name first: what has its own name is complete, whenever the power goes. `first` makes
 * sure that of two processes that begin a store only one does.
 */
export const makeFile = async (
  connection: DuckDBConnection,
  path: string,
  record: FileRecord,
  { first = false, files, trouble }: MakeOptions = {},
): Promise<void> => {
  const alias = 'making'
  const draft = first ? `${path}.${process.pid}${newEnding}` : `${path}${newEnding}`
  const clean = (): void => {
    for (const ending of ['', '.wal']) rmSync(draft + ending, { force: true })
  }
  clean()
  try {
    await attach(connection, draft, alias)
    try {
      await connection.run(`USE ${identifier(alias)}`)
      try {
        await connection.run('BEGIN')
        for (const statement of ddlOf(record.tier)) await connection.run(statement)
        await writeRecord(connection, alias, record, emptyState)
        if (record.tier === 'kept') await connection.run(beginRoster(identifier(alias), files, trouble))
        await connection.run('COMMIT')
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined)
        throw error
      } finally {
        await connection.run('USE memory')
      }
      await connection.run(`CHECKPOINT ${identifier(alias)}`)
    } finally {
      await detach(connection, alias)
    }
    if (first) linkFirst(draft, path)
    else renameSync(draft, path)
    syncFolder(dirname(path))
  } finally {
    clean()
  }
}

const linkFirst = (draft: string, path: string): void => {
  if (existsSync(path))
    throw new StoreError('STORE_IN_USE', 'Another process has just begun this store.', { retryable: true })
  linkSync(draft, path)
}
