/**
 * The roll-ups that are kept, from the finest on: 10 s, 1 min and 1 h of a network, 1 min and 1 h of a node and of a
 * metric. Each sample is added once, to the finest; a row that is written is added to the next coarser.
 */
import { binOf, histogramBins, networkMetrics, nodeMetrics } from '@netstats/sdk/store'
import type { HistogramMetric, NetworkMetric, NodeMetric, RollupTable } from '@netstats/sdk/store'
import type { RowSink } from '../pending.ts'
import { addTo, createGrid } from './grid.ts'
import type { Bucket, Grid, GridShape } from './grid.ts'
import { createLateSums } from './late.ts'
import type { LateSums } from './late.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

const networkShape = { counts: 2, metrics: networkMetrics.length, bins: 2 * histogramBins }
const nodeShape = { counts: 2, metrics: nodeMetrics.length, bins: 0 }
const metricShape = { counts: 0, metrics: 1, bins: 0 }

const placesOf = <M extends string>(metrics: readonly M[]): { readonly [K in M]: number } =>
  Object.fromEntries(metrics.map((metric, i) => [metric, i])) as { [K in M]: number }
const networkPlaces = placesOf(networkMetrics)
const nodePlaces = placesOf(nodeMetrics)

/** Numbers in the store of whoever has the slot, in the order of the table's key columns. */
export type KeysOf = (slot: number, put: (column: number, value: number) => void) => void

export interface RollupKeys {
  readonly network: KeysOf
  readonly node: KeysOf
  readonly metric: KeysOf
}

/** Takes what there is to add up. */
export interface RollupSums {
  networkValue(at: number, slot: number, metric: NetworkMetric, value: number): void
  /** Of a metric with a histogram. */
  networkDelay(at: number, slot: number, metric: HistogramMetric, ms: number): void
  block(at: number, slot: number): void
  reorg(at: number, slot: number): void
  nodeValue(at: number, slot: number, metric: NodeMetric, value: number): void
  sample(at: number, slot: number): void
  sighted(at: number, slot: number): void
  metric(at: number, slot: number, value: number): void
}

export interface Rollups extends RollupSums {
  /** For what comes late: it goes to the buckets of its time, which may be long over, with the rows it is of. */
  readonly late: RollupSums & Pick<LateSums, 'flush' | 'size'>
  /** Whether the buckets of a moment are open still, so that it need not be late. */
  covers(at: number): boolean
  /** Once a second: closes what is over and writes some of it. */
  tick(at: number): void
  releaseNetwork(slot: number): void
  releaseNode(slot: number): void
  releaseMetric(slot: number): void
  /** Writes all there is, for the end. */
  flush(): void
  /** Rows that wait to be written. */
  readonly closing: number
}

type Sinks = { readonly [T in RollupTable]: RowSink<T> }

/** Columns: bucket, keys, counts, four for each metric, bins. */
const emitTo =
  (sink: Pick<RowSink, 'begin' | 'put'>, shape: Omit<GridShape, 'widthMs'>, keys: number, keysOf: KeysOf) =>
  (bucket: Bucket, place: number, slot: number): void => {
    if (!sink.begin()) return
    sink.put(0, bucket.start)
    keysOf(slot, sink.put)
    let column = 1 + keys
    for (let i = 0; i < shape.counts; i++) sink.put(column++, bucket.counts[place * shape.counts + i] as number)
    for (let i = place * shape.metrics; i < (place + 1) * shape.metrics; i++) {
      const n = bucket.n[i] as number
      sink.put(column, n)
      if (n > 0) {
        sink.put(column + 1, bucket.sum[i] as number)
        sink.put(column + 2, bucket.min[i] as number)
        sink.put(column + 3, bucket.max[i] as number)
      }
      column += 4
    }
    for (let i = 0; i < shape.bins; i++) sink.put(column++, bucket.bins[place * shape.bins + i] as number)
  }

interface Stack {
  /** The finest first: what it writes is added to the coarser. */
  readonly grids: readonly Grid[]
  readonly finest: Grid
  readonly late: LateSums
}

const stack = (
  shape: Omit<GridShape, 'widthMs'>,
  keys: number,
  keysOf: KeysOf,
  widths: readonly (readonly [number, Pick<RowSink, 'begin' | 'put'>])[],
): Stack => {
  const levels = widths.map(([widthMs, sink]) => ({ widthMs, emit: emitTo(sink, shape, keys, keysOf) }))
  const grids: Grid[] = []
  for (const { widthMs, emit } of levels.toReversed()) grids.unshift(createGrid({ widthMs, ...shape }, emit, grids[0]))
  return { grids, finest: grids[0] as Grid, late: createLateSums(shape, levels) }
}

type Buckets = Pick<Grid, 'at'>

/** `placeOf`: where what is of a slot begins in its bucket. */
const sumsOf = (network: Buckets, node: Buckets, metric: Buckets, placeOf: (slot: number) => number): RollupSums => {
  const count = (buckets: Buckets, which: 0 | 1, at: number, slot: number): void => {
    const { counts } = buckets.at(at, slot)
    ;(counts[placeOf(slot) * 2 + which] as number)++
  }
  return {
    networkValue: (at, slot, name, value) =>
      addTo(network.at(at, slot), placeOf(slot) * networkShape.metrics + networkPlaces[name], value),
    networkDelay(at, slot, name, ms) {
      const bucket = network.at(at, slot)
      addTo(bucket, placeOf(slot) * networkShape.metrics + networkPlaces[name], ms)
      const first = placeOf(slot) * networkShape.bins + (name === 'latencyMs' ? 0 : histogramBins)
      ;(bucket.bins[first + binOf(ms)] as number)++
    },
    block: (at, slot) => count(network, 0, at, slot),
    reorg: (at, slot) => count(network, 1, at, slot),
    nodeValue: (at, slot, name, value) =>
      addTo(node.at(at, slot), placeOf(slot) * nodeShape.metrics + nodePlaces[name], value),
    sample: (at, slot) => count(node, 0, at, slot),
    sighted: (at, slot) => count(node, 1, at, slot),
    metric: (at, slot, value) => addTo(metric.at(at, slot), placeOf(slot), value),
  }
}

/** `together`: what is written in it stays with the rows that are there. */
export const createRollups = (into: Sinks, keys: RollupKeys, together: (run: () => void) => void): Rollups => {
  const networks = stack(networkShape, 1, keys.network, [
    [10 * second, into.network10s],
    [minute, into.network1m],
    [hour, into.network1h],
  ])
  const nodes = stack(nodeShape, 2, keys.node, [
    [minute, into.node1m],
    [hour, into.node1h],
  ])
  const metrics = stack(metricShape, 3, keys.metric, [
    [minute, into.metric1m],
    [hour, into.metric1h],
  ])
  const stacks = [networks, nodes, metrics]
  const all = stacks.flatMap(({ grids }) => grids)
  const flushLate = (): void => together(() => stacks.forEach(({ late }) => late.flush()))
  /** Whose place it was is asked when its sums are written. */
  const release = ({ finest, late }: Stack, slot: number): void => {
    if (late.size > 0) flushLate()
    finest.release(slot)
  }

  return {
    ...sumsOf(networks.finest, nodes.finest, metrics.finest, (slot) => slot),
    late: {
      ...sumsOf(networks.late, nodes.late, metrics.late, () => 0),
      flush: flushLate,
      get size() {
        return stacks.reduce((sum, { late }) => sum + late.size, 0)
      },
    },
    covers: (at) => networks.finest.covers(at) && nodes.finest.covers(at),
    tick(at) {
      for (const grid of all) {
        grid.advance(at)
        grid.drain()
      }
    },
    releaseNetwork: (slot) => release(networks, slot),
    releaseNode: (slot) => release(nodes, slot),
    releaseMetric: (slot) => release(metrics, slot),
    flush() {
      flushLate()
      for (const { finest } of stacks) finest.flush()
    },
    get closing() {
      return all.reduce((sum, grid) => sum + grid.closing, 0)
    },
  }
}
