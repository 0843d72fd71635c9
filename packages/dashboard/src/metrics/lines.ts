/** From an answer of `…/series` to what is drawn: a chart for each unit, a line for each node and metric. */
import type { Chart, Pen, TonePen } from '../history/catalogue.ts'
import type { Series, Values } from '../history/data.ts'
import { weiAmount } from '../format/chain.ts'
import { bytes, compact, decimal, percent, share, unknown } from '../format/numbers.ts'
import { duration } from '../format/time.ts'

export interface MetricLine {
  readonly node: string
  readonly name: string
  /** Metric with its labels. */
  readonly series: string
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly unit: string | null
  readonly present: readonly number[]
  readonly n: readonly number[]
  readonly avg: Values
  readonly min: Values
  readonly max: Values
  readonly sum: Values
}

export interface MetricLines {
  readonly from: number
  readonly to: number
  readonly bucketMs: number
  readonly slotMs: number
  readonly buckets: readonly number[]
  readonly series: readonly MetricLine[]
  /** Lines the server left out. */
  readonly omitted: number
  readonly missing: readonly string[]
}

/** Lines of one chart that can be told apart: eight tones, whole and dashed. */
export const mostLines = 16

/** A number of any size, three digits of it: `0.025`, `7`, `1.24 k`. */
export const figure = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return unknown
  const size = Math.abs(value)
  if (size >= 1000) return compact(value)
  if (Number.isInteger(value)) return decimal(value, 0)
  if (size >= 0.001) return decimal(value, Math.max(1, 2 - Math.floor(Math.log10(size))))
  return value.toExponential(1).replace('-', '−')
}
const rate = (value: number | null): string => (value === null ? unknown : `${figure(value)}/s`)
const wei = (value: number | null): string =>
  value === null ? unknown : weiAmount(BigInt(Math.round(value)).toString())

const formats: Readonly<Record<string, Chart['format']>> = {
  ms: duration,
  seconds: (value) => duration(value === null ? null : value * 1000),
  bytes,
  ratio: share,
  percent,
  wei,
  perSecond: rate,
  hashesPerSecond: rate,
}
export const formatOf = (unit: string | null): Chart['format'] => formats[unit ?? ''] ?? figure

const titles: Readonly<Record<string, string>> = {
  ms: 'Time',
  seconds: 'Time in seconds',
  bytes: 'Bytes',
  ratio: 'Shares',
  percent: 'Percent',
  wei: 'Prices',
  perSecond: 'Rates',
  hashesPerSecond: 'Hash rates',
  count: 'Counts',
}

/** The values of a label without its name where every line has the label. */
const labelsOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

/** What tells a line from the others of its chart. */
export function labelOf(line: MetricLine, all: readonly MetricLine[]): string {
  const differ = (of: (one: MetricLine) => string): boolean => all.some((one) => of(one) !== of(line))
  const parts = [
    ...(differ(({ node }) => node) ? [line.name] : []),
    ...(differ(({ metric }) => metric) ? [line.metric] : []),
    ...(Object.keys(line.labels).length > 0 ? [labelsOf(line.labels)] : []),
  ]
  return parts.length > 0 ? parts.join(' ') : line.metric
}

const penOf = (place: number): Pen => {
  const tone = `tone-${(place % 8) + 1}` as TonePen
  return place < 8 ? tone : `${tone}-dashed`
}

/** Name of a line within the drawing. */
export const keyOf = (line: Pick<MetricLine, 'node' | 'series'>): string => JSON.stringify([line.node, line.series])

/** What chart a line belongs to, and how that is called. */
export interface Grouping {
  readonly of: (line: MetricLine) => string
  readonly titleOf: (group: string, lines: readonly MetricLine[]) => string
  readonly labelOf: (line: MetricLine, all: readonly MetricLine[]) => string
}

const byUnit: Grouping = {
  of: ({ unit }) => unit ?? '',
  titleOf: (unit, lines) => {
    const metrics = new Set(lines.map(({ metric }) => metric))
    return metrics.size === 1 ? (lines[0]?.metric ?? '') : (titles[unit] ?? 'Values')
  },
  labelOf,
}

export interface DrawnLines {
  readonly series: Series
  readonly charts: readonly Chart[]
  /** Lines beyond what one chart can tell apart. */
  readonly omitted: number
}

/** The whole answer as one line of time: a slot has a sample where any line has one. */
export const seriesOf = (answer: MetricLines): Series => ({
  from: answer.from,
  to: answer.to,
  bucketMs: answer.bucketMs,
  slotMs: answer.slotMs,
  buckets: answer.buckets,
  present: answer.buckets.map((_, i) =>
    answer.series.reduce((most, { present }) => Math.max(most, present[i] ?? 0), 0),
  ),
  metrics: Object.fromEntries(answer.series.map((line) => [keyOf(line), line])),
})

export function drawLines(answer: MetricLines, { of, titleOf, labelOf }: Grouping = byUnit): DrawnLines {
  const groups = Map.groupBy(answer.series, of)
  let { omitted } = answer
  const charts = Array.from(groups, ([group, lines]): Chart => {
    const shown = lines.slice(0, mostLines)
    omitted += lines.length - shown.length
    const unit = lines[0]?.unit ?? null
    return {
      key: group,
      title: titleOf(group, lines),
      band: shown.length === 1,
      signed: true,
      format: formatOf(unit),
      ...(unit === 'bytes' && { unit: 1024 }),
      lines: shown.map((line, place) => ({
        metric: keyOf(line),
        of: 'avg',
        label: labelOf(line, lines),
        pen: shown.length === 1 ? 'strong' : penOf(place),
      })),
    }
  })
  return { series: seriesOf(answer), charts, omitted }
}
