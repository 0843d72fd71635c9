/**
 * What was sent since the last flush, by metric and labels. Their number is bounded: labels beyond a metric's share count
 * under its name with the one label `overflow`, metrics beyond the whole are counted as `statsd.overflow`.
 */
import { createBoundedMap } from '@netstats/sdk/limits'
import type { Metric } from '@netstats/protocol'
import { createAccumulator } from './accumulator.ts'
import type { Accumulator, MemberRoom } from './accumulator.ts'
import { labelsOf } from './labels.ts'
import type { Labels } from './labels.ts'
import type { MetricLine, MetricType } from './line.ts'

export interface SeriesTable {
  /** False where the metric is of another type already: what is a counter is no gauge. */
  take(line: MetricLine, now: number): boolean
  /** The metrics of the interval that ends now; the next one begins. */
  flush(now: number): readonly Metric[]
  /** Values of metrics and members of sets that found no room, since the start. */
  readonly overflowed: number
  readonly size: number
}

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly type: MetricType
  readonly values: Accumulator
  touchedAt: number
}

const prefix = 'statsd.'
/** A series that gets no value is reported for so long, a gauge as it was; then it is forgotten. */
const idleMs = 600_000
/** A gauge's value is remembered for longer: the next one may be a change of it. */
const gaugeIdleMs = 86_400_000
/** Members of all sets together. */
const maxMembers = 50_000
const overflowLabels: Labels = { key: 'overflow', labels: { overflow: 'true' } }

export const createSeriesTable = (maxSeries: number): SeriesTable => {
  const ofName = Math.max(1, maxSeries >> 2)
  const table = new Map<string, Series>()
  const counts = new Map<string, number>()
  /** As lines name a series: tags in any order. Forgetting one costs a look. */
  const known = createBoundedMap<string, Series>(2 * maxSeries)
  const room: MemberRoom = { left: maxMembers, refused: 0 }
  let withoutSeries = 0
  let reported = 0
  let tellsOverflow = false

  const create = ({ name, metric }: MetricLine, { key, labels }: Labels, now: number): Series | undefined => {
    if (table.size >= maxSeries) return undefined
    const series = { name, labels, type: metric, values: createAccumulator(metric, room), touchedAt: now }
    table.set(`${name}\n${key}`, series)
    counts.set(name, (counts.get(name) ?? 0) + 1)
    return series
  }

  const find = (line: MetricLine, now: number): Series | undefined => {
    const written = `${line.name}\n${line.tags}`
    const seen = known.get(written)
    if (seen !== undefined) return seen
    const labels = labelsOf(line.tags)
    const isNew = !table.has(`${line.name}\n${labels.key}`)
    const fitting = isNew && labels.key !== '' && (counts.get(line.name) ?? 0) >= ofName ? overflowLabels : labels
    const series = table.get(`${line.name}\n${fitting.key}`) ?? create(line, fitting, now)
    // What shares a series for lack of room looks again when there may be some.
    if (series !== undefined && fitting === labels) known.set(written, series)
    return series
  }

  const forget = (key: string, { name }: Series): void => {
    table.delete(key)
    const left = (counts.get(name) ?? 1) - 1
    if (left === 0) counts.delete(name)
    else counts.set(name, left)
    known.clear()
  }

  const overflow = (): readonly Metric[] => {
    const more = withoutSeries + room.refused - reported
    reported += more
    // Once more when it is over, so that its end is seen.
    const tells = more > 0 || tellsOverflow
    tellsOverflow = more > 0
    return tells ? [{ name: `${prefix}overflow`, value: more }] : []
  }

  return {
    take(line, now) {
      const series = find(line, now)
      if (series === undefined) {
        withoutSeries += line.values.length
        return true
      }
      if (series.type !== line.metric) return false
      series.touchedAt = now
      for (const value of line.values) series.values.add(value, 1 / line.rate)
      return true
    },
    flush(now) {
      const metrics: Metric[] = []
      for (const [key, series] of table) {
        const idle = now - series.touchedAt
        if (idle > (series.type === 'gauge' ? gaugeIdleMs : idleMs)) forget(key, series)
        else if (idle <= idleMs) metrics.push(...metricsOf(series))
        series.values.reset()
      }
      room.left = maxMembers
      return [...metrics, ...overflow()]
    },
    get overflowed() {
      return withoutSeries + room.refused
    },
    get size() {
      return table.size
    },
  }
}

const metricsOf = ({ name, labels, values }: Series): readonly Metric[] =>
  values.numbers().map(([suffix, value]) => ({
    name: `${prefix}${name}${suffix}`,
    value,
    ...(labels === undefined ? {} : { labels }),
  }))
