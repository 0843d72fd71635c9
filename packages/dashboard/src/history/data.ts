/** From an answer to what is drawn. */
import { percent } from '../format/numbers.ts'
import type { Chart, Line } from './catalogue.ts'
import type { Series, Values } from './wire.ts'

/** A number, null in a gap, undefined where the line goes on over a bucket without a value. */
export type Point = number | null | undefined

/** A metric that comes seldom, such as one value a block, is no gap while the rest comes: up to here the line goes on. */
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
