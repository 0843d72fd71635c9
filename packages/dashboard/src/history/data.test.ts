import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compact, count, gap } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { chosenCharts, metricsOf, networkCharts, nodeCharts } from './catalogue.ts'
import {
  axisLabels,
  largestOf,
  pointsOf,
  presence,
  readingsOf,
  sentenceOf,
  type Series,
  topOf,
  type Values,
} from './data.ts'

const [nodes] = networkCharts
const propagation = networkCharts.find((chart) => chart.key === 'propagation')!
const blockTime = networkCharts.find((chart) => chart.key === 'blockTime')!

const seriesOf = (present: readonly number[], bucketMs: number, metrics: Record<string, Values>): Series => ({
  from: 0,
  to: present.length * bucketMs,
  bucketMs,
  slotMs: 10_000,
  buckets: present.map((_, i) => i * bucketMs),
  present,
  metrics: Object.fromEntries(
    Object.entries(metrics).map(([name, avg]) => [
      name,
      {
        n: avg.map(Number),
        avg,
        min: avg,
        max: avg.map((v) => (v === null ? null : v * 2)),
        sum: avg,
        p50: avg,
        p95: avg,
        p99: avg,
      },
    ]),
  ),
})
const line = (present: readonly number[], bucketMs: number, values: Values) =>
  pointsOf(seriesOf(present, bucketMs, {}), values)

describe('gaps', () => {
  it('are drawn where no sample is, however short', () => {
    expect(line([1, 0, 1], 10_000, [5, null, 6])).toEqual([5, null, 6])
  })

  it('are none where only this metric has no value for a moment, such as between two blocks', () => {
    expect(line([1, 1, 1, 1], 10_000, [5, null, null, 6])).toEqual([5, undefined, undefined, 6])
  })

  it('are drawn where a metric stays away while the rest comes', () => {
    const long = Array.from({ length: 15 }, () => null)
    expect(
      line(
        Array.from({ length: 17 }, () => 1),
        10_000,
        [5, ...long, 6],
      ),
    ).toEqual([5, ...long, 6])
    expect(line([1, 1, 1], 300_000, [5, null, 6])).toEqual([5, null, 6])
  })

  it('begin and end a line where nothing was and nothing came', () => {
    expect(line([0, 1, 1, 1], 10_000, [null, null, 4, null])).toEqual([null, null, 4, null])
  })

  it('never invent a value and never hide one', () => {
    const bucket = fc.record({ value: fc.option(fc.double({ noNaN: true })), present: fc.constantFrom(0, 0.5, 1) })
    fc.assert(
      fc.property(fc.array(bucket), fc.constantFrom(10_000, 60_000, 300_000), (list, bucketMs) => {
        const points = line(
          list.map((b) => b.present),
          bucketMs,
          list.map((b) => b.value),
        )
        expect(points.map((point) => point ?? null)).toEqual(list.map((b) => b.value))
        for (const [i, b] of list.entries()) if (b.present === 0 && b.value === null) expect(points[i]).toBeNull()
      }),
    )
  })
})

describe('what is read', () => {
  const series = seriesOf([1, 0.5, 0, 0], 10_000, { blockTimeMs: [5000, 5200, null, null] })

  it('is the mean with its ends, and a dash where nothing is known', () => {
    const plain = (i: number) =>
      readingsOf(series, blockTime, i).map(([label, text]) => [label, text.replaceAll(gap, ' ')])
    expect(plain(1)).toEqual([
      ['mean', '5.20 s'],
      ['least', '5.20 s'],
      ['most', '10.4 s'],
    ])
    expect(plain(2)[0]).toEqual(['mean', '–'])
  })

  it('counts as missing what lies between samples, not what is still to come', () => {
    expect(presence(series)).toBe(0.75)
    expect(presence(seriesOf([0, 0], 10_000, {}))).toBe(0)
  })

  it('says in a sentence what the drawing shows', () => {
    expect(sentenceOf(series, blockTime).replaceAll(gap, ' ')).toBe(
      'Block time: mean between 5.00 s and 5.20 s. 75 % of the samples are there.',
    )
    expect(sentenceOf(series, propagation)).toContain('no values')
  })
})

describe('scales', () => {
  it('end at a readable number at or above the value', () => {
    expect([0, 0.9, 1, 2996, 11_500].map((v) => topOf(v))).toEqual([1, 1, 1.2, 4000, 12_000])
    expect(topOf(20_000, 1024)).toBe(20 * 1024)
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), fc.constantFrom(1, 1024), (value, unit) => {
        const top = topOf(value, unit)
        expect(top).toBeGreaterThan(value)
        expect(top).toBeLessThan(value * 1.6)
      }),
    )
  })

  it('are not flattened by one outlier of the band', () => {
    const calm = seriesOf([1, 1], 10_000, { blockTimeMs: [5000, 5000] })
    const wild = { ...calm, metrics: { blockTimeMs: { ...calm.metrics['blockTimeMs']!, max: [9_000_000, 6000] } } }
    expect(largestOf(wild, blockTime)).toBe(20_000)
  })
})

describe('the choice of charts', () => {
  it('is what the address names, in the order of the page, or all', () => {
    expect(chosenCharts(networkCharts, 'propagation,nodes').map((chart) => chart.key)).toEqual(['nodes', 'propagation'])
    for (const text of [null, '', 'nonsense']) expect(chosenCharts(nodeCharts, text)).toEqual(nodeCharts)
  })

  it('asks for each metric once', () => {
    expect(metricsOf([nodes!, propagation])).toEqual(['active', 'nodes', 'atHead', 'syncing', 'propagationMs'])
  })
})

describe('labels of an axis', () => {
  it('stand where they are true', () => {
    expect(axisLabels([0, 0.5, 1], count)).toEqual(['0', '', '1'])
    expect(axisLabels([0, 0.2, 0.4, 0.6, 0.8, 1], count)).toEqual(['0', '', '', '', '', '1'])
    expect(axisLabels([0, 50, 100], count)).toEqual(['0', '50', '100'])
  })

  it('never repeat, whatever the format', () => {
    const ticks = fc
      .tuple(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), fc.integer({ min: 2, max: 8 }))
      .map(([step, n]) => Array.from({ length: n }, (_, i) => i * step))
    fc.assert(
      fc.property(ticks, fc.constantFrom(count, compact, duration), (values, format) => {
        const shown = axisLabels(values, format).filter((label) => label !== '')
        expect(new Set(shown).size).toBe(shown.length)
        expect(shown[0]).toBe('0')
      }),
    )
  })
})
