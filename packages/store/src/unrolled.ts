/**
 * Which rows a roll-up adds up, for drivers. A crash leaves buckets that were never written, or only in part; what they
 * lack of their rows is found by subtraction and written as one more increment.
 */
import { histogramBins, histogramBounds } from './metrics.ts'
import type { HistogramMetric } from './metrics.ts'
import type { RollupTable } from './store.ts'
import type { TableName } from './tables.ts'

/** How one column of a roll-up comes from a row below it. */
export interface RawPart {
  readonly table: Extract<TableName, 'nodeSample' | 'blockSeen' | 'metric' | 'block' | 'reorg'>
  /** Only rows whose two columns are the same. */
  readonly where?: readonly [string, string]
  /** Counters that go up by one with each row. */
  readonly counts: readonly string[]
  /** Columns of the row by metric; '' where the roll-up has one metric without a name. */
  readonly metrics: Readonly<Record<string, string>>
  /** A share of one column in another, 1 at most; left out where the other is 0. */
  readonly shares?: Readonly<Record<string, readonly [string, string]>>
  readonly histogram?: HistogramMetric
}

/** Roll-ups are made from the next finer one, the finest from raw rows. */
export const rollupSources: { readonly [T in RollupTable]: RollupTable | readonly RawPart[] } = {
  network10s: [
    { table: 'nodeSample', counts: [], metrics: { latencyMs: 'latencyMs' }, histogram: 'latencyMs' },
    { table: 'blockSeen', counts: [], metrics: { propagationMs: 'delayMs' }, histogram: 'propagationMs' },
    {
      table: 'block',
      where: ['at', 'arrivedAt'],
      counts: ['blocks'],
      metrics: { transactions: 'transactions', uncles: 'uncles', size: 'size' },
      shares: { gasUsedShare: ['gasUsed', 'gasLimit'] },
    },
    { table: 'reorg', counts: ['reorgs'], metrics: {} },
  ],
  network1m: 'network10s',
  network1h: 'network1m',
  node1m: [
    {
      table: 'nodeSample',
      counts: ['samples'],
      metrics: {
        peers: 'peers',
        pending: 'pending',
        latencyMs: 'latencyMs',
        roundTripMs: 'roundTripMs',
        gasPrice: 'gasPrice',
        hashrate: 'hashrate',
        processingMs: 'processingMs',
      },
    },
    { table: 'blockSeen', counts: ['samples', 'blocks'], metrics: { propagationMs: 'delayMs' } },
  ],
  node1h: 'node1m',
  metric1m: [{ table: 'metric', counts: [], metrics: { '': 'value' } }],
  metric1h: 'metric1m',
}

export const rollupWidths: { readonly [T in RollupTable]: number } = {
  network10s: 10_000,
  network1m: 60_000,
  network1h: 3_600_000,
  node1m: 60_000,
  node1h: 3_600_000,
  metric1m: 60_000,
  metric1h: 3_600_000,
}

/** What a column of a roll-up is. */
export type RollupColumn = 'bucket' | 'key' | 'count' | 'sum' | 'min' | 'max'
export const rollupColumn = (name: string): RollupColumn => {
  if (name === 'bucket') return 'bucket'
  if (name === 'network' || name === 'node' || name === 'metric') return 'key'
  const [, amount] = /(?:^|_)(sum|min|max)$/.exec(name) ?? []
  return (amount as RollupColumn | undefined) ?? 'count'
}

/** The column that counts the values of a `sum`, `min` or `max`. */
export const countColumnOf = (name: string): string => name.replace(/(sum|min|max)$/, 'n')

/** Bounds of a bin: above the first, up to the second; null where there is none. */
export const binBounds = (bin: number): readonly [number | null, number | null] => [
  histogramBounds[bin - 1] ?? null,
  bin === histogramBins - 1 ? null : (histogramBounds[bin] as number),
]
