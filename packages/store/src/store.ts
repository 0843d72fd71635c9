/**
 * History behind one interface. Rows go in by batches that are durable or absent as a whole; questions are asked in the
 * words of the field, so that no connection, transaction or dialect shows. Times are Unix milliseconds, ranges are
 * half open: `from` belongs to them, `to` does not. Networks, nodes and metric names are the keys that the store gave them.
 */
import type { StoreBatch, TableBatch } from './batch.ts'
import type { QueryOptions } from './query-options.ts'
import type { AdminOptions, PruneReport, Retention, StoreAdmin, StoreInfo } from './store-admin.ts'
import type { HistogramMetric, NetworkMetric, NodeMetric } from './metrics.ts'
import type { RowOf } from './table.ts'
import type { alarmOrigins, TableName, Tables } from './tables.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

/** Where a page ends: the next one begins after this row. Lists are newest first, by time and then by `seq`. */
export interface Position {
  readonly at: number
  readonly seq: number
}

export interface Page {
  readonly limit: number
  readonly after?: Position
}

/** A number over time, one value a bucket: null where the bucket has none. All lists are as long as `Series.buckets`. */
export interface MetricSeries {
  readonly n: readonly number[]
  readonly avg: readonly (number | null)[]
  readonly min: readonly (number | null)[]
  readonly max: readonly (number | null)[]
  readonly sum: readonly (number | null)[]
  /** Of metrics with a histogram, on networks. */
  readonly p50?: readonly (number | null)[]
  readonly p95?: readonly (number | null)[]
  readonly p99?: readonly (number | null)[]
}

export interface Series<M extends string = string> extends Range {
  readonly bucketMs: number
  /** Start of each bucket, ascending and without holes; multiples of `bucketMs`. The first holds `from`. */
  readonly buckets: readonly number[]
  /** Share of the bucket's slots that hold any sample, 0 to 1. A slot is as wide as the rows that were read. */
  readonly present: readonly number[]
  readonly slotMs: number
  readonly metrics: { readonly [K in M]: MetricSeries }
}

export interface SeriesRange extends Range {
  /**
   * Width of a bucket. Where the finer rows have expired the answer may be coarser: `Series.bucketMs` tells. At most
   * `maxBuckets` buckets in a range.
   */
  readonly bucketMs: number
}
export const maxBuckets = 5000

export interface NodeSeriesQuery extends SeriesRange {
  readonly network: number
  readonly node: number
  readonly metrics: readonly NodeMetric[]
}
export interface NetworkSeriesQuery extends SeriesRange {
  readonly network: number
  readonly metrics: readonly NetworkMetric[]
}
/** Any metric by name, such as those of the host. */
export interface MetricSeriesQuery extends SeriesRange {
  readonly network: number
  readonly node: number
  readonly metrics: readonly number[]
}

type Row<T extends TableName> = RowOf<Tables[T]>

export interface LatestMetricsQuery extends Range {
  readonly network: number
  /** Only of this node. */
  readonly node?: number
  /** Only these names. */
  readonly metrics?: readonly number[]
  /** In order of node and metric: the first so many. */
  readonly limit: number
}

/** A block with the newest of what became of it; null while that has not been written. */
export interface StoredBlock extends Row<'block'> {
  readonly canonical: boolean | null
  readonly blockTimeMs: number | null
  readonly nodes: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Bins of `histogramBounds`. */
  readonly delays: readonly number[]
}

export interface BlocksQuery {
  readonly network: number
  /** Heights, inclusive. */
  readonly fromNumber?: number
  readonly toNumber?: number
  /** First heard of within. */
  readonly range?: Range
  readonly hash?: string
  readonly canonical?: boolean
  /** Only heights of which more than one block is known, all of their blocks; the other conditions hold for each block. */
  readonly forked?: boolean
  readonly limit: number
  /** Newest first by height, then by hash; the next page begins after this block. */
  readonly after?: { readonly number: number; readonly hash: string }
}

export interface Sighting {
  readonly node: number
  readonly at: number
  readonly delayMs: number | null
}

export interface SightingsQuery {
  readonly network: number
  readonly number: number
  readonly hash: string
  /** When the block was first heard of: raw rows are looked for from then on, for an hour. */
  readonly at: number
  readonly limit: number
}

/** Propagation of single blocks, worked out from raw sightings. */
export interface PropagationQuery extends Range {
  readonly network: number
  readonly fromNumber: number
  readonly toNumber: number
}
export interface Propagation {
  readonly number: number
  readonly hash64: bigint
  readonly nodes: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

export interface ListQuery extends Page {
  readonly network: number
  readonly node?: number
  readonly range: Range
}
export interface LogsQuery extends ListQuery {
  /** Found anywhere in the message, or in the JSON of the fields, whatever its case; taken literally. */
  readonly text?: string
  /** This severe or more: 3 gives errors and worse. */
  readonly severity?: number
  readonly source?: string
  readonly component?: string
  /** Oldest first; `after` then goes on towards newer lines. */
  readonly oldestFirst?: boolean
}
export interface AlarmsQuery extends ListQuery {
  /** Only alarms whose newest step is not `cleared`; `range` then says when that step happened. */
  readonly open?: boolean
  readonly type?: string
  readonly origin?: (typeof alarmOrigins)[number]
}

/** What a node had last said by some moment; null where it had said nothing of it. */
export interface NodeMoment {
  readonly node: number
  readonly info: Row<'nodeInfo'> | null
  readonly state: Row<'nodeState'> | null
  /** Of its newest row of any sort. */
  readonly lastSeenAt: number | null
  readonly sample: Omit<Row<'nodeSample'>, 'at' | 'network' | 'node'>
  readonly block: {
    readonly at: number
    readonly number: number
    readonly hash64: bigint
    readonly delayMs: number | null
  } | null
}

export interface MomentQuery {
  readonly network: number
  readonly at: number
  /** Heights below the highest for which blocks and single sights are given. */
  readonly blocks: number
  readonly sightings: number
}

/** A network as it was: what `at` shows, from rows up to it and none after it. */
export interface Moment {
  readonly network: number
  readonly at: number
  readonly nodes: readonly NodeMoment[]
  /** Newest first by height; `canonical`, `nodes` and percentiles as far as they were known at `at`. */
  readonly blocks: readonly StoredBlock[]
  /** Of the newest `sightings` heights, in order of time. Columns: there are nodes times heights of them. */
  readonly sightings: {
    readonly rows: number
    readonly node: Uint32Array
    readonly number: Float64Array
    readonly hash64: BigUint64Array
    /** NaN where unknown. */
    readonly delayMs: Float64Array
    readonly at: Float64Array
  }
}

/** How many batches a store remembers by their ids. */
export const rememberedBatches = 16

/** Names that rows speak of. Nodes are told apart within their network, which is given by its name. */
export interface Names {
  readonly networks: readonly Omit<Row<'network'>, 'key'>[]
  readonly nodes: readonly { readonly network: string; readonly id: string; readonly firstSeenAt: number }[]
  readonly metrics: readonly string[]
}
export interface NameKeys {
  readonly networks: readonly number[]
  readonly nodes: readonly number[]
  readonly metrics: readonly number[]
}

/** Everything that one run of the server leaves to the next: keys by name, and what was written last. */
export interface Catalog {
  readonly networks: readonly Row<'network'>[]
  readonly nodes: readonly Row<'node'>[]
  readonly metricNames: readonly Row<'metricName'>[]
  /** Highest `seq` of any table; 0 in a new store. */
  readonly seq: number
  /** Ids of the newest batches, oldest first. */
  readonly batches: readonly string[]
  /** Time of the newest row of any table; null in a new store. */
  readonly newestAt: number | null
  /** Where each roll-up ends: start of its newest bucket, null where it has none. */
  readonly rolled: { readonly [T in RollupTable]: number | null }
}
export type RollupTable = 'network10s' | 'network1m' | 'network1h' | 'node1m' | 'node1h' | 'metric1m' | 'metric1h'

/** How far a stream of acknowledged observations is. */
export type StoredResumePoint = Row<'resumePoint'>

export const exportFormats = ['csv', 'ndjson', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]
export interface ExportQuery {
  readonly table: TableName
  /** Times of the table's own time column; dictionaries are given whole. */
  readonly range: Range
  readonly network?: number
  readonly node?: number
  readonly format: ExportFormat
  /**
   * Names in place of keys, in the same columns: `network`, `node`, `firstNode` and, outside of the dictionaries, `metric`.
   * A key without a name stays as it is, as text.
   */
  readonly names?: boolean
}

export interface Store extends AsyncDisposable {
  /**
   * Writes all rows of a batch or none; resolves when they are durable. One call at a time. A batch whose `id` is that of
   * a stored one is not written again: after any failure the same batch may be given again, also to the store that was
   * opened in its place. The store knows the ids of its newest `rememberedBatches` batches.
   * A row whose `seq` is 0 gets the next number. The store may move the batch's arrays away: on success they are no
   * longer the caller's, on failure they still hold what they held.
   * Rows past their tier's retention, or more than a day ahead of the clock, may be left out; a driver counts them.
   */
  write(batch: StoreBatch, id?: string): Promise<void>
  /** Keys of names, in the order given. New names get the next keys, durable when this resolves. Any number of calls at a time. */
  nameKeys(names: Names): Promise<NameKeys>

  catalog(options?: QueryOptions): Promise<Catalog>
  networkSeries(query: NetworkSeriesQuery, options?: QueryOptions): Promise<Series<NetworkMetric>>
  nodeSeries(query: NodeSeriesQuery, options?: QueryOptions): Promise<Series<NodeMetric>>
  /** Keys of the series are the metric's key as text. */
  metricSeries(query: MetricSeriesQuery, options?: QueryOptions): Promise<Series>
  /** Metric names a node has values of in the range. */
  metricsOf(
    query: { readonly network: number; readonly node: number } & Range,
    options?: QueryOptions,
  ): Promise<readonly number[]>
  /** Newest raw value of each metric of each node in the range; of several at one time the greatest. In order of node and metric. */
  latestMetrics(query: LatestMetricsQuery, options?: QueryOptions): Promise<readonly Omit<Row<'metric'>, 'network'>[]>
  blocks(query: BlocksQuery, options?: QueryOptions): Promise<readonly StoredBlock[]>
  /** In order of time. */
  sightings(query: SightingsQuery, options?: QueryOptions): Promise<readonly Sighting[]>
  propagation(query: PropagationQuery, options?: QueryOptions): Promise<readonly Propagation[]>
  logs(query: LogsQuery, options?: QueryOptions): Promise<readonly Row<'log'>[]>
  alarms(query: AlarmsQuery, options?: QueryOptions): Promise<readonly Row<'alarm'>[]>
  reorgs(query: ListQuery, options?: QueryOptions): Promise<readonly Row<'reorg'>[]>
  nodeInfos(query: ListQuery, options?: QueryOptions): Promise<readonly Row<'nodeInfo'>[]>
  nodeStates(query: ListQuery, options?: QueryOptions): Promise<readonly Row<'nodeState'>[]>
  gaps(query: ListQuery, options?: QueryOptions): Promise<readonly Row<'gap'>[]>
  sheds(query: Page & { readonly range: Range }, options?: QueryOptions): Promise<readonly Row<'shed'>[]>
  /** Newest raw sample of every node of a network within the range; at most one row a node. */
  latest(query: { readonly network: number } & Range, options?: QueryOptions): Promise<readonly Row<'nodeSample'>[]>
  /** One of each stream, in order of `stream`. */
  resumePoints(options?: QueryOptions): Promise<readonly StoredResumePoint[]>
  moment(query: MomentQuery, options?: QueryOptions): Promise<Moment>
  /**
   * What a roll-up lacks of the rows it adds up, as increments to be written: of the buckets that a crash left unwritten,
   * or written in part. `rollupSources` says which rows those are; ask for the finer roll-ups first, and write the answer.
   */
  unrolled(query: { readonly table: RollupTable } & Range, options?: QueryOptions): Promise<TableBatch>
  /** Bytes of a file in the format, in order of time; bounded memory, however long. */
  export(query: ExportQuery, options?: QueryOptions): AsyncIterable<Uint8Array>

  info(options?: QueryOptions): Promise<StoreInfo>
  /** Drops what is past its retention; the disk has its space back when this resolves. */
  prune(retention: Retention, now: number, options?: AdminOptions): Promise<PruneReport>
}

/** A store, with its administration if it consists of files. */
export type ManagedStore = Store & Partial<StoreAdmin>

/** Names the metrics with a histogram, for readers of `Series`. */
export type { HistogramMetric }
