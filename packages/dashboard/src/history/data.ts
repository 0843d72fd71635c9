/**
 * From an answer of `/networks/{network}/history`, or of a node's, to what is drawn. `Series` is that of
 * `packages/store/src/store.ts` as JSON; the dashboard imports the protocol only, so its shape is repeated here.
 */
import { percent } from '../format/numbers.ts'
import type { Chart, Line } from './catalogue.ts'

export type Values = readonly (number | null)[]

interface MetricSeries {
  /** Samples in each bucket. */
  readonly n: readonly number[]
  readonly avg: Values
  readonly min: Values
  readonly max: Values
  readonly sum: Values
  /** Of metrics with a histogram, on networks. */
  readonly p50?: Values
  readonly p95?: Values
  readonly p99?: Values
}

export interface Series {
  readonly from: number
  readonly to: number
  readonly bucketMs: number
  readonly slotMs: number
  /** Start of each bucket, ascending and without gaps. */
  readonly buckets: readonly number[]
  /** Share of the bucket's slots that hold any sample, 0 to 1. */
  readonly present: readonly number[]
  readonly metrics: Readonly<Record<string, MetricSeries>>
}

/** A number, null in a gap, undefined where the line goes on over a bucket without a value. */
type Point = number | null | undefined

/** A metric with few samples, such as one a block, has no gap while other samples come: up to here the line goes on. */
const bridgedMs = 120_000

/** Values of a line with their gaps. A bucket without any sample is always a gap. */
export function pointsOf(series: Series, values: Values | undefined): readonly Point[] {
  const { present, bucketMs, buckets } = series
  const longest = Math.floor(bridgedMs / bucketMs)
  const points: Point[] = buckets.map((_, i) => values?.[i] ?? null)
  let last = -1
  for (let i = 0; i < points.length; i++) {
    if (points[i] === null) continue
    const between = i - last - 1
    if (last >= 0 && between > 0 && between <= longest && present.slice(last + 1, i).every((p) => p > 0)) {
      points.fill(undefined, last + 1, i)
    }
    last = i
  }
  return points
}

export const valuesOf = (series: Series, line: Line): Values | undefined => series.metrics[line.metric]?.[line.of]

/** True where a chart has any value to draw. */
export const hasValues = (series: Series, chart: Chart): boolean =>
  chart.lines.some((line) => valuesOf(series, line)?.some((value) => value !== null))

/** The newest bucket in which a chart has any value; where it has none, the newest with samples. */
export function lastKnown(series: Series, chart: Chart): number {
  const lists = chart.lines.map((line) => valuesOf(series, line))
  const last = series.buckets.findLastIndex((_, i) => lists.some((values) => (values?.[i] ?? null) !== null))
  return last >= 0 ? last : series.present.findLastIndex((p) => p > 0)
}

/** Middle of each bucket: where its value stands. */
export const middles = (series: Series): readonly number[] => series.buckets.map((at) => at + series.bucketMs / 2)

/** Text of each line of a chart at a bucket, and its band's ends. */
export function readingsOf(
  series: Series,
  chart: Chart,
  index: number,
): readonly (readonly [label: string, text: string])[] {
  const value = (values: Values | undefined): string => chart.format(values?.[index] ?? null)
  const lines = chart.lines.map((line) => [line.label, value(valuesOf(series, line))] as const)
  const first = chart.lines[0] && series.metrics[chart.lines[0].metric]
  return chart.band && chart.lines.length === 1
    ? [...lines, ['least', value(first?.min)], ['most', value(first?.max)]]
    : lines
}

/** What a chart is, in one sentence. */
export function sentenceOf(series: Series, chart: Chart): string {
  const line = chart.lines[0]
  const values = (line ? (valuesOf(series, line) ?? []) : []).filter((value) => value !== null)
  if (values.length === 0) return `${chart.title}: no values in this range.`
  const low = chart.format(Math.min(...values))
  const high = chart.format(Math.max(...values))
  return `${chart.title}: ${line?.label} between ${low} and ${high}. ${percent(presence(series) * 100)} of the samples are there.`
}

/** Share of all slots up to the newest sample that hold one: what has not come yet is not missing. */
export function presence({ present }: Series): number {
  const end = present.findLastIndex((p) => p > 0) + 1
  return end === 0 ? 0 : present.slice(0, end).reduce((sum, p) => sum + p, 0) / end
}

const roundTops = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The next readable number above a value, whose half is readable too; in units of 1024 and its powers for bytes. */
export function topOf(value: number, unit = 1): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1
  const base = unit > 1 ? unit ** Math.floor(Math.log(value) / Math.log(unit)) : 1
  const power = 10 ** Math.floor(Math.log10(value / base))
  const wanted = value * 1.02
  return (roundTops.find((step) => step * power * base >= wanted) ?? 12) * power * base
}

/** What a scale has to reach. */
export function largestOf(series: Series, chart: Chart): number {
  let most = 0
  for (const line of chart.lines) {
    for (const value of valuesOf(series, line) ?? []) if (value !== null && value > most) most = value
  }
  const first = chart.lines[0]
  if (!chart.band || !first) return most
  // Single outliers of the band must not flatten the line: it is cut at four times the highest mean.
  const cut = most * 4
  for (const value of series.metrics[first.metric]?.max ?? []) {
    if (value !== null && value > most) most = Math.min(value, Math.max(cut, most))
  }
  return most
}

/** Labels of an axis, each once: of values that read the same, only the one that the label names best keeps it. */
export function axisLabels(values: readonly number[], format: (value: number) => string): readonly string[] {
  const labels = values.map((value) => (value === 0 ? '0' : format(value)))
  const errors = values.map((value, i) => {
    const said = Number.parseFloat((labels[i] ?? '').replaceAll(/[^\d.]/g, ''))
    return Number.isFinite(said) ? Math.abs(said - Math.abs(value)) : 0
  })
  return labels.map((label, i) => {
    const better = labels.some((one, j) => {
      if (j === i || one !== label) return false
      const [mine = 0, other = 0] = [errors[i], errors[j]]
      return other < mine || (other === mine && j < i)
    })
    return better ? '' : label
  })
}

/** Bottom of a scale: zero, or a round number below the least value of a chart whose values may be negative. */
export function lowestOf(series: Series, chart: Chart): number {
  if (chart.signed !== true) return 0
  let least = 0
  for (const line of chart.lines)
    for (const value of valuesOf(series, line) ?? []) if (value !== null && value < least) least = value
  return least === 0 ? 0 : -topOf(-least, chart.unit)
}
