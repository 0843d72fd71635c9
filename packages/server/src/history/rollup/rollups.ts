/**
 * The roll-ups that are kept, from the finest on: 10 s, 1 min and 1 h of a network, 1 min and 1 h of a node and of a
 * metric. Each sample is added once, to the finest; a row that is written is added to the next coarser.
 */
import { binOf, histogramBins, networkMetrics, nodeMetrics } from '@netstats/sdk/store'
import type { HistogramMetric, NetworkMetric, NodeMetric, RollupTable } from '@netstats/sdk/store'
import type { RowSink } from '../pending.ts'
import { addTo, createGrid, layoutOf } from './grid.ts'
import type { Bucket, Grid, GridShape } from './grid.ts'
import { createLateSums } from './late.ts'
import type { LateSums } from './late.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

const networkShape = { counts: 2, metrics: networkMetrics.length, bins: 2 * histogramBins }
const nodeShape = { counts: 2, metrics: nodeMetrics.length, bins: 0 }
const metricShape = { counts: 0, metrics: 1, bins: 0 }

const networkLayout = layoutOf(networkShape)
const nodeLayout = layoutOf(nodeShape)
const metricLayout = layoutOf(metricShape)

/** Where each metric begins within what is of a slot. */
const placesOf = <M extends string>(metrics: readonly M[], first: number): { readonly [K in M]: number } =>
  Object.fromEntries(metrics.map((metric, i) => [metric, first + 4 * i])) as { [K in M]: number }
const networkPlaces = placesOf(networkMetrics, networkLayout.metrics)
const nodePlaces = placesOf(nodeMetrics, nodeLayout.metrics)

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
const emitTo = (
  sink: Pick<RowSink, 'begin' | 'put'>,
  shape: Omit<GridShape, 'widthMs'>,
  keys: number,
  keysOf: KeysOf,
) => {
  const { metrics, bins, stride } = layoutOf(shape)
  return ({ start, values }: Bucket, at: number, slot: number): void => {
    if (!sink.begin()) return
    sink.put(0, start)
    keysOf(slot, sink.put)
    const first = 1 + keys
    for (let i = 0; i < metrics; i++) sink.put(first + i, values[at + i] as number)
    for (let i = metrics; i < bins; i += 4) {
      const n = values[at + i] as number
      sink.put(first + i, n)
      if (n === 0) continue
      sink.put(first + i + 1, values[at + i + 1] as number)
      sink.put(first + i + 2, values[at + i + 2] as number)
      sink.put(first + i + 3, values[at + i + 3] as number)
    }
    for (let i = bins; i < stride; i++) sink.put(first + i, values[at + i] as number)
  }
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

/** `shared`: buckets are of all slots; else what is of a slot begins at 0. */
const sumsOf = (network: Buckets, node: Buckets, metric: Buckets, shared: boolean): RollupSums => {
  const networkAt = (slot: number): number => (shared ? slot * networkLayout.stride : 0)
  const nodeAt = (slot: number): number => (shared ? slot * nodeLayout.stride : 0)
  const metricAt = (slot: number): number => (shared ? slot * metricLayout.stride : 0)
  const count = ({ values }: Bucket, place: number): void => {
    ;(values[place] as number)++
  }
  return {
    networkValue: (at, slot, name, value) => addTo(network.at(at, slot), networkAt(slot) + networkPlaces[name], value),
    networkDelay(at, slot, name, ms) {
      const bucket = network.at(at, slot)
      addTo(bucket, networkAt(slot) + networkPlaces[name], ms)
      const first = networkAt(slot) + networkLayout.bins + (name === 'latencyMs' ? 0 : histogramBins)
      count(bucket, first + binOf(ms))
    },
    block: (at, slot) => count(network.at(at, slot), networkAt(slot)),
    reorg: (at, slot) => count(network.at(at, slot), networkAt(slot) + 1),
    nodeValue: (at, slot, name, value) => addTo(node.at(at, slot), nodeAt(slot) + nodePlaces[name], value),
    sample: (at, slot) => count(node.at(at, slot), nodeAt(slot)),
    sighted: (at, slot) => count(node.at(at, slot), nodeAt(slot) + 1),
    metric: (at, slot, value) => addTo(metric.at(at, slot), metricAt(slot) + metricLayout.metrics, value),
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
    ...sumsOf(networks.finest, nodes.finest, metrics.finest, true),
    late: {
      ...sumsOf(networks.late, nodes.late, metrics.late, false),
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
