/** Rows of a small world, so that questions about it hit: few networks, nodes and heights within a few hours. */
import { alarmOrigins, tables } from '../tables.ts'
import { hash64Of } from '../hash64.ts'
import { histogramBins, networkMetrics, nodeMetrics } from '../metrics.ts'
import type { RowOf } from '../table.ts'
import type { TableName, Tables } from '../tables.ts'
import { storeRow } from './store-contract/setup.ts'
import type { StoreRows } from '../memory/mod.ts'
import fc from 'fast-check'

type Row<T extends TableName> = RowOf<Tables[T]>

export const noon = Date.UTC(2026, 0, 15, 12)
export const hourMs = 3_600_000
const worldMs = 3 * hourMs

export const networkKey = fc.integer({ min: 1, max: 2 })
export const nodeKey = fc.integer({ min: 1, max: 4 })
export const metricKey = fc.integer({ min: 1, max: 3 })
export const height = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(4_000_000))
export const hashOf = (number: number, fork: number): string =>
  `0x${(number * 4 + fork).toString(16).padStart(16, '0')}${'c'.repeat(48)}`
export const words = ['Imported', 'imported', 'BAD block', '100%', 'a_b', `it's`, '東京', '', 'x'.repeat(300)] as const
const word = fc.constantFrom(...words)
export const types = ['node-inactive', 'reorg-deep'] as const
/** Halves add up to the same in every order. */
const amount = fc.option(fc.integer({ min: -20, max: 2000 }).map((n) => n / 2))
const bool = fc.option(fc.boolean())

/** Rows of a table, each at a time of its own: which of two at once is the newest is nobody's business. */
const rowsOf = <T extends TableName>(
  table: T,
  row: fc.Arbitrary<Partial<Row<T>>>,
  maxLength: number,
  widthMs = 1,
): fc.Arbitrary<Row<T>[]> => {
  const { time } = tables[table]
  const at = fc.integer({ min: 0, max: worldMs / widthMs - 1 }).map((n) => noon - worldMs + n * widthMs)
  const all = fc.tuple(at, row).map(([when, values]) => storeRow(table, { ...values, [time as string]: when }))
  if (widthMs > 1) return fc.array(all, { maxLength, size: 'max' })
  const timeOf = (one: Row<T>): unknown => (one as Readonly<Record<string, unknown>>)[time as string]
  return fc.uniqueArray(all, { maxLength, size: 'max', selector: timeOf })
}

const increment = (name: string): fc.Arbitrary<Record<string, number | null>> =>
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 100 })).map(([n, value]) => ({
    [`${name}n`]: n,
    [`${name}sum`]: n === 0 ? null : n * value,
    [`${name}min`]: n === 0 ? null : value - 1,
    [`${name}max`]: n === 0 ? null : value + 1,
  }))
const increments = (metrics: readonly string[]): fc.Arbitrary<object> =>
  fc.tuple(...metrics.map((metric) => increment(`${metric}_`))).map((parts) => Object.assign({}, ...parts) as object)
const histogram = (metric: string): fc.Arbitrary<object> =>
  fc
    .array(fc.tuple(fc.nat(histogramBins - 1), fc.nat(20)), { maxLength: 5 })
    .map((pairs) => Object.fromEntries(pairs.map(([bin, n]) => [`${metric}_h${bin}`, n])))

const networkRollup = fc
  .tuple(networkKey, increments(networkMetrics), histogram('latencyMs'), histogram('propagationMs'))
  .map(([network, ...parts]) => Object.assign({ network }, ...parts) as Partial<Row<'network1m'>>)
const nodeRollup = fc
  .tuple(networkKey, nodeKey, increments(nodeMetrics))
  .map(([network, node, part]) => ({ network, node, ...part }))
const metricRollup = fc
  .tuple(networkKey, nodeKey, metricKey, fc.nat(9))
  .map(([network, node, metric, n]) => ({ network, node, metric, n: n + 1, sum: n, min: n, max: n }))

const sample = fc.record({
  network: networkKey,
  node: nodeKey,
  active: bool,
  syncing: bool,
  mining: bool,
  hashrate: amount,
  peers: amount,
  gasPrice: amount,
  reportedUptime: amount,
  latencyMs: amount,
  roundTripMs: amount,
  pending: amount,
  processingMs: amount,
})
const fork = fc.nat(2)
const seen = fc
  .tuple(networkKey, nodeKey, height, fork, fc.option(fc.nat(5000)))
  .map(([network, node, number, n, delayMs]) => ({
    network,
    node,
    number,
    hash64: hash64Of(hashOf(number, n)),
    delayMs,
  }))
const block = fc.tuple(networkKey, height, fork, fc.option(nodeKey)).map(([network, number, n, firstNode]) => {
  const hash = hashOf(number, n)
  return { network, number, hash, hash64: hash64Of(hash), firstNode, difficulty: '2' }
})
const result = fc
  .tuple(networkKey, height, fork, fc.boolean(), amount, histogram('delay'))
  .map(([network, number, n, canonical, p50Ms, bins]) => ({
    network,
    number,
    hash64: hash64Of(hashOf(number, n)),
    canonical,
    nodes: number + 1,
    p50Ms,
    ...bins,
  }))
const stream = fc.integer({ min: 1, max: 5 })
const resumePoint = fc
  .tuple(stream, word, networkKey, nodeKey, fc.integer({ min: 0, max: 3 }))
  .map(([number, agent, network, node, through]) => ({
    stream: number,
    agent,
    network,
    node,
    spool: agent.toUpperCase(),
    through,
  }))
const severity = fc.nat(7)
const log = fc.record({
  network: networkKey,
  node: fc.option(nodeKey),
  severity,
  source: word,
  message: fc.tuple(word, word).map((pair) => pair.join(' ')),
  component: fc.option(word),
  fields: fc.option(fc.dictionary(word, word, { maxKeys: 3 }).map((fields) => JSON.stringify(fields))),
})
const alarm = fc.record({
  network: networkKey,
  node: fc.option(nodeKey),
  alarm: fc.constantFrom('a', 'b', 'c', 'd'),
  step: fc.constantFrom('raised', 'acknowledged', 'cleared', 'suppressed'),
  severity,
  type: fc.constantFrom(...types),
  origin: fc.constantFrom(...alarmOrigins),
})
const of = fc.record({ network: networkKey, node: nodeKey })

/** Numbers rows in an order that is not that of their times. */
const numbered = <R extends { readonly seq: number }>(rows: readonly R[]): R[] =>
  rows.map((row, i) => ({ ...row, seq: ((i * 7919) % 1009) + 1 }))

/** One batch. `seq` is unique within a table of one batch, times are too. */
export const randomRows: fc.Arbitrary<StoreRows> = fc.record({
  network: fc.constant([1, 2].map((key) => storeRow('network', { key, name: `network-${key}` }))),
  node: fc.constant(
    [1, 2, 3].map((key) => storeRow('node', { key, id: `node-${key}`, firstSeenAt: noon - key * hourMs })),
  ),
  metricName: fc.constant([storeRow('metricName', { key: 1, name: 'cpu' })]),
  resumePoint: fc.array(resumePoint, { maxLength: 30 }).map((rows) => rows.map((row) => storeRow('resumePoint', row))),
  nodeSample: rowsOf('nodeSample', sample, 150),
  blockSeen: rowsOf('blockSeen', seen, 150),
  metric: rowsOf(
    'metric',
    metricRollup.map(({ network, node, metric, n }) => ({ network, node, metric, value: n })),
    80,
  ),
  log: rowsOf('log', log, 80).map(numbered),
  network10s: rowsOf('network10s', networkRollup, 40, 10_000),
  network1m: rowsOf('network1m', networkRollup, 40, 60_000),
  network1h: rowsOf('network1h', networkRollup, 6, hourMs),
  node1m: rowsOf('node1m', nodeRollup, 60, 60_000),
  node1h: rowsOf('node1h', nodeRollup, 10, hourMs),
  metric1m: rowsOf('metric1m', metricRollup, 40, 60_000),
  metric1h: rowsOf('metric1h', metricRollup, 8, hourMs),
  nodeInfo: rowsOf('nodeInfo', of, 10).map(numbered),
  nodeState: rowsOf('nodeState', of, 20).map(numbered),
  block: rowsOf('block', block, 60),
  blockResult: rowsOf('blockResult', result, 60).map(numbered),
  reorg: rowsOf(
    'reorg',
    networkKey.map((network) => ({ network })),
    10,
  ).map(numbered),
  alarm: rowsOf('alarm', alarm, 30).map(numbered),
  gap: rowsOf('gap', of, 10).map(numbered),
  shed: rowsOf('shed', fc.constant({}), 10).map(numbered),
})
