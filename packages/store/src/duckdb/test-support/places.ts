import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeBatchOf } from '../../memory/mod.ts'
import { storeRow } from '../../testing/store-contract/setup.ts'
import type { Store } from '../../store.ts'
import type { Retention, StoreAdmin } from '../../store-admin.ts'
import type { StoreBatch } from '../../batch.ts'
import { afterAll, afterEach } from 'vitest'
import { openDuckStore } from '../mod.ts'
import type { DuckStoreOptions } from '../mod.ts'

export const hour = 3_600_000
export const noon = Date.UTC(2026, 0, 15, 12)
/** Raw rows in files of three hours, logs of a day. */
export const retention: Retention = {
  raw: 24 * hour,
  logs: 14 * 24 * hour,
  seconds: 7 * 24 * hour,
  minutes: 90 * 24 * hour,
  hours: 730 * 24 * hour,
}

export interface Place {
  readonly directory: string
  readonly open: (options?: Partial<DuckStoreOptions>) => Promise<Store & StoreAdmin>
}

/** Folders for a suite's tests, and the stores in them: closed after each test, removed after all. */
export const createPlaces = (): (() => Place) => {
  const root = mkdtempSync(join(tmpdir(), 'netstats-store-'))
  let opened: Store[] = []
  let places = 0
  afterEach(async () => {
    for (const store of opened) await store[Symbol.asyncDispose]()
    opened = []
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return () => {
    const directory = join(root, `place-${++places}`)
    return {
      directory,
      async open(options = {}) {
        const store = await openDuckStore({
          directory,
          retention,
          now: () => noon,
          threads: 1,
          memoryBytes: 256 * 1024 * 1024,
          ...options,
        })
        opened.push(store)
        return store
      },
    }
  }
}

/** Digests of all files in a folder, by name. */
export const digests = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => statSync(join(directory, name)).isFile())
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  )

/** One log line and one raw row each at these times, and a step of an alarm. */
export const batchAt = (seq: number, ...times: readonly number[]): StoreBatch =>
  storeBatchOf({
    log: times.map((at) => storeRow('log', { at, seq, message: `line ${seq}` })),
    nodeSample: times.map((at) => storeRow('nodeSample', { at, peers: seq })),
    alarm: [storeRow('alarm', { at: times[0] ?? noon, seq, alarm: `a${seq}` })],
  })

/** `seq` of each row of a table, in order. */
export const seqsOf = async (store: Store, table: 'log' | 'nodeSample' | 'alarm'): Promise<readonly number[]> => {
  const range = { from: 0, to: Date.UTC(2100, 0) }
  let text = ''
  for await (const piece of store.export({ table, range, format: 'ndjson' })) text += Buffer.from(piece).toString()
  const rows = text.split('\n').slice(0, -1)
  return rows
    .map((line) => JSON.parse(line) as { readonly seq?: number; readonly peers?: number })
    .map(({ seq, peers }) => seq ?? peers ?? -1)
    .toSorted((a, b) => a - b)
}
