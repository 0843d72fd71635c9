import { decodeObservation, encodeBody, nodeId, unixMs } from '@netstats/protocol'
import type { Metric } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDistribution } from './distribution.ts'
import { labelsOf } from './labels.ts'
import { parseLine } from './line.ts'
import { createSeriesTable } from './series.ts'
import type { SeriesTable } from './series.ts'

const send = (table: SeriesTable, lines: readonly string[], now = 0): readonly boolean[] =>
  lines.flatMap((line) => {
    const items = parseLine(line)
    if (typeof items === 'string') throw new Error(`${line}: ${items}`)
    return items.map((item) => item.type === 'metric' && table.take(item, now))
  })
const shown = (metrics: readonly Metric[]): Record<string, number> =>
  Object.fromEntries(
    metrics.map(({ name, labels, value }) => [labels === undefined ? name : `${name}${JSON.stringify(labels)}`, value]),
  )

describe('series', () => {
  it('sum counters, by their rate, and begin again after each flush', () => {
    const table = createSeriesTable(100)
    send(table, ['x:1|c', 'x:2:3|c', 'x:1|c|@0.1', 'y:-1|c'])
    expect(shown(table.flush(0))).toEqual({ 'statsd.x': 16, 'statsd.y': -1 })
    expect(shown(table.flush(10_000))).toEqual({ 'statsd.x': 0, 'statsd.y': 0 })
  })

  it('keep a gauge as it was, and change it by what has a sign', () => {
    const table = createSeriesTable(100)
    send(table, ['g:10|g', 'g:+5|g', 'g:-3|g'])
    expect(shown(table.flush(0))).toEqual({ 'statsd.g': 12 })
    send(table, ['g:0|g', 'g:-2|g'])
    expect(shown(table.flush(10_000))).toEqual({ 'statsd.g': -2 })
    expect(shown(table.flush(20_000))).toEqual({ 'statsd.g': -2 })
  })

  it('summarise times, sizes and distributions', () => {
    const table = createSeriesTable(100)
    send(table, ['t:12|ms'])
    expect(shown(table.flush(0))).toEqual({
      'statsd.t.count': 1,
      'statsd.t.mean': 12,
      'statsd.t.min': 12,
      'statsd.t.max': 12,
      'statsd.t.p50': 12,
      'statsd.t.p95': 12,
      'statsd.t.p99': 12,
    })
    send(table, ['t:10|ms|@0.25', 't:50|h', 't:5|d'])
    const flushed = shown(table.flush(1))
    expect(flushed).toMatchObject({ 'statsd.t.count': 6, 'statsd.t.min': 5, 'statsd.t.max': 50 })
    expect(flushed['statsd.t.mean']).toBeCloseTo(95 / 6)
    expect(shown(table.flush(2))).toEqual({ 'statsd.t.count': 0 })
  })

  it('count the different members of a set', () => {
    const table = createSeriesTable(100)
    send(table, ['s:a|s', 's:b|s', 's:a|s'])
    expect(shown(table.flush(0))).toEqual({ 'statsd.s': 2 })
    expect(shown(table.flush(1))).toEqual({ 'statsd.s': 0 })
  })

  it('are told apart by labels, in whichever order they come', () => {
    const table = createSeriesTable(100)
    send(table, ['x:1|c|#a:1,b:2', 'x:2|c|#b:2,a:1', 'x;a=1,b=2:4|c', 'x:8|c|#a:1', 'x:16|c'])
    expect(shown(table.flush(0))).toEqual({
      'statsd.x{"a":"1","b":"2"}': 7,
      'statsd.x{"a":"1"}': 8,
      'statsd.x': 16,
    })
  })

  it('refuse a value of another type', () => {
    const table = createSeriesTable(100)
    expect(send(table, ['x:1|c', 'x:1|g', 'x:1|ms', 'x:1|h'])).toEqual([true, false, false, false])
    expect(shown(table.flush(0))).toEqual({ 'statsd.x': 1 })
  })

  it('go when nothing came for long; the change of a gauge counts from what it was', () => {
    const table = createSeriesTable(100)
    send(table, ['x:1|c', 'g:5|g'])
    table.flush(0)
    expect(shown(table.flush(600_000))).toEqual({ 'statsd.x': 0, 'statsd.g': 5 })
    expect(shown(table.flush(600_001))).toEqual({})
    send(table, ['g:+1|g'], 3_600_000)
    expect(shown(table.flush(3_600_000))).toEqual({ 'statsd.g': 6 })
    expect(table.size).toBe(1)
  })

  it('share one for the labels beyond a metric’s part, so that its sum stays right', () => {
    const table = createSeriesTable(8)
    send(table, ['x:1|c|#u:1', 'x:1|c|#u:2', 'x:1|c|#u:3', 'x:1|c|#u:4', 'x:1|c', 'y:1|c'])
    expect(shown(table.flush(0))).toEqual({
      'statsd.x{"u":"1"}': 1,
      'statsd.x{"u":"2"}': 1,
      'statsd.x{"overflow":"true"}': 2,
      'statsd.x': 1,
      'statsd.y': 1,
    })
  })

  it('are bounded in number; what finds no room is counted and its count reported', () => {
    const table = createSeriesTable(3)
    const accepted = send(table, ['a:1|c', 'b:1|c', 'c:1|c', 'd:1:2|c', 'e:1|c'])
    expect(accepted.every(Boolean)).toBe(true)
    expect(shown(table.flush(0))).toEqual({ 'statsd.a': 1, 'statsd.b': 1, 'statsd.c': 1, 'statsd.overflow': 3 })
    expect(shown(table.flush(1))['statsd.overflow']).toBe(0)
    expect(shown(table.flush(2))).not.toHaveProperty('statsd.overflow')
    expect([table.size, table.overflowed]).toEqual([3, 3])
  })

  it('hold a bounded number of members, whatever is sent', () => {
    const table = createSeriesTable(10)
    for (let i = 0; i < 60_000; i++) send(table, [`s:${i}|s`])
    expect(shown(table.flush(0))).toEqual({ 'statsd.s': 50_000, 'statsd.overflow': 10_000 })
  })

  it('say what an observation can hold, however much is counted and whatever the tags are', () => {
    const tags = fc.array(fc.string({ unit: 'binary', maxLength: 150 }), { maxLength: 20 })
    const table = createSeriesTable(5000)
    fc.assert(
      fc.property(tags, fc.constantFrom('c', 'g', 'ms', 's'), (all, type) => {
        table.take(
          {
            type: 'metric',
            name: 'x'.repeat(180) + type,
            metric: ({ c: 'counter', g: 'gauge', ms: 'distribution', s: 'set' } as const)[type],
            values: ['1.7e308', '1.7e308'],
            rate: 0.001,
            tags: all.join(),
          },
          0,
        )
        for (const body of table.flush(0)) {
          const one = { kind: 'metric', node: nodeId('a'), observedAt: unixMs(1), body } as const
          expect(decodeObservation(one.kind, one.node, one.observedAt, encodeBody(one))).toEqual(one)
        }
      }),
    )
  })
})

describe('labels', () => {
  it('are at most ten, cut to their length, the last of a name counts', () => {
    const many = Array.from({ length: 15 }, (_, i) => `k${i}:v`).join()
    expect(Object.keys(labelsOf(many).labels ?? {})).toHaveLength(10)
    expect(labelsOf('a:1,a:2,b,:c,,d:').labels).toEqual({ a: '2', b: 'true', d: '' })
    expect(labelsOf(`${'n'.repeat(80)}:${'v'.repeat(200)}`).labels).toEqual({ ['n'.repeat(50)]: 'v'.repeat(100) })
    expect(labelsOf('').labels).toBeUndefined()
  })
})

describe('a distribution', () => {
  it('has quantiles within 1 % of the values, whatever they are', () => {
    const number = fc.oneof(
      fc.double({ min: 0.001, max: 60_000, noNaN: true }),
      fc.double({ min: -1000, max: -0.1, noNaN: true }),
      fc.constant(0),
    )
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 200 }), (values) => {
        const distribution = createDistribution()
        for (const one of values) distribution.add(one, 1)
        const sorted = values.toSorted((a, b) => a - b)
        const { count, min, max, ...found } = distribution.summary() ?? expect.fail('there are values')
        expect([count, min, max]).toEqual([values.length, sorted[0], sorted.at(-1)])
        for (const [name, share] of [
          ['p50', 0.5],
          ['p95', 0.95],
          ['p99', 0.99],
        ] as const) {
          const exact = sorted[Math.max(0, Math.ceil(share * values.length - 1e-9) - 1)] ?? 0
          expect(Math.abs(found[name] - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.0101 + 1e-9)
        }
      }),
    )
  })

  it('holds a million values of every size in a bounded room, high quantiles as exact as before', () => {
    const distribution = createDistribution()
    for (let i = 1; i <= 1_000_000; i++) distribution.add(i % 2 === 0 ? i : 1 / i, 1)
    const { count, p99 } = distribution.summary() ?? expect.fail('there are values')
    expect(count).toBe(1_000_000)
    expect(Math.abs(p99 - 980_000) / 980_000).toBeLessThan(0.011)
  })
})
