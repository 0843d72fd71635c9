import type { BlockRow } from '@netstats/protocol/feed'

/** A block for tests; only what a test is about needs naming. */
export function blockRow(fields: Partial<BlockRow> = {}): BlockRow {
  const number = fields.number ?? 100
  return {
    number,
    hash: `0x${number.toString(16).padStart(64, '0')}`,
    parentHash: `0x${(number - 1).toString(16).padStart(64, '0')}`,
    timestamp: number * 5000,
    arrivedAt: number * 5000 + 40,
    firstNode: 'alpha',
    miner: `0x${'a'.repeat(40)}`,
    transactions: 12,
    uncles: 0,
    gasUsed: 1_000_000,
    gasLimit: 30_000_000,
    baseFeePerGas: null,
    size: null,
    difficulty: '2',
    blockTimeMs: 5000,
    nodes: 3,
    p50Ms: 40,
    p95Ms: 120,
    p99Ms: 200,
    canonical: true,
    forks: 0,
    ...fields,
  }
}
