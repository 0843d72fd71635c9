/**
 * A store in memory: what every driver has to do, in the plainest way. Tests of drivers compare with it, tests of what
 * uses a store run on it. It gets slow beyond some hundred thousand rows.
 */
import { StoreError } from '../store-errors.ts'
import { rememberedBatches } from '../store.ts'
import type { QueryOptions } from '../query-options.ts'
import type { Store } from '../store.ts'
import type { Table } from '../table.ts'
import { tables } from '../tables.ts'
import type { TableName } from '../tables.ts'
import { catalog, exported, info, pruned } from './admin.ts'
import { blocks, propagation, sightings } from './blocks.ts'
import { tableNames } from './data.ts'
import type { Data, Row } from './data.ts'
import { alarms, gaps, latest, latestMetrics, logs, nodeInfos, nodeStates, reorgs, sheds } from './lists.ts'
import { moment } from './moment.ts'
import { nameKeys } from './name-keys.ts'
import { numberAll, replaced, rowsOf } from './rows.ts'
import { metricSeries, metricsOf, networkSeries, nodeSeries } from './series.ts'
import { unrolled } from './unrolled.ts'

export interface MemoryStoreOptions {
  /** Asked at each write; what it gives is thrown, and nothing is written. */
  readonly failWrites?: () => StoreError | undefined
  /** Awaited by each write before it happens: a gate for tests of slow stores. */
  readonly delayWrites?: () => Promise<void> | undefined
  /** Asked at each question; what it gives is thrown. */
  readonly failQueries?: () => StoreError | undefined
}

export interface MemoryStore extends Store {
  /** All rows of a table, in the order they were written. */
  rows<T extends TableName>(table: T): readonly Row<T>[]
}

// oxlint-disable-next-line max-lines-per-function -- a line for each query of the store contract, and the one write that replaces what they all read
export const createMemoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  let data = Object.fromEntries(tableNames.map((name) => [name, []])) as unknown as Data
  let seq = 0
  let ids: readonly string[] = []
  let closed = false
  let writing = false

  const open = (): void => {
    if (closed) throw new StoreError('STORE_CLOSED', 'The store is closed.')
  }
  const check = (signal?: AbortSignal): void => {
    open()
    if (signal?.aborted) throw new StoreError('STORE_QUERY_CANCELLED', 'The question was taken back.')
    const failure = options.failQueries?.()
    if (failure) throw failure
  }
  const question =
    <Q, R>(answer: (rows: Data, query: Q) => R | Promise<R>) =>
    async (query: Q, { signal }: QueryOptions = {}): Promise<R> => {
      check(signal)
      return await answer(data, query)
    }

  return {
    async write(batch, id) {
      open()
      if (writing) throw new StoreError('STORE_BUSY', 'Another batch is being written.', { retryable: true })
      writing = true
      try {
        await options.delayWrites?.()
        open()
        const failure = options.failWrites?.()
        if (failure) throw failure
        // All is read before anything is kept, so that a bad batch leaves nothing behind.
        const read = Object.entries(batch).map(([name, one]) => {
          if (!Object.hasOwn(tables, name)) throw new TypeError(`no table ${name}`)
          return [name, rowsOf(tables[name as TableName], one)] as const
        })
        if (id !== undefined && ids.includes(id)) return
        if (id !== undefined) ids = [...ids, id].slice(-rememberedBatches)
        seq = numberAll(
          read.flatMap(([, rows]) => rows),
          seq,
        )
        for (const [name, rows] of read) {
          const table: Table = tables[name as TableName]
          const kept = data[name as TableName] as object[]
          if (table.replace !== undefined) data = { ...data, [name]: replaced(table.replace, kept, rows) }
          else for (const row of rows) kept.push(row)
        }
      } finally {
        writing = false
      }
    },
    async nameKeys(names) {
      open()
      await options.delayWrites?.()
      open()
      const failure = options.failWrites?.()
      if (failure) throw failure
      return nameKeys(data, names)
    },
    rows: (table) => data[table],

    async catalog({ signal } = {}) {
      check(signal)
      return { ...catalog(data), seq, batches: ids }
    },
    networkSeries: question(networkSeries),
    nodeSeries: question(nodeSeries),
    metricSeries: question(metricSeries),
    metricsOf: question(metricsOf),
    blocks: question(blocks),
    sightings: question(sightings),
    propagation: question(propagation),
    logs: question(logs),
    alarms: question(alarms),
    reorgs: question(reorgs),
    nodeInfos: question(nodeInfos),
    nodeStates: question(nodeStates),
    gaps: question(gaps),
    sheds: question(sheds),
    latest: question(latest),
    latestMetrics: question(latestMetrics),
    async resumePoints({ signal } = {}) {
      check(signal)
      return data.resumePoint.toSorted((a, b) => a.stream - b.stream)
    },
    moment: question(moment),
    unrolled: question(unrolled),
    async *export(query, { signal } = {}) {
      check(signal)
      for (const piece of exported(data, query)) {
        check(signal)
        yield piece
      }
    },

    async info({ signal } = {}) {
      check(signal)
      return info(data)
    },
    async prune(retention, now, { signal } = {}) {
      check(signal)
      data = pruned(data, retention, now)
      return { files: [], bytes: 0 }
    },
    [Symbol.asyncDispose]() {
      closed = true
      return Promise.resolve()
    },
  }
}
