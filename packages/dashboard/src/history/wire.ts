/**
 * Answers of `/networks/{network}/history` and `/history/nodes/{node}`: `Series` of `packages/sdk/src/store/store.ts` as JSON.
 * The dashboard imports the protocol only, so the shape is said here again.
 */
export type Values = readonly (number | null)[]

export interface MetricSeries {
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
  /** Start of each bucket, ascending and without holes. */
  readonly buckets: readonly number[]
  /** Share of the bucket's slots that hold any sample, 0 to 1. */
  readonly present: readonly number[]
  readonly metrics: Readonly<Record<string, MetricSeries>>
}
