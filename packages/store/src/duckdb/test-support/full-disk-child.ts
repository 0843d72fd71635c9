// Fills a store on a disk that is too small, looks at it, makes room and goes on; says on standard output how that went.
import { spawnSync } from 'node:child_process'
import type { Store } from '../../store.ts'
import type { StoreError } from '../../store-errors.ts'
import { storeBatchOf } from '../../memory/mod.ts'
import { storeRow } from '../../testing/store-contract/setup.ts'
import { openDuckStore } from '../mod.ts'

const [directory = ''] = process.argv.slice(2)
const hour = 3_600_000
const noon = Date.UTC(2026, 0, 15, 12)
const retention = { raw: 24 * hour, logs: 24 * hour, seconds: hour, minutes: hour, hours: hour }
const open = (): Promise<Store> =>
  openDuckStore({ directory, retention, now: () => noon, threads: 1, memoryBytes: 256 * 1024 * 1024 })

/** Log lines that do not compress, and one row for `main.duckdb`. */
const batch = (seq: number) => {
  const line = () => Array.from({ length: 40 }, () => Math.random().toString(36).slice(2)).join('')
  return storeBatchOf({
    log: Array.from({ length: 200 }, () => storeRow('log', { at: noon, seq, message: line() })),
    alarm: [storeRow('alarm', { at: noon, seq })],
  })
}
const counted = async (store: Store): Promise<{ readonly logs: number; readonly alarms: number }> => {
  const lines = async (table: 'log' | 'alarm'): Promise<number> => {
    let count = 0
    for await (const piece of store.export({ table, range: { from: 0, to: noon + 1 }, format: 'ndjson' })) {
      count += Buffer.from(piece).toString().split('\n').length - 1
    }
    return count
  }
  return { logs: await lines('log'), alarms: await lines('alarm') }
}

let store = await open()
let written = 0
const errors: { readonly code: string; readonly retryable: boolean }[] = []
while (errors.length < 3 && written < 2000) {
  try {
    await store.write(batch(written + 1))
    written++
  } catch (error) {
    const { code, retryable } = error as StoreError
    errors.push({ code, retryable })
  }
}
const full = await counted(store)
await store[Symbol.asyncDispose]()
store = await open()
const reopened = await counted(store)
spawnSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited:'])
for (let i = 0; i < 5; i++) {
  await store.write(batch(written + 1))
  written++
}
const roomy = await counted(store)
await store[Symbol.asyncDispose]()
process.stdout.write(JSON.stringify({ written, errors, full, reopened, roomy }))
