/** Sums of roll-ups by bucket and who they are of, from the rows of a store: as written, and as recomputed from raw rows. */
import { nodeMetrics } from '@netstats/store'
import type { NodeMetric, RollupTable } from '@netstats/store'
import type { MemoryStore } from '@netstats/store/testing'

interface Sums {
  [name: string]: number
}
type Numbers = Readonly<Record<string, number | null>>

const addRow = (to: Map<string, Sums>, key: string, row: Numbers): void => {
  const sums = to.get(key) ?? {}
  to.set(key, sums)
  for (const [name, value] of Object.entries(row)) {
    if (value === null || name === 'bucket') continue
    const before = sums[name]
    if (name === 'network' || name === 'node' || name === 'metric') sums[name] = value
    else if (before === undefined) sums[name] = value
    else if (/(^|_)min$/.test(name)) sums[name] = Math.min(before, value)
    else if (/(^|_)max$/.test(name)) sums[name] = Math.max(before, value)
    else sums[name] = before + value
  }
}

/** Sums of a roll-up's rows, over buckets of a width. */
export const rolledSums = (store: MemoryStore, table: RollupTable, widthMs: number): Map<string, Sums> => {
  const sums = new Map<string, Sums>()
  for (const row of store.rows(table)) {
    const numbers = row as unknown as Numbers
    const bucket = (numbers['bucket'] ?? 0) - ((numbers['bucket'] ?? 0) % widthMs)
    addRow(sums, [bucket, numbers['network'], numbers['node'], numbers['metric']].join(' '), numbers)
  }
  return sums
}

const sampleColumns = {
  peers: 'peers',
  pending: 'pending',
  latencyMs: 'latencyMs',
  roundTripMs: 'roundTripMs',
  gasPrice: 'gasPrice',
  hashrate: 'hashrate',
  processingMs: 'processingMs',
} as const satisfies Partial<Record<NodeMetric, string>>

const amounts = (metric: string, value: number | null): Numbers =>
  value === null
    ? {}
    : { [`${metric}_n`]: 1, [`${metric}_sum`]: value, [`${metric}_min`]: value, [`${metric}_max`]: value }

const zeroes: Numbers = {
  samples: 0,
  blocks: 0,
  ...Object.fromEntries(nodeMetrics.map((metric) => [`${metric}_n`, 0])),
}

/** What the sums of nodes have to be, without what nobody reports. */
export const nodeSums = (store: MemoryStore, widthMs: number): Map<string, Sums> => {
  const sums = new Map<string, Sums>()
  const add = (at: number, network: number, node: number, row: Numbers): void =>
    addRow(sums, `${at - (at % widthMs)} ${network} ${node} `, { ...zeroes, network, node, ...row })
  for (const row of store.rows('nodeSample')) {
    const said = Object.entries(sampleColumns).map(([metric, column]) => amounts(metric, row[column]))
    add(row.at, row.network, row.node, Object.assign({ samples: 1 }, ...said) as Numbers)
  }
  for (const { at, network, node, delayMs } of store.rows('blockSeen'))
    add(at, network, node, { samples: 1, blocks: 1, ...amounts('propagationMs', delayMs) })
  return sums
}

/** Leaves out what is looked at and not reported, and who has nothing else. */
export const withoutGauges = (sums: Map<string, Sums>): Map<string, Sums> =>
  new Map(
    [...sums].flatMap(([key, one]) => {
      const kept = Object.fromEntries(Object.entries(one).filter(([name]) => !/^behind_(sum|min|max|n)$/.test(name)))
      return (kept['samples'] ?? 1) === 0 ? [] : [[key, { ...kept, behind_n: 0 }]]
    }),
  )
