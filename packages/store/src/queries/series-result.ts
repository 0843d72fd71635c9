/** A grouped result as lists that have a place for every bucket of the plan. */
import { histogramBins, percentileOf } from '../metrics.ts'
import type { MetricSeries } from '../store.ts'
import type { SeriesPlan } from '../series-plan.ts'
import type { SqlColumns } from '../query.ts'
import { numberAt } from './sql.ts'

/** Columns by name, each read once; empty where nothing was asked. */
export type ColumnReader = (name: string) => Float64Array

export const columnReader = (result: SqlColumns | undefined): ColumnReader => {
  const read = new Map<string, Float64Array>()
  return (name) => {
    const values = read.get(name) ?? result?.numbers(name) ?? new Float64Array()
    read.set(name, values)
    return values
  }
}

/** Row of the result for each bucket; -1 where there is none. */
export type BucketIndex = Int32Array

export const bucketIndex = (
  plan: SeriesPlan,
  read: ColumnReader,
  only?: { readonly column: string; readonly value: number | null },
): BucketIndex => {
  const index = new Int32Array(plan.buckets.length).fill(-1)
  const keys = only && read(only.column)
  read('bucket').forEach((bucket, row) => {
    if (only && keys && numberAt(keys, row) !== only.value) return
    index[(bucket - plan.from) / plan.bucketMs] = row
  })
  return index
}

const placed = (index: BucketIndex, values: Float64Array): (number | null)[] =>
  Array.from(index, (row) => (row < 0 ? null : numberAt(values, row)))

export const presentOf = (plan: SeriesPlan, index: BucketIndex, read: ColumnReader): readonly number[] => {
  const slots = plan.bucketMs / plan.slotMs
  return placed(index, read('slots')).map((found) => (found ?? 0) / slots)
}

export const metricSeriesOf = (
  index: BucketIndex,
  read: ColumnReader,
  metric: string,
  histogram: boolean,
): MetricSeries => {
  const n = placed(index, read(`${metric}_n`)).map((count) => count ?? 0)
  const sum = placed(index, read(`${metric}_sum`))
  const series: MetricSeries = {
    n,
    sum,
    avg: sum.map((total, i) => (total === null || n[i] === 0 ? null : total / (n[i] as number))),
    min: placed(index, read(`${metric}_min`)),
    max: placed(index, read(`${metric}_max`)),
  }
  if (!histogram) return series
  const columns = Array.from({ length: histogramBins }, (_, bin) => read(`${metric}_h${bin}`))
  const bins = Array.from(index, (row) => columns.map((values) => values[row] ?? 0))
  return {
    ...series,
    p50: bins.map((counts) => percentileOf(counts, 0.5)),
    p95: bins.map((counts) => percentileOf(counts, 0.95)),
    p99: bins.map((counts) => percentileOf(counts, 0.99)),
  }
}
