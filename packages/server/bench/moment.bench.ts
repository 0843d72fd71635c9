/**
 * What a moment in the past costs the main thread: `node packages/server/bench/moment.bench.ts [nodes] [heights]`. Joins
 * a store's answer to an image, builds the view, restores a core from it, and tells the longest time nobody else ran.
 */
import { setImmediate } from 'node:timers/promises'
import { unixMs } from '@netstats/protocol'
import { hash64Of, histogramBins } from '@netstats/store'
import type { Moment } from '@netstats/store'
import { imageOfMoment } from '../src/history/time-travel/stored-snapshot.ts'
import { inSlices } from '../src/history/time-travel/time-slices.ts'
import { createCore, createSnapshotView } from '../src/shard/mod.ts'

const nodes = Number(process.argv[2] ?? 30_000)
const heights = Number(process.argv[3] ?? 40)
const blocks = 500
const begin = 1_800_000_000_000
const at = begin + blocks * 5000

const hash = (n: number): string => `0x${n.toString(16).padStart(16, '0')}${'ab'.repeat(24)}`

const sightings = (): Moment['sightings'] => {
  const rows = nodes * heights
  const columns = {
    rows,
    node: new Uint32Array(rows),
    number: new Float64Array(rows),
    hash64: new BigUint64Array(rows),
    delayMs: new Float64Array(rows),
    at: new Float64Array(rows),
  }
  for (let i = 0; i < rows; i++) {
    const number = blocks - heights + Math.floor(i / nodes)
    columns.node[i] = 1 + ((i * 7919) % nodes)
    columns.number[i] = number
    columns.hash64[i] = hash64Of(hash(number))
    columns.delayMs[i] = Math.floor(((i % nodes) * 900) / nodes)
    columns.at[i] = begin + number * 5000 + (columns.delayMs[i] ?? 0)
  }
  return columns
}

const nodeAt = (i: number): Moment['nodes'][number] => ({
  node: i + 1,
  info: {
    at: begin,
    seq: i,
    network: 1,
    node: i + 1,
    name: `Node ${i}`,
    client: `Geth/v1.16.${i % 12}-stable/linux-amd64/go1.24`,
    networkId: '1337',
    genesis: null,
    port: 30_303,
    protocol: 'eth/68',
    api: null,
    os: 'linux',
    osVersion: null,
    reporter: null,
    contact: `ops${i % 10}@example.org`,
    coinbase: null,
    canUpdateHistory: true,
    city: null,
    country: 'Switzerland',
    latitude: 46,
    longitude: 8,
  },
  state: {
    at: begin + (i % 1000),
    seq: i,
    network: 1,
    node: i + 1,
    state: i % 20 === 0 ? 'inactive' : 'active',
    reason: null,
    sessions: 1,
    activeMs: 0,
  },
  lastSeenAt: at - (i % 5000),
  sample: {
    active: true,
    syncing: false,
    mining: null,
    hashrate: null,
    peers: i % 50,
    gasPrice: 1e9 + i,
    reportedUptime: 100,
    latencyMs: i % 200,
    roundTripMs: i % 100,
    pending: i % 30,
    processingMs: null,
  },
  block: { at: at - 3000, number: blocks - 1, hash64: hash64Of(hash(blocks - 1)), delayMs: i % 900 },
})

const blockAt = (number: number): Moment['blocks'][number] => ({
  at: begin + number * 5000,
  network: 1,
  number,
  hash64: hash64Of(hash(number)),
  hash: hash(number),
  parentHash: hash(number - 1),
  timestamp: begin + number * 5000,
  miner: `0x${(number % 7).toString(16).padStart(40, '0')}`,
  transactions: 100,
  uncles: 0,
  gasUsed: 1,
  gasLimit: 2,
  baseFeePerGas: null,
  size: 500,
  difficulty: '2',
  extraData: null,
  stateRoot: null,
  transactionsRoot: null,
  arrivedAt: begin + number * 5000,
  firstNode: 1,
  canonical: number < blocks - 8 ? true : null,
  blockTimeMs: 5000,
  nodes,
  p50Ms: 400,
  p95Ms: 800,
  p99Ms: 890,
  delays: Array.from({ length: histogramBins }, () => Math.floor(nodes / histogramBins)),
})

const momentOf = (): Moment => ({
  network: 1,
  at,
  nodes: Array.from({ length: nodes }, (_, i) => nodeAt(i)),
  blocks: Array.from({ length: blocks }, (_, i) => blockAt(blocks - 1 - i)),
  sightings: sightings(),
})

/** Runs `work` while a second loop measures the longest time between two of its turns. */
const measured = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const state = { running: true }
  let longest = 0
  const watch = (async () => {
    for (let last = performance.now(); state.running; ) {
      await setImmediate()
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
  })()
  const from = performance.now()
  const result = await work()
  const ms = performance.now() - from
  state.running = false
  await watch
  console.log(`${name.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms, longest slice ${longest.toFixed(1)} ms`)
  return result
}

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

const moment = momentOf()
const names = Array.from({ length: nodes + 1 }, (_, i) => ({ id: `node-${i}`, firstSeenAt: begin }))
const options = { monotonic: () => performance.now() }
const join = () =>
  imageOfMoment(
    moment,
    { key: '1337', networkId: '1337', nodeOf: (key) => names[key] },
    { blocks: [], reorgs: 0, deepestReorg: 0 },
  )
console.log(`${nodes} nodes, ${heights} heights of single sights, ${blocks} heights of blocks`)
for (let round = 0; round < 3; round++) {
  const image = await measured('join to an image', () => inSlices(join(), options))
  const before = heap()
  const view = await measured('build the view', () => inSlices(createSnapshotView(image, at), options))
  if (globalThis.gc !== undefined) console.log(`  the view holds ${((heap() - before) / 2 ** 20).toFixed(0)} MiB`)
  const summary = view.summary()
  if (summary.nodes !== nodes || summary.head?.number !== blocks - 1) throw new Error('not what was put in')
  const core = createCore()
  const restored = await measured('restore a core', () => inSlices(core.restore(image, unixMs(at)), options))
  if (restored.nodes !== nodes) throw new Error('not all nodes came back')
}
