import { statSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { TableName } from '../tables.ts'
import type { Tier } from '../table.ts'
import { identifier } from './ddl.ts'
import type { FileState } from './record.ts'

/** A file of the store as the worker knows it. */
export interface StoreFile {
  /** In the store's folder, with its ending. */
  readonly name: string
  readonly path: string
  /** What statements call it. */
  readonly alias: string
  readonly tier: Tier
  /** Period; null in `main.duckdb`. */
  readonly from: number | null
  readonly to: number | null
  state: FileState
  attached: boolean
  /** Tells the file that is attached from another one that took its name. */
  inode: bigint | undefined
  /** Rows of each table; known once the file has been written to, or asked. */
  counts: Map<TableName, number> | undefined
  /** Where the rows of a batch that is to be undone begin, by table name: nobody is shown them. */
  hidden: ReadonlyMap<string, number> | undefined
  /** Being taken away: nobody begins to read it. */
  leaving: boolean
  /** Queries that read it now. */
  readers: number
  /** Counts up with each use: those used longest ago are closed first. */
  usedAt: number
  /** The connection that writes to it, while it is written to. */
  writer: DuckDBConnection | undefined
}

/** A file that is left aside. */
export interface UnusableFile {
  readonly name: string
  readonly path: string
  readonly tier: Tier
  readonly reason: string
}

const inodeOf = ({ path }: StoreFile): bigint | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino

/** To be called when it is attached. */
export const noteAttached = (file: StoreFile): void => {
  file.attached = true
  file.inode = inodeOf(file)
}

/** Whether a file still has its name. One that is attached no longer shows what is at its path. */
export const isInPlace = (file: StoreFile): boolean => {
  const inode = inodeOf(file)
  return file.attached ? inode === file.inode : inode !== undefined
}

/** Writing to a file that has lost its name succeeds, and what was written is gone with the process. */
export const checkInPlace = (file: StoreFile): void => {
  if (file.attached && !isInPlace(file))
    throw new StoreError('STORE_FAILED', `${file.name} was removed or replaced while it was in use.`, {
      retryable: true,
    })
}

export const tableIn = (file: StoreFile, table: string): string => `${identifier(file.alias)}.${identifier(table)}`

/** What stands in FROM for the rows of one table of one file: its committed rows. */
export const relationIn = (file: StoreFile, table: string): string => {
  const boundary = file.hidden?.get(table)
  const name = tableIn(file, table)
  return boundary === undefined ? name : `(SELECT * FROM ${name} WHERE rowid < ${boundary})`
}
