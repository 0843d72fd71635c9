/** Questions about the world of `random-rows.ts`, within their bounds. */
import { alarmOrigins, tables } from '../tables.ts'
import { networkMetrics, nodeMetrics } from '../metrics.ts'
import type { Position, Range, Store } from '../store.ts'
import type { TableName } from '../tables.ts'
import fc from 'fast-check'
import { hashOf, height, hourMs, metricKey, networkKey, nodeKey, noon, types, words } from './random-rows.ts'

export interface Question {
  readonly name: string
  readonly query: unknown
  readonly ask: (store: Store) => Promise<unknown>
}

const time = fc.integer({ min: noon - 4 * hourMs, max: noon + hourMs })
/** From where, mostly, there is something to find. */
const early = fc.oneof(time, fc.constant(noon - 3 * hourMs))
const range: fc.Arbitrary<Range> = fc.oneof(
  fc.constant({ from: 0, to: noon + hourMs }),
  fc.tuple(time, time).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
)
/** Mostly left out: with every condition set nothing would be found. */
const maybe = <K extends string, T>(name: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [P in K]?: T }> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: value.map((some) => ({ [name]: some }) as { readonly [P in K]?: T }) },
  )
const limit = fc.oneof(fc.nat(5), fc.constant(1000))

const all = <A, B>(first: fc.Arbitrary<A>, ...others: fc.Arbitrary<B>[]): fc.Arbitrary<A & B> =>
  fc.tuple(first, ...others).map((parts) => Object.assign({}, ...parts) as A & B)

const question = <Q>(name: string, query: fc.Arbitrary<Q>, ask: (store: Store, query: Q) => Promise<unknown>) =>
  query.map((one): Question => ({ name, query: one, ask: (store) => ask(store, one) }))

const position: fc.Arbitrary<Position> = fc.record({ at: time, seq: fc.nat(1100) })
const list = fc
  .tuple(networkKey, range, limit, maybe('node', nodeKey), maybe('after', position))
  .map(([network, within, most, node, after]) => ({ network, range: within, limit: most, ...node, ...after }))

const bucketMs = fc.constantFrom(1000, 7000, 10_000, 30_000, 60_000, 90_000, 300_000, hourMs, 2 * hourMs)
const series = fc.tuple(networkKey, nodeKey, range, bucketMs).map(([network, node, { from, to }, width]) => {
  const oldest = Math.max(from, noon - 4 * hourMs)
  // No more buckets than may be asked for.
  return { network, node, from: Math.min(oldest, to), to: Math.min(to, oldest + 4000 * width), bucketMs: width }
})
const metricsOf = <M>(known: readonly M[]): fc.Arbitrary<{ readonly metrics: M[] }> =>
  fc.record({ metrics: fc.subarray([...known]) })
const known = fc.record({ network: networkKey, at: time, blocks: fc.nat(20), sightings: fc.nat(20) })

const text = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return Buffer.concat(parts).toString()
}
/** Rows of one time may come in any order, so tables that have such are left out. */
const exported = (Object.keys(tables) as TableName[]).filter((name) => tables[name].time !== 'bucket')

export const randomQuestion: fc.Arbitrary<Question> = fc.oneof(
  question('catalog', fc.constant(undefined), (store) => store.catalog()),
  question('resumePoints', fc.constant(undefined), (store) => store.resumePoints()),
  question('networkSeries', all(series, metricsOf(networkMetrics)), (store, query) => store.networkSeries(query)),
  question('nodeSeries', all(series, metricsOf(nodeMetrics)), (store, query) => store.nodeSeries(query)),
  question('metricSeries', all(series, fc.record({ metrics: fc.array(metricKey, { maxLength: 4 }) })), (store, query) =>
    store.metricSeries(query),
  ),
  question('metricsOf', series, (store, query) => store.metricsOf(query)),
  question(
    'blocks',
    fc
      .tuple(
        fc.record({ network: networkKey, limit }),
        maybe('fromNumber', height),
        maybe('toNumber', height),
        maybe('range', range),
        maybe('canonical', fc.boolean()),
        maybe('forked', fc.boolean()),
        maybe(
          'hash',
          fc.tuple(height, fc.nat(2)).map(([number, fork]) => hashOf(number, fork)),
        ),
        maybe(
          'after',
          fc.tuple(height, fc.nat(2)).map(([number, fork]) => ({ number, hash: hashOf(number, fork) })),
        ),
      )
      .map(([query, ...conditions]) => Object.assign({}, query, ...conditions) as typeof query),
    (store, query) => store.blocks(query),
  ),
  question(
    'sightings',
    fc
      .tuple(networkKey, height, fc.nat(2), early, limit)
      .map(([network, number, fork, at, most]) => ({ network, number, hash: hashOf(number, fork), at, limit: most })),
    (store, query) => store.sightings(query),
  ),
  question(
    'propagation',
    fc
      .tuple(networkKey, height, height, range)
      .map(([network, fromNumber, toNumber, within]) => ({ network, fromNumber, toNumber, ...within })),
    (store, query) => store.propagation(query),
  ),
  question(
    'logs',
    all(
      list,
      maybe('text', fc.constantFrom(...words)),
      maybe('severity', fc.nat(7)) as never,
      maybe('source', fc.constantFrom(...words)) as never,
      maybe('oldestFirst', fc.boolean()) as never,
    ),
    (store, query) => store.logs(query),
  ),
  question(
    'alarms',
    all(
      list,
      maybe('open', fc.boolean()),
      maybe('type', fc.constantFrom(...types)) as never,
      maybe('origin', fc.constantFrom(...alarmOrigins)) as never,
    ),
    (store, query) => store.alarms(query),
  ),
  question('reorgs', list, (store, query) => store.reorgs(query)),
  question('nodeInfos', list, (store, query) => store.nodeInfos(query)),
  question('nodeStates', list, (store, query) => store.nodeStates(query)),
  question('gaps', list, (store, query) => store.gaps(query)),
  question('sheds', list, (store, query) => store.sheds(query)),
  question(
    'latestMetrics',
    fc
      .tuple(networkKey, range, limit, maybe('node', nodeKey), maybe('metrics', fc.uniqueArray(metricKey)))
      .map(([network, within, most, ...more]) => Object.assign({ network, ...within, limit: most }, ...more)),
    (store, query) => store.latestMetrics(query),
  ),
  question('latest', all(fc.record({ network: networkKey }), range), (store, query) => store.latest(query)),
  question('moment', known, (store, query) => store.moment(query)),
  question('moment', known, (store, query) => store.moment(query)),
  question(
    'export',
    fc
      .tuple(fc.constantFrom(...exported), range, fc.constantFrom('csv' as const, 'ndjson' as const), fc.boolean())
      .map(([table, within, format, names]) => ({ table, range: within, format, names })),
    (store, query) => text(store.export(query)),
  ),
)
