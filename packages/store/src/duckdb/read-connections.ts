/** The connections that queries take turns with, and the bounded queue of those that wait for one. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'

export interface ReadConnections {
  /** A free connection. Fails with `STORE_BUSY` when too many wait already, and as the signal says when that ends the wait. */
  acquire(signal: AbortSignal): Promise<DuckDBConnection>
  release(connection: DuckDBConnection): void
  /** Waits until each is free, then closes them. */
  close(): Promise<void>
}

export const openReadConnections = async (
  connect: () => Promise<DuckDBConnection>,
  { readers, waiting }: { readonly readers: number; readonly waiting: number },
): Promise<ReadConnections> => {
  const free = await Promise.all(Array.from({ length: readers }, connect))
  const all = [...free]
  const queue: ((connection: DuckDBConnection) => void)[] = []

  return {
    async acquire(signal) {
      const connection = free.pop()
      if (connection) return connection
      if (queue.length >= waiting) {
        throw new StoreError('STORE_BUSY', `The store has ${waiting} queries waiting.`, { retryable: true })
      }
      const { promise, resolve, reject } = Promise.withResolvers<DuckDBConnection>()
      const leave = (): void => {
        const place = queue.indexOf(resolve)
        if (place < 0) return
        queue.splice(place, 1)
        reject(signal.reason)
      }
      queue.push(resolve)
      signal.addEventListener('abort', leave)
      try {
        return await promise
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
    release(connection) {
      const next = queue.shift()
      if (next) next(connection)
      else free.push(connection)
    },
    async close() {
      while (free.length < all.length) {
        const { promise, resolve } = Promise.withResolvers<DuckDBConnection>()
        queue.unshift(resolve)
        free.push(await promise)
      }
      for (const connection of all) connection.closeSync()
    },
  }
}
