import { existsSync, realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { StoreError } from '../store-errors.ts'
import type { QueryOptions } from '../query-options.ts'
import type { Store } from '../store.ts'
import type { AdminOptions, StoreAdmin } from '../store-admin.ts'
import { copyBatch } from './batch-checks.ts'
import { openClient } from './client.ts'
import type { DuckStoreOptions, WorkerOptions } from './options.ts'

const MiB = 1024 * 1024

const workerOptions = (options: DuckStoreOptions, directory: string): WorkerOptions => ({
  directory,
  retention: options.retention,
  memoryBytes: options.memoryBytes ?? 1024 * MiB,
  tempBytes: options.tempBytes ?? 4096 * MiB,
  threads: options.threads ?? Math.max(1, availableParallelism() - 1),
  readers: options.readers ?? 2,
  waiting: options.waiting ?? 64,
  timeoutMs: options.timeoutMs ?? 10_000,
  resultBytes: options.resultBytes ?? 128 * MiB,
  checkpointBytes: options.checkpointBytes ?? 16 * MiB,
  openFiles: options.openFiles ?? 96,
  replaces: options.replaces ?? false,
})

/** Within a process the system's locks on files do not hold, so a folder is noted here too. */
const inUse = new Set<string>()

/**
 * Opens the store in a folder, or begins one. Throws a `StoreError` and leaves every file as it is when the store is
 * damaged, foreign, newer or in use.
 */
export const openDuckStore = async (options: DuckStoreOptions): Promise<Store & StoreAdmin> => {
  const wanted = resolve(options.directory)
  const directory = existsSync(wanted) ? realpathSync(wanted) : wanted
  if (inUse.has(directory)) {
    throw new StoreError('STORE_IN_USE', 'This process has the store open already.', { retryable: true })
  }
  inUse.add(directory)
  try {
    const { now = Date.now, onDropped } = options
    const client = await openClient(workerOptions(options, directory))
    const question =
      <R>(method: string) =>
      (query: unknown, asked?: QueryOptions): Promise<R> =>
        client.call<R>(method, query, asked)
    const plain =
      <R>(method: string) =>
      (asked?: QueryOptions | AdminOptions): Promise<R> =>
        client.call<R>(method, undefined, asked)
    let writing = false
    return {
      async write(batch, id) {
        if (writing) throw new StoreError('STORE_BUSY', 'Another batch is being written.', { retryable: true })
        writing = true
        try {
          const own = copyBatch(batch)
          const dropped = await client.call<number>('write', { batch: own.batch, now: now(), id }, {}, own.buffers)
          if (dropped > 0) onDropped?.(dropped)
        } finally {
          writing = false
        }
      },
      nameKeys: (names) => client.call('nameKeys', { names, now: now() }),
      catalog: plain('catalog'),
      networkSeries: question('networkSeries'),
      nodeSeries: question('nodeSeries'),
      metricSeries: question('metricSeries'),
      metricsOf: question('metricsOf'),
      blocks: question('blocks'),
      sightings: question('sightings'),
      propagation: question('propagation'),
      logs: question('logs'),
      alarms: question('alarms'),
      reorgs: question('reorgs'),
      nodeInfos: question('nodeInfos'),
      nodeStates: question('nodeStates'),
      gaps: question('gaps'),
      sheds: question('sheds'),
      latest: question('latest'),
      latestMetrics: question('latestMetrics'),
      resumePoints: plain('resumePoints'),
      moment: question('moment'),
      unrolled: question('unrolled'),
      export: (query, asked) => client.stream('export', query, asked),
      info: plain('info'),
      condition: plain('condition'),
      accept: plain('accept'),
      verify: plain('verify'),
      backup: (path, { alongside, ...asked } = {}) => client.call('backup', { path, alongside }, asked),
      prune: (retention, at, asked) => client.call('prune', { retention, now: at }, asked),
      async [Symbol.asyncDispose]() {
        try {
          await client[Symbol.asyncDispose]()
        } finally {
          inUse.delete(directory)
        }
      },
    }
  } catch (error) {
    inUse.delete(directory)
    throw error
  }
}
