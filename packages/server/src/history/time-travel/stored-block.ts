/** A stored block as the shard's image has it. */
import { zeroAddress } from '@netstats/protocol/loose'
import { histogramBounds } from '@netstats/store'
import type { StoredBlock } from '@netstats/store'
import type { SnapshotBlock } from '../../shard/mod.ts'

export const storedBlock = (block: StoredBlock, nameOf: (node: number) => string | null): SnapshotBlock => ({
  number: block.number,
  hash: block.hash,
  parentHash: block.parentHash,
  timestampMs: block.timestamp,
  // Files of before schema 3 have zeros for nobody.
  miner: block.miner === zeroAddress ? null : block.miner,
  transactions: block.transactions,
  uncles: block.uncles,
  gasUsed: block.gasUsed,
  gasLimit: block.gasLimit,
  baseFeePerGas: block.baseFeePerGas,
  size: block.size,
  difficulty: block.difficulty,
  extraData: block.extraData,
  stateRoot: block.stateRoot,
  transactionsRoot: block.transactionsRoot,
  // What only history reported has no sight.
  firstSeenAt: block.arrivedAt === null ? null : block.at,
  arrivedAt: block.arrivedAt,
  firstNode: block.firstNode === null ? null : nameOf(block.firstNode),
  blockTimeMs: block.blockTimeMs,
  canonical: block.canonical,
  nodes: block.nodes,
  p50Ms: block.p50Ms,
  p95Ms: block.p95Ms,
  p99Ms: block.p99Ms,
  delays: () => delaysOf(block.delays),
})

/** As many values as were counted, spread evenly over their bins; those of the open bin at its lower bound. */
export const delaysOf = (bins: readonly number[]): readonly number[] => {
  const delays: number[] = []
  bins.forEach((count, bin) => {
    const from = bin === 0 ? 0 : (histogramBounds[bin - 1] ?? 0)
    const to = histogramBounds[bin] ?? from
    for (let i = 0; i < count; i++) delays.push(Math.round(from + ((to - from) * (i + 1)) / (count + 1)))
  })
  return delays
}
