/**
 * What compression of the netstats sink costs and saves: processor time of the agent and bytes on the wire, for the
 * batches of a live agent and for those of a backlog.
 *
 *   node packages/components/bench/compress.ts
 */
import { randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync, constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { encodeBody, nodeId, unixMs } from '@netstats/protocol'
import type { Block, Host, Observation } from '@netstats/protocol'
import { exampleBlock } from '@netstats/sdk/testing'

const node = nodeId('validator-1')
const hex = (bytes: number): string => `0x${randomBytes(bytes).toString('hex')}`
const between = (from: number, to: number): number => Math.round(from + Math.random() * (to - from))
const start = 1_795_000_000_000

/** A block as a Clique node has it: nothing in it repeats but what repeats there. */
const block = (n: number, transactions: number): Observation => ({
  kind: 'block',
  node,
  observedAt: unixMs(start + n * 5000 + between(0, 900)),
  body: {
    ...exampleBlock(n),
    hash: hex(32),
    parentHash: hex(32),
    stateRoot: hex(32),
    transactionsRoot: hex(32),
    extraData: hex(97),
    gasUsed: between(21_000, 12_000_000),
    transactions,
    transactionHashes: Array.from({ length: transactions }, () => hex(32)),
  } as unknown as Block,
})
const state = (n: number): readonly Observation[] => {
  const observedAt = unixMs(start + n * 5000)
  const cpuShare = Math.random()
  return [
    {
      kind: 'node-stats',
      node,
      observedAt,
      body: { active: true, syncing: false, peers: between(8, 12), uptime: 100 },
    },
    { kind: 'pending', node, observedAt, body: { pending: between(0, 300) } },
    {
      kind: 'host',
      node,
      observedAt,
      body: {
        cpus: 8,
        cpuShare,
        load1: cpuShare * 8,
        memoryBytes: 16_717_438_976,
        memoryAvailableBytes: between(4e9, 9e9),
        diskPath: '/',
        diskBytes: 499_963_174_912,
        diskFreeBytes: between(1e11, 2e11),
        networkInBytesPerSecond: between(1e4, 1e6),
        networkOutBytesPerSecond: between(1e4, 1e6),
        uptimeSeconds: 1_000_000 + n * 5,
      } as Host,
    },
  ]
}
const frame = (observations: readonly Observation[]): string =>
  [
    `{"type":"batch","after":1795000000000000,"number":17,"count":${observations.length}}`,
    ...observations.map((one, i) => `${one.kind} ${1_795_000_000_000_001 + i} ${one.observedAt} ${encodeBody(one)}`),
  ].join('\n')

const frames: Readonly<Record<string, readonly string[]>> = {
  'live: state (3 lines)': Array.from({ length: 200 }, (_, n) => frame(state(n))),
  'live: a block, 5 transactions': Array.from({ length: 200 }, (_, n) => frame([block(n, 5)])),
  'live: a block, 200 transactions': Array.from({ length: 200 }, (_, n) => frame([block(n, 200)])),
  'backlog: 200 lines': Array.from({ length: 40 }, (_, n) =>
    frame(Array.from({ length: 50 }, (_, i) => [block(n * 50 + i, 5), ...state(n * 50 + i)]).flat()),
  ),
}
type Codec = readonly [string, (text: string) => Buffer, (packed: Buffer) => Buffer]
const deflate = (level: number): Codec => [
  `deflate-raw ${level}`,
  (text) => deflateRawSync(text, { level }),
  (packed) => inflateRawSync(packed),
]
const zstd = (level: number): Codec => [
  `zstd ${level}`,
  (text) => zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  (packed) => zstdDecompressSync(packed),
]
const codecs = [deflate(1), deflate(3), deflate(6), deflate(9), zstd(1), zstd(3)]

/** Microseconds of one call: the median of several rounds over all frames. */
const time = (work: () => void, calls: number): number => {
  const rounds = Array.from({ length: 9 }, () => {
    const from = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(from)
    return (user + system) / calls
  })
  return rounds.toSorted((a, b) => a - b)[4] ?? 0
}

const lines = [
  '| frames | codec | bytes | of plain | compress | inflate |',
  '| --- | --- | ---: | ---: | ---: | ---: |',
]
for (const [name, texts] of Object.entries(frames)) {
  const plain = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  lines.push(`| ${name} | plain | ${Math.round(plain / texts.length)} | 100 % | | |`)
  for (const [codec, pack, unpack] of codecs) {
    const packed = texts.map(pack)
    const bytes = packed.reduce((sum, one) => sum + one.length, 0)
    const packing = time(() => texts.forEach(pack), texts.length)
    const unpacking = time(() => packed.forEach(unpack), texts.length)
    lines.push(
      `| ${name} | ${codec} | ${Math.round(bytes / texts.length)} | ${Math.round((bytes / plain) * 100)} % | ` +
        `${packing.toFixed(0)} µs | ${unpacking.toFixed(0)} µs |`,
    )
  }
}
process.stdout.write(`${lines.join('\n')}\n`)
