/**
 * What the codec costs beside JSON.parse alone, in nanoseconds a frame: `node packages/protocol/bench/ethstats.bench.ts`.
 * The memo case is what a server sees: many ids, one block, so every text is a new string and only the block repeats.
 */
import { createBlockMemo, parseAgentMessage, peekEvent, plainDialect } from '../src/ethstats/mod.ts'

const hash = (seed: number): string => `0x${seed.toString(16).padStart(64, 'a')}`

const gethBlock = (transactions: number): string =>
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
    transactions: Array.from({ length: transactions }, (_, i) => ({ hash: hash(100 + i) })),
    transactionsRoot: hash(3),
    stateRoot: hash(4),
    uncles: [],
  })

const frame = (block: string, id: string): Buffer => Buffer.from(`{"emit":["block",{"block":${block},"id":"${id}"}]}\n`)

const time = (frames: readonly Buffer[], rounds: number, run: (text: string, data: Buffer) => unknown): number => {
  let sink = 0
  const once = (): number => {
    const start = performance.now()
    for (let round = 0; round < rounds; round++)
      for (const data of frames) if (run(data.toString('latin1'), data) !== undefined) sink++
    return ((performance.now() - start) * 1e6) / (rounds * frames.length)
  }
  once()
  const best = Math.min(...Array.from({ length: 7 }, once))
  if (sink === 0) throw new Error('nothing ran')
  return best
}

const row = (label: string, cells: readonly number[]): void => {
  console.log(label.padEnd(28), cells.map((n) => n.toFixed(0).padStart(10)).join(''))
}

const cases: readonly (readonly [string, readonly Buffer[], number])[] = [
  ['block, 0 transactions', ids((id) => frame(gethBlock(0), id)), 100],
  ['block, 10 transactions', ids((id) => frame(gethBlock(10), id)), 100],
  ['block, 150 transactions', ids((id) => frame(gethBlock(150), id)), 10],
  ['block, 1000 transactions', ids((id) => frame(gethBlock(1000), id)), 1],
  ['pending', ids((id) => Buffer.from(`{"emit":["pending",{"id":"${id}","stats":{"pending":4127}}]}\n`)), 500],
  [
    'stats',
    ids((id) =>
      Buffer.from(
        `{"emit":["stats",{"id":"${id}","stats":{"active":true,"syncing":false,"mining":true,"hashrate":0,"peers":50,"gasPrice":1284503311,"uptime":100}}]}\n`,
      ),
    ),
    500,
  ],
  ['latency', ids((id) => Buffer.from(`{"emit":["latency",{"id":"${id}","latency":"7"}]}\n`)), 500],
]

function ids(make: (id: string) => Buffer): readonly Buffer[] {
  return Array.from({ length: 200 }, (_, i) => make(`node-${i}`))
}

console.log(
  'ns per frame'.padEnd(28),
  ['decode', 'JSON.parse', 'codec', 'with memo', 'peek'].map((s) => s.padStart(10)).join(''),
)
for (const [label, frames, rounds] of cases) {
  const memo = createBlockMemo()
  row(label, [
    time(frames, rounds, (text) => text),
    time(frames, rounds, (text) => JSON.parse(text)),
    time(frames, rounds, (text) => parseAgentMessage(text, plainDialect)),
    time(frames, rounds, (text) => parseAgentMessage(text, plainDialect, memo)),
    time(frames, rounds, (_, data) => peekEvent(data) ?? 0),
  ])
}
console.log('\nEach column includes decoding the bytes to text (first column).')
