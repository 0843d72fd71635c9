/** The `charts` message: the newest 40 blocks of the chain and what is computed over them. */
import type { BlockRow, Histogram, NetworkSummary } from '@netstats/protocol/feed'
import { classicBins, classicCharts } from '@netstats/protocol/ethstats'
import type { ClassicCharts } from '@netstats/protocol/ethstats'
import type { NetworkView } from '../shard/shard-model.ts'

const hashrateWindow = 64
const uncleWindow = 1000
const unclesPerBin = 25
// Forks come with the list; as many again as the window is more than any healthy chain has.
const slack = 2

/** `uncleSums`: what `uncleSumsOf` gave; it reads many blocks, so the caller keeps it for a while. */
export const chartsOf = (
  view: NetworkView,
  summary: Pick<NetworkSummary, 'blockTimeMs' | 'propagation'>,
  uncleSums: readonly number[],
): ClassicCharts => {
  const chain = canonical(view, hashrateWindow)
  const newest = chain.slice(0, classicBins)
  const charts = classicCharts({
    blocks: newest.toReversed().map((block) => ({ ...block, height: block.number })),
    avgBlockTimeMs: summary.blockTimeMs,
    samples: [],
    miners: minersOf(newest),
    uncleSums,
    avgHashrate: hashrateOf(chain),
  })
  return { ...charts, propagation: propagationOf(summary.propagation) }
}

/** What a page is shown while there is no network yet. */
export const emptyCharts: ClassicCharts = classicCharts({
  blocks: [],
  avgBlockTimeMs: null,
  samples: [],
  miners: [],
  uncleSums: [],
  avgHashrate: null,
})

/** Uncles in each 25 blocks of the newest 1,000, newest first. */
export const uncleSumsOf = (view: NetworkView): readonly number[] => {
  const sums = Array.from({ length: classicBins }, () => 0)
  canonical(view, uncleWindow).forEach((block, i) => {
    const bin = Math.floor(i / unclesPerBin)
    sums[bin] = (sums[bin] ?? 0) + (block.uncles ?? 0)
  })
  return sums
}

const canonical = (view: NetworkView, count: number): readonly BlockRow[] =>
  view
    .blocks(count * slack)
    .filter((block) => block.canonical)
    .slice(0, count)

const minersOf = (blocks: readonly BlockRow[]): readonly { readonly miner: string; readonly blocks: number }[] => {
  const counts = new Map<string, number>()
  for (const { miner } of blocks) if (miner !== null) counts.set(miner, (counts.get(miner) ?? 0) + 1)
  return [...counts].map(([miner, count]) => ({ miner, blocks: count })).sort((a, b) => b.blocks - a.blocks)
}

const hashrateOf = (chain: readonly BlockRow[]): number => {
  const times = chain.map((block) => block.blockTimeMs).filter((ms) => ms !== null)
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length / 1000
  const rate = Number(chain[0]?.difficulty ?? 0) / mean
  return Number.isFinite(rate) ? rate : 0
}

const width = 250

/** Our bins, whatever their width, as the dashboard's forty of a quarter of a second. */
export const propagationOf = ({ binMs, counts }: Histogram): ClassicCharts['propagation'] => {
  const bins = Array.from({ length: classicBins }, () => 0)
  let total = 0
  let sum = 0
  counts.forEach((count, i) => {
    const middle = Math.min((i + 0.5) * binMs, width * classicBins - 1)
    const bin = Math.floor(middle / width)
    bins[bin] = (bins[bin] ?? 0) + count
    total += count
    sum += middle * count
  })
  const share = (n: number): number => (total === 0 ? 0 : n / total)
  let cumulative = 0
  const histogram = bins.map((frequency, i) => {
    cumulative += frequency
    return {
      x: i * width,
      dx: width,
      y: share(frequency),
      frequency,
      cumulative,
      cumpercent: share(cumulative),
    }
  })
  return { histogram, avg: total === 0 ? 0 : Math.round(sum / total) }
}
