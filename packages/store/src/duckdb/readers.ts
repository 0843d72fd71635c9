/**
 * Queries beside the writer: a few connections, a bounded queue before them. A query sees what was committed when it
 * began, never the half of a batch: it meets the files while no batch is being committed.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { SqlColumns, SqlValue } from '../query.ts'
import { createActiveReaders } from './active-readers.ts'
import type { ActiveReader } from './active-readers.ts'
import { asStoreError } from './failure.ts'
import type { FileSet } from './file-set.ts'
import type { Mutex } from './mutex.ts'
import { createQueryEnd } from './query-end.ts'
import type { QueryEnd, ReadOptions } from './query-end.ts'
import { openReadConnections } from './read-connections.ts'
import { query } from './statement.ts'
import { tableIn } from './store-file.ts'
import type { StoreFile } from './store-file.ts'

/** One query's view of the files, for as long as it takes. */
export interface Session {
  /** The file is read from now on, and stays until the session ends. */
  use(file: StoreFile): void
  run(text: string, params?: readonly SqlValue[]): Promise<SqlColumns>
}

export interface Readers {
  /** Fails with `STORE_BUSY` when too many wait already. */
  read<T>(use: (session: Session) => Promise<T>, options: ReadOptions): Promise<T>
  /** Resolves when nobody reads the file any more; those that still do after the grace are ended. */
  drain(file: StoreFile, graceMs: number): Promise<void>
  /** Counts one with a connection of its own among those that are ended and waited for; gives the way out. */
  enlist(reader: ActiveReader): () => void
  /** Whether long work reads the file: what only tidies up leaves it for another time. */
  isKept(file: StoreFile): boolean
  close(): Promise<void>
}

export interface ReadersParts {
  readonly connect: () => Promise<DuckDBConnection>
  readonly files: FileSet
  /** Held while a batch is committed. */
  readonly gate: Mutex
  readonly readers: number
  readonly waiting: number
  readonly resultBytes: number
}

/** An interrupt between two statements is lost, so it is given again. */
const interruptEveryMs = 20

/** A query from when it has a connection. */
interface RunningQuery {
  readonly connection: DuckDBConnection
  readonly ending: QueryEnd
  readonly used: Set<StoreFile>
}

const useFile = ({ used }: RunningQuery, file: StoreFile): void => {
  if (used.has(file)) return
  used.add(file)
  file.readers++
}

/** Files that are being written to: their rows must all be of the same batch. */
const beginIn = async (files: FileSet, running: RunningQuery): Promise<void> => {
  const { connection, ending } = running
  await ending.gated(async () => {
    await connection.run('BEGIN TRANSACTION READ ONLY')
    const written = files.all().filter((file) => file === files.main || file.writer !== undefined)
    const states = written
      .filter((file) => !file.leaving)
      .map((file) => {
        useFile(running, file)
        return `SELECT batch FROM ${tableIn(file, 'netstats_state')}`
      })
    await connection.run(states.join(' UNION ALL '))
  })
}

const sessionOf = (files: FileSet, running: RunningQuery, resultBytes: number): Session => {
  const { connection, ending, used } = running
  return {
    use: (file) => useFile(running, file),
    async run(text, params = []) {
      ending.check()
      await files.attach([...used])
      const rows = await query(connection, text, params, { begin: (prepare) => ending.gated(prepare), resultBytes })
      ending.check()
      return rows
    },
  }
}

/** Interrupts what the engine does for a query from when it is ended, until the function that it gives is called. */
const interruptWhenEnded = ({ connection, ending: { signal } }: RunningQuery): (() => void) => {
  let interrupts: NodeJS.Timeout | undefined
  const interrupt = (): void => {
    connection.interrupt()
    interrupts ??= setInterval(() => connection.interrupt(), interruptEveryMs)
  }
  signal.addEventListener('abort', interrupt)
  return () => {
    signal.removeEventListener('abort', interrupt)
    clearInterval(interrupts)
  }
}

export const createReaders = async (parts: ReadersParts): Promise<Readers> => {
  const { files, gate, resultBytes } = parts
  const connections = await openReadConnections(parts.connect, parts)
  const active = createActiveReaders()
  const enlisted = new Set<ActiveReader>()

  const answer = async <T>(running: RunningQuery, use: (session: Session) => Promise<T>): Promise<T> => {
    const { connection, ending, used } = running
    const reader: ActiveReader = { files: used, end: (error) => ending.end(error) }
    active.enter(reader)
    const stopInterrupting = interruptWhenEnded(running)
    try {
      await beginIn(files, running)
      const result = await use(sessionOf(files, running, resultBytes))
      ending.check()
      return result
    } catch (error) {
      ending.check()
      throw asStoreError(error)
    } finally {
      // Anyone who is ended from now on has ended: an interrupt would hit the next one, or a closed connection.
      stopInterrupting()
      await connection.run('ROLLBACK').catch(() => undefined)
      for (const file of used) file.readers--
      active.leave(reader)
      connections.release(connection)
    }
  }

  return {
    async read(use, options) {
      using ending = createQueryEnd(gate, options)
      const connection = await connections.acquire(ending.signal)
      return await answer({ connection, ending, used: new Set() }, use)
    },
    drain: (file, graceMs) => active.drain(file, graceMs),
    isKept: (file) => [...enlisted].some((one) => one.files.has(file)),
    enlist(reader) {
      active.enter(reader)
      enlisted.add(reader)
      return () => {
        enlisted.delete(reader)
        active.leave(reader)
      }
    },
    async close() {
      await active.close(new StoreError('STORE_CLOSED', 'The store is closed.'))
      await connections.close()
    },
  }
}
