import type { BlockRow, NetworkSummary, Share } from '@netstats/protocol/feed'
import type { SimNode } from './node.ts'

const bins = 40
const binMs = 50

const shares = (names: readonly string[]): readonly Share[] => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count)
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length

export function summarise(
  key: string,
  blocks: readonly BlockRow[],
  nodes: readonly SimNode[],
  counts: { readonly forks: number; readonly reorgs: number },
): NetworkSummary {
  const chain = blocks.filter((b) => b.canonical).slice(0, 60)
  const head = chain[0] ?? null
  const series = chain.toReversed()
  const rows = nodes.map((n) => n.row)
  const active = rows.filter((r) => r.state === 'active')
  const samples = rows.flatMap((r) => r.propagation.filter((v) => v >= 0))
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (p: number): number | null => sorted[Math.floor(p * (sorted.length - 1))] ?? null
  const histogram = Array.from({ length: bins }, () => 0)
  for (const v of samples) histogram[Math.min(bins - 1, Math.floor(v / binMs))]! += 1
  const span = head && series[0] ? (head.timestamp - series[0].timestamp) / 1000 : 0
  const used = chain.reduce((a, b) => a + b.gasUsed, 0)
  const limit = chain.reduce((a, b) => a + b.gasLimit, 0)
  const blockTime = mean(chain.flatMap((b) => (b.blockTimeMs === null ? [] : [b.blockTimeMs])))
  const latency = mean(active.flatMap((r) => (r.latencyMs === null ? [] : [r.latencyMs])))
  return {
    key,
    networkId: key,
    genesis: `0x${'ab12'.repeat(16)}`,
    nodes: rows.length,
    active: active.length,
    syncing: active.filter((r) => r.syncing).length,
    head,
    atHead: active.filter((r) => r.behind === 0).length,
    behind: active.filter((r) => (r.behind ?? 0) >= 2).length,
    blockTimeMs: blockTime,
    transactionsPerSecond: span > 0 ? chain.slice(0, -1).reduce((a, b) => a + b.transactions, 0) / span : null,
    gasUsedShare: limit > 0 ? used / limit : null,
    gasPrice: '1000000000',
    pending: Math.max(0, ...active.map((r) => r.pending ?? 0)),
    uncles: 0,
    forks: counts.forks,
    reorgs: counts.reorgs,
    deepestReorg: counts.reorgs > 0 ? 1 : 0,
    uptime: mean(rows.flatMap((r) => (r.uptime === null ? [] : [r.uptime]))),
    latencyMs: latency,
    propagation: {
      binMs,
      counts: histogram,
      samples: samples.length,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
    },
    series: {
      numbers: series.map((b) => b.number),
      blockTimeMs: series.map((b) => b.blockTimeMs),
      transactions: series.map((b) => b.transactions),
      gasUsed: series.map((b) => b.gasUsed),
      gasLimit: series.map((b) => b.gasLimit),
      uncles: series.map((b) => b.uncles),
      p95Ms: series.map((b) => b.p95Ms),
    },
    clients: shares(rows.map((r) => r.clientName ?? 'unknown')),
    versions: shares(rows.map((r) => `${r.clientName} ${r.clientVersion}`)),
    miners: shares(chain.map((b) => b.miner)),
  }
}
