/** Which charts there are. Names of metrics are those of `packages/store/src/metrics.ts`. */
import { weiAmount } from '../format/chain.ts'
import { bytes, compact, count, decimal, share, unknown } from '../format/numbers.ts'
import { duration } from '../format/time.ts'

export type Of = 'avg' | 'min' | 'max' | 'sum' | 'p50' | 'p95' | 'p99'

/** Tones of lines beyond the first four, and the same with a dashed stroke. */
export type TonePen = `tone-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
export type Pen = 'strong' | 'dashed' | 'dotted' | 'pale' | TonePen | `${TonePen}-dashed`

export interface Line {
  readonly metric: string
  readonly of: Of
  readonly label: string
  /** Lines differ by stroke as well: solid, dashed, dotted, pale. */
  readonly pen: Pen
}

export interface Chart {
  readonly key: string
  readonly title: string
  readonly lines: readonly Line[]
  /** The first line has a band from its metric's least to its largest value. */
  readonly band: boolean
  readonly format: (value: number | null) => string
  /** Scales end at round numbers of it: 1024 for bytes. */
  readonly unit?: number
  /** Bottom of the scale is that of the least value where it is below zero. */
  readonly signed?: boolean
  /** Top of the scale where values have a maximum. */
  readonly top?: number
  /** Narrowest bucket that has values, milliseconds, where that is wider than the buckets may be. */
  readonly finest?: number
}

const amount = (value: number | null): string =>
  value === null ? unknown : value < 100 && !Number.isInteger(value) ? decimal(value, 1) : count(value)
const wei = (value: number | null): string =>
  value === null ? unknown : weiAmount(BigInt(Math.round(value)).toString())

const mean = (
  key: string,
  metric: string,
  title: string,
  format: Chart['format'],
  scale: Pick<Chart, 'top' | 'unit' | 'finest'> = {},
): Chart => ({
  key,
  title,
  lines: [{ metric, of: 'avg', label: 'mean', pen: 'strong' }],
  band: true,
  format,
  ...scale,
})

const percentiles = (key: string, metric: string, title: string): Chart => ({
  key,
  title,
  lines: [
    { metric, of: 'p50', label: 'half', pen: 'strong' },
    { metric, of: 'p95', label: '95 %', pen: 'dashed' },
    { metric, of: 'p99', label: '99 %', pen: 'dotted' },
  ],
  band: false,
  format: duration,
})

export const networkCharts: readonly Chart[] = [
  {
    key: 'nodes',
    title: 'Nodes',
    lines: [
      { metric: 'active', of: 'avg', label: 'active', pen: 'strong' },
      { metric: 'nodes', of: 'avg', label: 'known', pen: 'pale' },
      { metric: 'atHead', of: 'avg', label: 'at the head', pen: 'dashed' },
      { metric: 'syncing', of: 'avg', label: 'syncing', pen: 'dotted' },
    ],
    band: true,
    format: amount,
  },
  percentiles('propagation', 'propagationMs', 'Propagation of blocks'),
  mean('blockTime', 'blockTimeMs', 'Block time', duration),
  mean('gas', 'gasUsedShare', 'Gas used, of the limit', share, { top: 1 }),
  mean('transactions', 'transactions', 'Transactions per block', amount),
  percentiles('latency', 'latencyMs', 'Latency, as nodes report it'),
  mean('pending', 'pending', 'Pending transactions', amount),
  mean('gasPrice', 'gasPrice', 'Gas price', wei),
  mean('size', 'size', 'Block size', bytes, { unit: 1024 }),
  mean('uncles', 'uncles', 'Uncles per block', amount),
]

export const nodeCharts: readonly Chart[] = [
  mean('propagation', 'propagationMs', 'Delay of its reports', duration),
  mean('latency', 'latencyMs', 'Latency, as it reports it', duration),
  mean('roundTrip', 'roundTripMs', 'Round trip, measured', duration),
  mean('peers', 'peers', 'Peers', amount),
  mean('pending', 'pending', 'Pending transactions', amount),
  mean('behind', 'behind', 'Blocks behind the head', amount, { finest: 60_000 }),
  mean('processing', 'processingMs', 'Time to execute a block', duration),
  mean('gasPrice', 'gasPrice', 'Gas price', wei),
  mean('hashrate', 'hashrate', 'Hash rate', compact),
]

/** Charts named in the address, in their own order; all where none is named. */
export function chosenCharts(all: readonly Chart[], text: string | null): readonly Chart[] {
  const wanted = new Set((text ?? '').split(','))
  const found = all.filter((chart) => wanted.has(chart.key))
  return found.length > 0 ? found : all
}

/** Names of the metrics of charts, each once. */
export const metricsOf = (charts: readonly Chart[]): readonly string[] => [
  ...new Set(charts.flatMap((chart) => chart.lines.map((line) => line.metric))),
]
