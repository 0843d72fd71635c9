/**
 * What acknowledged streams cost: `node packages/server/bench/deliveries.bench.ts [streams] [batches a second] [seconds]`. The
 * main thread's part of taking what agents send and closing batches, one a second; then
 * what the store takes to write their rows, on the disk, and to say how far all streams are after it was opened again.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId, unixMs } from '@netstats/protocol'
import type { DeliveryStream } from '../src/delivery/delivery-model.ts'
import { createDeliveryTracker } from '../src/delivery/delivery-tracker.ts'
import { createNameIds } from '../src/history/name-ids.ts'
import { createResumeBuffer } from '../src/history/resume-buffer.ts'
import { writeBatch } from '../src/history/write-batch.ts'
import { createRowBuffer } from '../src/history/row-buffer.ts'
import { openDuckStore } from '@netstats/store/duckdb'

const [count = 30_000, rate = 6000, seconds = 120] = process.argv.slice(2).map(Number)
const day = 86_400_000
const retention = { raw: 2 * day, logs: day, seconds: day, minutes: day, hours: day }
const directory = mkdtempSync(join(tmpdir(), 'netstats-deliveries-'))
const open = () => openDuckStore({ directory: join(directory, 'store'), retention, threads: 1 })

const names = createNameIds()
let now = Date.now()
const rowBuffer = createRowBuffer({ maxBytes: 2 ** 30, batchRows: 1e9, onFull: () => undefined, monotonic: () => now })
const deliveries = createDeliveryTracker({
  buffer: createResumeBuffer(rowBuffer, names),
  clock: { now: () => unixMs(now), monotonic: () => now },
  log: { error: () => undefined, info: () => undefined },
  flushEveryMs: 1000,
  trusted: () => true,
})
const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

try {
  let taking = 0
  let closing = 0
  let slowest = 0
  let writing = 0
  {
    await using store = await open()
    deliveries.opened([])
    const streams: DeliveryStream[] = []
    for (let i = 0; i < count; i++) {
      const id = { agent: `agent-${i}`, network: '1337', node: `node-${i}`, spool: i.toString(16).padStart(32, '0') }
      const stream = deliveries.open(id, now)
      if (stream !== undefined) streams.push(stream)
    }
    let next = 0
    for (let second = 0; second < seconds; second++) {
      now += 1000
      const from = cpu()
      for (let i = 0; i < rate; i++) {
        const stream = streams[next++ % streams.length] as DeliveryStream
        const { applied, node } = stream
        const observation = {
          kind: 'pending',
          node: nodeId(node),
          observedAt: unixMs(now),
          body: { pending: 1 },
        } as const
        const items = [{ sequence: applied + 1, observation }]
        deliveries.take(stream, { after: applied, items, truncated: 0 }, now, () => undefined)
      }
      const taken = cpu()
      rowBuffer.cut()
      const cut = cpu() - taken
      taking += taken - from
      closing += cut
      slowest = Math.max(slowest, cut)
      const batch = rowBuffer.first()
      if (batch === undefined) continue
      const before = performance.now()
      await writeBatch(store, names, batch)
      writing += performance.now() - before
      rowBuffer.done(batch)
    }
  }
  const bytes = readdirSync(join(directory, 'store'))
    .filter((name) => name.startsWith('main.'))
    .reduce((sum, name) => sum + statSync(join(directory, 'store', name)).size, 0)
  const from = performance.now()
  await using again = await open()
  const opened = performance.now()
  const found = await again.resumePoints({ timeoutMs: 60_000 })
  const read = performance.now()
  const rows = rate * seconds
  console.log(
    `${count} streams, ${rate} batches a second, ${seconds} s: ${rows} resume points written, ${(bytes / 2 ** 20).toFixed(1)} MiB on the disk`,
  )
  console.log(
    `taking ${((taking / rate / seconds) * 1000).toFixed(2)} µs a batch; closing a batch ${(closing / seconds).toFixed(1)} ms, at most ${slowest.toFixed(1)} ms`,
  )
  console.log(`writing ${(writing / seconds).toFixed(1)} ms a second`)
  console.log(
    `opened in ${(opened - from).toFixed(0)} ms, ${found.length} streams read in ${(read - opened).toFixed(0)} ms`,
  )
} finally {
  rmSync(directory, { recursive: true, force: true })
}
