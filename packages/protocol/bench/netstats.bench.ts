/**
 * What reading a batch costs beside JSON.parse of the same data as one JSON document, in nanoseconds a frame:
 * `node packages/protocol/bench/netstats.bench.ts`. As a server sees it: many agents, one block, so every frame is a new
 * string, the block repeats and the rest is different each time.
 */
import { createBodyMemo, parseBatch, readAgentFrame, writeFrame } from '../src/netstats/mod.ts'
import type { ReadContext, WritableItem } from '../src/netstats/mod.ts'
import { nodeId } from '../src/units.ts'

const hash = (seed: number): string => `0x${seed.toString(16).padStart(64, 'a')}`
const node = nodeId('validator-1')
const at = 1_767_225_612_345

const block = (transactions: number): string =>
  JSON.stringify({
    number: 24_136_001,
    hash: hash(1),
    parentHash: hash(2),
    timestamp: 1_767_225_612,
    miner: `0x${'b8'.repeat(20)}`,
    gasUsed: 17_301_281,
    gasLimit: 60_000_000,
    difficulty: '2',
    totalDifficulty: '48272003',
    transactions,
    transactionHashes: Array.from({ length: transactions }, (_, i) => hash(100 + i)),
    uncles: 0,
    transactionsRoot: hash(3),
    stateRoot: hash(4),
    extraData: `0x${'d8'.repeat(97)}`,
    size: 1_204,
  })

const stats = (i: number): string =>
  `{"active":true,"syncing":false,"mining":true,"hashrate":0,"peers":${i % 50},"gasPrice":"${1_284_503_311 + i}","uptime":100}`

const host = (i: number): string =>
  `{"hostname":"validator-${i}","cpus":4,"cpuShare":0.${i + 100},"load1":0.31,"load5":0.22,"load15":0.2,"memoryBytes":8332210176,"memoryAvailableBytes":${4_332_210_176 + i},"diskPath":"/","diskBytes":104857600000,"diskFreeBytes":${52_428_800_000 - i},"networkReceiveRate":${18_211.5 + i},"networkSendRate":9123.25,"uptimeSeconds":${812_331 + i}}`

type Line = readonly [WritableItem['kind'], string]

type Item = WritableItem & { readonly body: string }

/** As spools count: from the moment they were made, in microseconds. */
const first = 1_790_000_000_000_001

const items = (lines: readonly Line[], i: number): readonly Item[] =>
  lines.map(([kind, body], n) => ({ sequence: first + 7 * i + n, kind, observedAt: at + i + n, body }))

/** The same twice: as a frame of the protocol, and as one JSON document. */
const both = (lines: readonly Line[], i: number): readonly [Buffer, Buffer] => {
  const all = items(lines, i)
  const after = first - 1 + 7 * i
  const frame = writeFrame({ type: 'batch', after, number: 1 + i, items: all })
  const json = all.map(
    ({ kind, sequence, observedAt, body }) =>
      `{"kind":"${kind}","sequence":${sequence},"observedAt":${observedAt},"body":${body}}`,
  )
  const document = `{"type":"batch","after":${after},"count":${all.length},"number":${1 + i},"items":[${json.join(',')}]}`
  return [Buffer.from(frame), Buffer.from(document)]
}

interface Runner {
  readonly frames: readonly Buffer[]
  readonly run: (text: string) => unknown
}

/** Nanoseconds a frame of each, taking turns: the best of many short runs, since the machine does other things besides. */
const race = (runners: readonly Runner[]): readonly number[] => {
  const best = runners.map(() => Infinity)
  let sink = 0
  const until = performance.now() + 3000
  while (performance.now() < until) {
    for (const [i, { frames, run }] of runners.entries()) {
      const start = performance.now()
      for (const data of frames) if (run(data.toString('latin1')) !== undefined) sink++
      best[i] = Math.min(best[i] ?? Infinity, ((performance.now() - start) * 1e6) / frames.length)
    }
  }
  if (sink === 0) throw new Error('nothing ran')
  return best
}

const cases: readonly (readonly [string, (i: number) => readonly Line[]])[] = [
  [
    'block, stats, pending, latency, host',
    (i) => [
      ['block', block(20)],
      ['node-stats', stats(i)],
      ['pending', `{"pending":${4127 + i}}`],
      ['latency', `{"latencyMs":${i + 0.5}}`],
      ['host', host(i)],
    ],
  ],
  ['block of 20 transactions', () => [['block', block(20)]]],
  ['block of 500 transactions', () => [['block', block(500)]]],
  ['node-stats', (i) => [['node-stats', stats(i)]]],
  ['5 node-stats', (i) => Array.from({ length: 5 }, (_, n): Line => ['node-stats', stats(7 * i + n)])],
  ['host', (i) => [['host', host(i)]]],
  ['pending', (i) => [['pending', `{"pending":${4127 + i}}`]]],
  ['100 of all but blocks', (i) => Array.from({ length: 100 }, (_, n) => mixed(i + n))],
]

function mixed(i: number): Line {
  if (i % 4 === 0) return ['pending', `{"pending":${4127 + i}}`]
  return i % 4 === 1 ? ['host', host(i)] : ['node-stats', stats(i)]
}

const print = (label: string, cells: readonly string[]): void => {
  console.log(label.padEnd(38), cells.map((cell) => cell.padStart(12)).join(''))
}

print('ns a frame', ['bytes', 'decode', 'JSON.parse', 'parseBatch', 'ratio', 'no memo'])
for (const [label, lines] of cases) {
  const [size = 1] = both(lines(0), 0).map((one) => one.length)
  // A run of a millisecond or so is seldom interrupted.
  const agents = Math.max(10, Math.min(200, Math.floor(300_000 / size)))
  const pairs = Array.from({ length: agents }, (_, i) => both(lines(i), i))
  const frames = pairs.map(([frame]) => frame)
  const context: ReadContext = { node, memo: createBodyMemo() }
  const [decode = 0, bare = 0, ours = 0, plain = 0] = race([
    { frames, run: (text) => text },
    { frames: pairs.map(([, document]) => document), run: (text) => JSON.parse(text) },
    { frames, run: (text) => parseBatch(text, context) },
    { frames, run: (text) => parseBatch(text, { node }) },
  ])
  const whole = (n: number): string => n.toFixed(0)
  print(label, [whole(size), ...[decode, bare, ours].map(whole), (ours / bare).toFixed(2), whole(plain)])
}

for (const text of ['{"type":"ping","t1":1767225612345}', '{"type":"pong","t1":1767225612345,"t2":1,"t3":1}']) {
  const frames = Array.from({ length: 200 }, () => Buffer.from(text))
  const [bare = 0, ours = 0] = race([
    { frames, run: (text) => JSON.parse(text) },
    { frames, run: (text) => readAgentFrame(text, { node }) },
  ])
  print(text.slice(9, 13), [String(text.length), '', bare.toFixed(0), ours.toFixed(0), (ours / bare).toFixed(2), ''])
}
console.log('\nEach column includes decoding the bytes to text (second column).')
