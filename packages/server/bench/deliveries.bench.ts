/**
 * What acknowledged streams cost: `node packages/server/bench/deliveries.bench.ts [streams] [batches a second] [seconds]`. The
 * main thread's part of taking batches and closing chunks, a chunk a second with a list of all streams in the first; then
 * what the store takes to write their rows, on the disk, and to say how far all streams are after it was opened anew.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId, unixMs } from '@netstats/protocol'
import type { DeliveryStream } from '../src/history/deliveries-model.ts'
import { createDeliveries } from '../src/history/deliveries.ts'
import { createKeys } from '../src/history/keys.ts'
import { createPending } from '../src/history/pending.ts'
import { openDuckStore } from '../src/store/duckdb/mod.ts'

const [count = 30_000, rate = 6000, seconds = 120] = process.argv.slice(2).map(Number)
const day = 86_400_000
const retention = { raw: 2 * day, logs: day, seconds: day, minutes: day, hours: day }
const directory = mkdtempSync(join(tmpdir(), 'netstats-deliveries-'))
const open = () => openDuckStore({ directory: join(directory, 'store'), retention, threads: 1 })

const keys = createKeys()
let now = Date.now()
const pending = createPending({ maxBytes: 2 ** 30, chunkRows: 1e9, onFull: () => undefined, monotonic: () => now })
const deliveries = createDeliveries({
  pending,
  keys,
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
    await deliveries.opened(store)
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
        deliveries.take(stream, { after: applied, items, released: 0 }, now, () => undefined)
      }
      const taken = cpu()
      pending.cut()
      const cut = cpu() - taken
      taking += taken - from
      closing += cut
      slowest = Math.max(slowest, cut)
      const chunk = pending.first()
      if (chunk === undefined) continue
      const names = keys.unwritten()
      const before = performance.now()
      await store.write({ ...chunk.tables, ...names?.batch })
      writing += performance.now() - before
      names?.stored()
      pending.done(chunk)
    }
  }
  const bytes = readdirSync(join(directory, 'store'))
    .filter((name) => name.startsWith('raw-'))
    .reduce((sum, name) => sum + statSync(join(directory, 'store', name)).size, 0)
  const from = performance.now()
  await using again = await open()
  const opened = performance.now()
  const found = await again.deliveries({ timeoutMs: 60_000 })
  const read = performance.now()
  const rows = rate * seconds + count
  console.log(
    `${count} streams, ${rate} batches a second, ${seconds} s: ${rows} rows, ${(bytes / rows).toFixed(1)} bytes each`,
  )
  console.log(
    `taking ${((taking / rate / seconds) * 1000).toFixed(2)} µs a batch; closing a chunk ${(closing / seconds).toFixed(1)} ms, at most ${slowest.toFixed(1)} ms`,
  )
  console.log(`writing ${(writing / seconds).toFixed(1)} ms a second`)
  console.log(
    `opened in ${(opened - from).toFixed(0)} ms, ${found.length} streams read in ${(read - opened).toFixed(0)} ms`,
  )
} finally {
  rmSync(directory, { recursive: true, force: true })
}
