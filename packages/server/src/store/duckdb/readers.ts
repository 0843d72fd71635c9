/**
 * Queries beside the writer: a few connections, a bounded queue before them. A query sees what was committed when it
 * began, never the half of a batch: it meets the files while no batch is being committed.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '@netstats/sdk/store'
import type { SqlColumns, SqlValue } from '../query.ts'
import { asStoreError } from './failure.ts'
import type { FileSet } from './file-set.ts'
import type { Mutex } from './mutex.ts'
import { query } from './statement.ts'
import { tableIn } from './store-file.ts'
import type { StoreFile } from './store-file.ts'

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

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
  enlist(reader: Enlisted): () => void
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

export interface Enlisted {
  readonly files: ReadonlySet<StoreFile>
  /** Makes whoever reads leave soon. */
  end(error: StoreError): void
}

interface Running extends Enlisted {
  readonly files: Set<StoreFile>
  /** Runs while no batch is being committed. */
  gated<T>(task: () => Promise<T>): Promise<T>
}

/** An interrupt between two statements is lost, so it is given again. */
const interruptEveryMs = 20

export const createReaders = async ({
  connect,
  files,
  gate,
  readers,
  waiting,
  resultBytes,
}: ReadersParts): Promise<Readers> => {
  const free = await Promise.all(Array.from({ length: readers }, connect))
  const all = [...free]
  const queue: ((connection: DuckDBConnection) => void)[] = []
  const running = new Set<Enlisted>()
  const enlisted = new Set<Enlisted>()
  const watchers = new Set<() => void>()

  /** A free connection; undefined when the signal ends the wait. */
  const acquire = async (signal: AbortSignal): Promise<DuckDBConnection | undefined> => {
    const connection = free.pop()
    if (connection) return connection
    if (queue.length >= waiting) {
      throw new StoreError('STORE_BUSY', `The store has ${waiting} queries waiting.`, { retryable: true })
    }
    const { promise, resolve } = Promise.withResolvers<DuckDBConnection | undefined>()
    const leave = (): void => {
      const place = queue.indexOf(resolve)
      if (place < 0) return
      queue.splice(place, 1)
      resolve(undefined)
    }
    queue.push(resolve)
    signal.addEventListener('abort', leave)
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
  const release = (connection: DuckDBConnection): void => {
    const next = queue.shift()
    if (next) next(connection)
    else free.push(connection)
  }

  /** Files that are being written to: their rows must all be of the same batch. */
  const begin = async (connection: DuckDBConnection, one: Running, use: (file: StoreFile) => void): Promise<void> => {
    await one.gated(async () => {
      await connection.run('BEGIN TRANSACTION READ ONLY')
      const written = files.all().filter((file) => file === files.main || file.writer !== undefined)
      const states = written
        .filter((file) => !file.leaving)
        .map((file) => {
          use(file)
          return `SELECT batch FROM ${tableIn(file, 'netstats_state')}`
        })
      await connection.run(states.join(' UNION ALL '))
    })
  }

  const session = (connection: DuckDBConnection, one: Running, check: () => void): Session => {
    const use = (file: StoreFile): void => {
      if (one.files.has(file)) return
      one.files.add(file)
      file.readers++
    }
    return {
      use,
      async run(text, params = []) {
        check()
        await files.attach([...one.files])
        const rows = await query(connection, text, params, {
          begin: (prepare) => one.gated(prepare),
          resultBytes,
        })
        check()
        return rows
      },
    }
  }

  return {
    async read(use, { signal, timeoutMs }) {
      const ended = new AbortController()
      const end = (error: StoreError): void => ended.abort(error)
      const cancelled = (): void =>
        end(new StoreError('STORE_QUERY_CANCELLED', 'The query was taken back.', { retryable: true }))
      const check = (): void => {
        if (ended.signal.aborted) throw ended.signal.reason as StoreError
      }
      /** Who is ended does not wait for the gate: whoever holds it may be waiting for just that. */
      const gated = async <T>(task: () => Promise<T>): Promise<T> => {
        const { promise, reject } = Promise.withResolvers<never>()
        let begun = false
        const leave = (): void => {
          if (!begun) reject(ended.signal.reason as StoreError)
        }
        ended.signal.addEventListener('abort', leave)
        const run = gate.run(() => {
          check()
          begun = true
          return task()
        })
        try {
          return await Promise.race([run, promise])
        } finally {
          ended.signal.removeEventListener('abort', leave)
        }
      }
      if (signal.aborted) cancelled()
      check()
      signal.addEventListener('abort', cancelled)
      const timer = setTimeout(
        () =>
          end(
            new StoreError('STORE_QUERY_TIMEOUT', `The query took longer than ${timeoutMs} ms.`, { retryable: true }),
          ),
        timeoutMs,
      )
      const one: Running = { files: new Set(), gated, end }
      let interrupts: NodeJS.Timeout | undefined
      let connection: DuckDBConnection | undefined
      const interrupt = (): void => {
        connection?.interrupt()
        interrupts ??= setInterval(() => connection?.interrupt(), interruptEveryMs)
      }
      try {
        connection = await acquire(ended.signal)
        check()
        if (connection === undefined) throw new StoreError('STORE_CLOSED', 'The store is closed.')
        const own = connection
        running.add(one)
        ended.signal.addEventListener('abort', interrupt)
        const view = session(own, one, check)
        await begin(own, one, (file) => view.use(file))
        const result = await use(view)
        check()
        return result
      } catch (error) {
        check()
        throw asStoreError(error)
      } finally {
        clearTimeout(timer)
        // Whoever is ended from now on has ended: an interrupt would hit the next one, or a closed connection.
        ended.signal.removeEventListener('abort', interrupt)
        clearInterval(interrupts)
        signal.removeEventListener('abort', cancelled)
        if (connection) {
          await connection.run('ROLLBACK').catch(() => undefined)
          for (const file of one.files) file.readers--
          running.delete(one)
          for (const watcher of watchers) watcher()
          release(connection)
        }
      }
    },
    async drain(file, graceMs) {
      if (file.readers === 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const watcher = (): void => {
        if (file.readers === 0) resolve()
      }
      watchers.add(watcher)
      const late = setTimeout(() => {
        for (const one of running) {
          if (!one.files.has(file)) continue
          one.end(new StoreError('STORE_QUERY_CANCELLED', `${file.name} was taken away.`, { retryable: true }))
        }
      }, graceMs)
      try {
        await promise
      } finally {
        clearTimeout(late)
        watchers.delete(watcher)
      }
    },
    isKept: (file) => [...enlisted].some((one) => one.files.has(file)),
    enlist(reader) {
      running.add(reader)
      enlisted.add(reader)
      return () => {
        running.delete(reader)
        enlisted.delete(reader)
        for (const watcher of watchers) watcher()
      }
    },
    async close() {
      const closed = new StoreError('STORE_CLOSED', 'The store is closed.')
      for (const one of running) one.end(closed)
      const { promise: left, resolve: leave } = Promise.withResolvers<void>()
      const watcher = (): void => {
        if (running.size === 0) leave()
      }
      watchers.add(watcher)
      watcher()
      await left
      watchers.delete(watcher)
      while (free.length < all.length) {
        const { promise, resolve } = Promise.withResolvers<DuckDBConnection>()
        queue.unshift(resolve)
        free.push(await promise)
      }
      for (const connection of all) connection.closeSync()
    },
  }
}
