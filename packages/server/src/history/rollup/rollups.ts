/**
 * The roll-ups that are kept, from the finest on: 10 s, 1 min and 1 h of a network, 1 min and 1 h of a node and of a
 * metric. The database could work them out from the rows below as buckets close, but that costs too much
 * (docs/decisions/0045), so they are added up here.
 */
import { binOf, histogramBins, networkMetrics, nodeMetrics } from '@netstats/store'
import type { HistogramMetric, NetworkMetric, NodeMetric, RollupTable } from '@netstats/store'
import type { MetricName, NetworkName, NodeName } from '../name-ids.ts'
import type { RowSink } from '../row-buffer.ts'
import { addTo, createBucketSums, layoutOf } from './bucket-sums.ts'
import type { BucketSums, SumKey, SumShape } from './bucket-sums.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

const networkShape = { counts: 2, metrics: networkMetrics.length, bins: 2 * histogramBins }
const nodeShape = { counts: 2, metrics: nodeMetrics.length, bins: 0 }
const metricShape = { counts: 0, metrics: 1, bins: 0 }

/** Where each metric begins among the numbers of a key. */
const placesOf = <M extends string>(metrics: readonly M[], first: number): { readonly [K in M]: number } =>
  Object.fromEntries(metrics.map((metric, i) => [metric, first + 4 * i])) as { [K in M]: number }
const networkPlaces = placesOf(networkMetrics, layoutOf(networkShape).metrics)
const nodePlaces = placesOf(nodeMetrics, layoutOf(nodeShape).metrics)
const histogramPlaces: { readonly [M in HistogramMetric]: number } = {
  latencyMs: layoutOf(networkShape).bins,
  propagationMs: layoutOf(networkShape).bins + histogramBins,
}

/** A metric of a node. */
export interface MetricSeries extends SumKey {
  readonly node: NodeName
  readonly metric: MetricName
}

/**
 * Takes what there is to add up. What comes late goes to the buckets of its time, which may be long over, and is written
 * with the batch that is open: keep its rows and sums together with `atomically` of the row buffer.
 */
export interface Rollups {
  networkValue(at: number, network: NetworkName, metric: NetworkMetric, value: number): void
  /** Of a metric with a histogram. */
  networkDelay(at: number, network: NetworkName, metric: HistogramMetric, ms: number): void
  block(at: number, network: NetworkName): void
  reorg(at: number, network: NetworkName): void
  nodeValue(at: number, node: NodeName, metric: NodeMetric, value: number): void
  sample(at: number, node: NodeName): void
  sighted(at: number, node: NodeName): void
  metric(at: number, series: MetricSeries, value: number): void
  /** Time has come so far: what is of much earlier comes late. */
  reach(at: number): void
  /** Once a second: writes some of what is over. */
  tick(at: number): void
  /** Writes all of a metric that is no longer followed. */
  release(series: MetricSeries): void
  /** Writes what came late, before its batch is closed. */
  flushLate(): void
  /** Sums of what came late that wait for it. */
  readonly late: number
  /** Writes all there is, for the end. */
  flush(): void
  /** Rows that wait to be written. */
  readonly closing: number
}

type Sinks = { readonly [T in RollupTable]: RowSink<T> }
type Sink = Pick<RowSink, 'append' | 'set'>

/** Columns: bucket, keys, counts, four for each metric, bins. */
const emitTo = <K>(sink: Sink, shape: SumShape, numbersOf: (key: K) => readonly number[]) => {
  const { metrics, bins, length } = layoutOf(shape)
  return (start: number, key: K, sums: number[]): void => {
    if (!sink.append()) return
    sink.set(0, start)
    let first = 1
    for (const number of numbersOf(key)) sink.set(first++, number)
    const set = (i: number): void => sink.set(first + i, sums[i] as number)
    for (let i = 0; i < metrics; i++) set(i)
    for (let i = metrics; i < bins; i += 4) {
      set(i)
      if (sums[i] === 0) continue
      set(i + 1)
      set(i + 2)
      set(i + 3)
    }
    for (let i = bins; i < length; i++) set(i)
  }
}

type Atomically = (run: () => void) => void

interface Sums<K> {
  readonly live: BucketSums<K>
  /** Writes sums of buckets that are over, with all their coarser ones, so that a crash cannot part them. */
  flushLate(): void
  readonly late: number
  of(at: number, key: K): number[]
}

const sumsOf = <K extends SumKey>(
  shape: SumShape,
  numbersOf: (key: K) => readonly number[],
  widths: readonly (readonly [number, Sink])[],
  atomically: Atomically,
): Sums<K> => {
  const levels = widths.map(([widthMs, sink]) => ({ widthMs, emit: emitTo(sink, shape, numbersOf) }))
  const live = createBucketSums(shape, levels)
  const late = createBucketSums(shape, levels)
  const flushLate = (): void => atomically(() => late.flush())
  return {
    live,
    flushLate,
    of: (at, key) => (live.isOpen(at) ? live : late).of(at, key),
    get late() {
      return late.size
    },
  }
}

/** `atomically`: what is written in it stays with the rows that are there. */
export const createRollups = (into: Sinks, atomically: Atomically): Rollups => {
  const networks = sumsOf<NetworkName>(
    networkShape,
    ({ number }) => [number],
    [
      [10 * second, into.network10s],
      [minute, into.network1m],
      [hour, into.network1h],
    ],
    atomically,
  )
  const nodes = sumsOf<NodeName>(
    nodeShape,
    ({ network, number }) => [network.number, number],
    [
      [minute, into.node1m],
      [hour, into.node1h],
    ],
    atomically,
  )
  const metrics = sumsOf<MetricSeries>(
    metricShape,
    ({ node, metric }) => [node.network.number, node.number, metric.number],
    [
      [minute, into.metric1m],
      [hour, into.metric1h],
    ],
    atomically,
  )
  const all = [networks, nodes, metrics] as const
  let reached = Number.NaN
  const count = (sums: number[], place: number): void => void (sums[place] as number)++
  const flushLate = (): void => atomically(() => all.forEach((sums) => sums.flushLate()))

  return {
    networkValue: (at, network, metric, value) => addTo(networks.of(at, network), networkPlaces[metric], value),
    networkDelay(at, network, metric, ms) {
      const sums = networks.of(at, network)
      addTo(sums, networkPlaces[metric], ms)
      count(sums, histogramPlaces[metric] + binOf(ms))
    },
    block: (at, network) => count(networks.of(at, network), 0),
    reorg: (at, network) => count(networks.of(at, network), 1),
    nodeValue: (at, node, metric, value) => addTo(nodes.of(at, node), nodePlaces[metric], value),
    sample: (at, node) => count(nodes.of(at, node), 0),
    sighted: (at, node) => count(nodes.of(at, node), 1),
    metric: (at, series, value) => addTo(metrics.of(at, series), 0, value),
    reach(at) {
      if (at >= reached && at < reached + 10 * second) return
      reached = at - (at % (10 * second))
      for (const { live } of all) live.reach(at)
    },
    tick(at) {
      for (const { live } of all) live.tick(at)
    },
    release: (series) => metrics.live.release(series),
    flushLate,
    flush() {
      flushLate()
      for (const { live } of all) live.flush()
    },
    get late() {
      return all.reduce((sum, { late }) => sum + late, 0)
    },
    get closing() {
      return all.reduce((sum, { live }) => sum + live.closing, 0)
    },
  }
}
