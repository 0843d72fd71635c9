/** Writes three hours of a smaller fleet and expires the oldest twice: is the disk space free again? */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '@netstats/store'
import { createStoreData } from './store-data.ts'
import type { PartOptions } from './store-parts.ts'
import { load } from './store-load.ts'
import { sizeOf } from './store-process.ts'
import { mebibytes, ms, progress, say, table, thousands } from './report.ts'

const hour = 3600
const hourMs = hour * 1000
const twoHours = { raw: 2 * hourMs, logs: 2 * hourMs, seconds: 2 * hourMs, minutes: 2 * hourMs, hours: 2 * hourMs }

export const retentionPart = async ({ folder, open, nodes }: PartOptions): Promise<void> => {
  const path = join(folder.path, 'retention')
  rmSync(path, { recursive: true, force: true })
  // Whole hours, so that three of them are three periods.
  const base = Math.floor(Date.now() / hourMs) * hourMs - 5 * hourMs
  const data = createStoreData({ nodes, base })
  const rows: (string | number)[][] = []
  let hours = 0
  const settings = { now: () => base + hours * hourMs, retention: twoHours }
  let store: Store = await open(path, settings)
  const note = (what: string, took: number): void => {
    const { bytes, walBytes, files } = sizeOf(path)
    rows.push([what, ms(took), mebibytes(bytes), mebibytes(walBytes), files])
    progress(what)
  }
  const addHour = async (): Promise<void> => {
    const n = hours++
    const began = performance.now()
    const span = { from: n * hour, to: (n + 1) * hour, batchSeconds: 5 }
    const { total } = await load(store, data, { ...span, seenSeconds: hour, metricSeconds: hour })
    note(`hour ${n + 1} added, ${thousands(total)} rows`, performance.now() - began)
  }
  const dropOldest = async (): Promise<void> => {
    const began = performance.now()
    const { files, bytes } = await store.prune(twoHours, settings.now())
    note(
      `pruned to two hours: ${files.length} files, ${mebibytes(bytes)} MiB by its own account`,
      performance.now() - began,
    )
  }
  for (let n = 0; n < 3; n++) await addHour()
  await dropOldest()
  await addHour()
  await dropOldest()
  const began = performance.now()
  await store[Symbol.asyncDispose]()
  store = await open(path, settings)
  note('closed and opened again', performance.now() - began)
  await store[Symbol.asyncDispose]()
  rmSync(path, { recursive: true, force: true })
  say(`Retention: ${thousands(nodes)} nodes\n`)
  say(table(['step', 'took ms', 'MiB on disk', 'of it logs', 'files'], rows))
}
