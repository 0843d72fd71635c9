/**
 * `npm run bench:bus`: CPU that a message costs on the socket between a gateway and the core, written and read, 64 a frame.
 * 2,000 clients report 20 blocks, their pending transactions, and every third time statistics, latency and round trip.
 */
import { blockNumber, unixMs } from '@netstats/protocol'
import { exampleBlock } from '@netstats/sdk/testing'
import type { GatewayMessage } from '../src/bus/bus-messages.ts'
import { createEncoder, createMessageDecoder } from '../src/bus/socket/codec.ts'

const frames: GatewayMessage[][] = []
let count = 0
const add = (message: GatewayMessage): void => {
  if (count++ % 64 === 0) frames.push([])
  frames.at(-1)?.push(message)
}
for (let round = 0; round < 20; round++) {
  const block = exampleBlock(blockNumber(1000 + round))
  for (let session = 0; session < 2000; session++) {
    const of = { session, at: unixMs(1_767_225_600_000 + round * 5000 + session) }
    add({ type: 'observation', ...of, kind: 'block', body: block })
    add({ type: 'observation', ...of, kind: 'pending', body: { pending: session % 50 } })
    if (round % 3 > 0) continue
    const stats = { active: true, syncing: false, mining: true, hashrate: 0, peers: 25, uptime: 100 }
    add({ type: 'observation', ...of, kind: 'node-stats', body: stats })
    add({ type: 'observation', ...of, kind: 'latency', body: { latencyMs: 12 } })
    add({ type: 'round-trip', ...of, roundTripMs: 3.25 })
  }
}

let best = Number.POSITIVE_INFINITY
let bytes = 0
for (let run = 0; run < 6; run++) {
  const encoder = createEncoder()
  const decoder = createMessageDecoder(() => undefined)
  bytes = 0
  const before = process.cpuUsage()
  for (const frame of frames) {
    const written = encoder.encode(frame)
    bytes += written.length
    if (decoder.decode(written).length !== frame.length) throw new Error('messages were lost')
  }
  const { user, system } = process.cpuUsage(before)
  best = Math.min(best, (user + system) / count)
}
process.stdout.write(`${count} messages: ${best.toFixed(2)} µs and ${(bytes / count).toFixed(0)} bytes each\n`)
