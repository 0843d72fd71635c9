// Fills a spool whose disk is smaller than the spool may be, then reads it, and says on standard output how that went.
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import { openSpool } from '../mod.ts'
import { quietLogger } from './quiet-logger.ts'

const [directory = ''] = process.argv.slice(2)
const node = nodeId('node-1')
const health: string[] = []
const never = new AbortController().signal

const spool = await openSpool({
  directory,
  maxBytes: 64 * 1024 * 1024,
  clock: systemClock,
  log: quietLogger,
  reporter: node,
  status: { ok: () => health.push('ok'), degraded: (reason) => health.push(reason) },
  gapEveryMs: 0,
})
const reader = await spool.reader('sink', { policy: 'on-ack', batchSize: 500 })

const batch = (from: number): readonly Observation[] =>
  Array.from({ length: 200 }, (_, i): Observation => {
    const observedAt = unixMs(from + i)
    return i % 10 === 0
      ? { kind: 'head-event', node, observedAt, body: { type: 'head', added: [], removed: [] } }
      : { kind: 'pending', node, observedAt, body: { pending: from + i } }
  })

for (let n = 0; n < 200_000 && spool.stats().rows.latency < 100_000; n += 200) {
  await spool.append(batch(n))
  const dropped = spool.stats().dropped.reduce((sum, one) => sum + one.count, 0)
  if (dropped > 20_000) break
}
const { diskFull, dropped, sizeBytes } = spool.stats()

let delivered = 0
let gaps = 0
while (reader.backlog() > 0) {
  const next = await reader.next({ signal: never })
  if (!next) break
  delivered += next.items.length
  gaps += next.items.filter((item) => item.observation.kind === 'gap').length
  await reader.commit(next.last)
}
await spool[Symbol.asyncDispose]()
const reasons = dropped.map((one) => `${one.reason} ${one.class}`)
process.stdout.write(JSON.stringify({ diskFull, reasons, health, delivered, gaps, sizeBytes }))
