/** Makes, attaches and lets go of single files. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '@netstats/sdk/store'
import { ddlOf, identifier, literal } from './ddl.ts'
import { asStoreError } from './failure.ts'
import { emptyState, readRecord, writeRecord } from './record.ts'
import type { FileRecord } from './record.ts'

export const attach = async (
  connection: DuckDBConnection,
  path: string,
  alias: string,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<void> => {
  await connection.run(`ATTACH ${literal(path)} AS ${identifier(alias)}${readOnly ? ' (READ_ONLY)' : ''}`)
}

/** On a full disk the engine can not write a file's log through as it lets go of it; the log stays, and is read next time. */
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
 * Throws when a file can not be one of ours, before the engine touches it. Never for a file that is attached: closing any
 * handle of a file gives up the process's lock on it.
 */
const checkHeader = (path: string, name: string): void => {
  if (statSync(path).size === 0) throw new StoreError('STORE_CORRUPT', `${name} is empty.`)
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

/**
 * Makes a file whole under another name first: what has its own name is complete, whenever the power goes. `first` makes
 * sure that of two processes that begin a store only one does.
 */
export const makeFile = async (
  connection: DuckDBConnection,
  path: string,
  record: FileRecord,
  { first = false }: { readonly first?: boolean } = {},
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
