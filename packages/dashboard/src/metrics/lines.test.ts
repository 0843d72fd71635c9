import { describe, expect, it } from 'vitest'
import { gap } from '../format/numbers.ts'
import { lowestOf } from '../history/data.ts'
import { readChoice, seriesPath, toggled } from './choice.ts'
import { byHostChart, hostLines, hostMetrics } from './host-catalogue.ts'
import { drawLines, figure, formatOf, type MetricLine, type MetricLines, mostLines } from './lines.ts'

const line = (node: string, metric: string, more: Partial<MetricLine> = {}): MetricLine => {
  const values = [1, null, 3]
  const all = { n: [1, 0, 1], avg: values, min: values, max: values, sum: values }
  return {
    node,
    name: node.toUpperCase(),
    series: metric,
    metric,
    labels: {},
    unit: null,
    present: [1, 0, 0.5],
    ...all,
    ...more,
  }
}
const answerOf = (...series: readonly MetricLine[]): MetricLines => ({
  from: 0,
  to: 30,
  bucketMs: 10,
  slotMs: 10,
  buckets: [0, 10, 20],
  series,
  omitted: 0,
  missing: [],
})

describe('metrics on charts', () => {
  it('share a chart where they share a unit; a line is called by what tells it from the others', () => {
    const { charts, series, omitted } = drawLines(
      answerOf(
        line('a', 'peers', { unit: 'count' }),
        line('b', 'peers', { unit: 'count', present: [0, 1, 0] }),
        line('a', 'rpc_ms', { unit: 'ms', series: 'rpc_ms{method=call}', labels: { method: 'call' } }),
        line('a', 'rpc_ms', { unit: 'ms', series: 'rpc_ms{method=logs}', labels: { method: 'logs' } }),
      ),
    )
    expect(charts.map(({ title, lines }) => [title, lines.map(({ label }) => label)])).toEqual([
      ['peers', ['A', 'B']],
      ['rpc_ms', ['method=call', 'method=logs']],
    ])
    expect(series.present).toEqual([1, 1, 0.5])
    expect(Object.keys(series.metrics)).toHaveLength(4)
    expect(omitted).toBe(0)
    expect(new Set(charts.flatMap(({ lines }) => lines.map(({ pen }) => pen))).size).toBe(2)
  })

  it('that stand alone have a band and their own name', () => {
    const { charts } = drawLines(answerOf(line('a', 'statsd.x')))
    expect(charts).toMatchObject([{ title: 'statsd.x', band: true, lines: [{ label: 'statsd.x', pen: 'strong' }] }])
  })

  it('are as many as can be told apart; the others are counted', () => {
    const many = Array.from({ length: mostLines + 3 }, (_, i) => line(`n${i}`, 'x'))
    const { charts, omitted } = drawLines({ ...answerOf(...many), omitted: 2 })
    expect([charts[0]?.lines.length, omitted]).toEqual([mostLines, 5])
    expect(new Set(charts[0]?.lines.map(({ pen }) => pen)).size).toBe(mostLines)
  })

  it('go below zero where their values do', () => {
    const { charts, series } = drawLines(answerOf(line('a', 'x', { avg: [-3, 1, 2] })))
    expect(charts[0] && lowestOf(series, charts[0])).toBe(-4)
    expect(lowestOf(series, { ...charts[0]!, signed: false })).toBe(0)
  })

  it('read in their unit', () => {
    expect([1234, 7, 0.025, 0.5, 12.34, 0.00012, null].map(figure)).toEqual([
      `1.23${gap}k`,
      '7',
      '0.0250',
      '0.500',
      '12.3',
      '1.2e−4',
      '–',
    ])
    expect([formatOf('seconds')(1.5), formatOf('ratio')(0.5), formatOf('perSecond')(3)]).toEqual([
      `1.50${gap}s`,
      `50${gap}%`,
      '3/s',
    ])
  })
})

describe('the machine of a node', () => {
  it('has its charts in their order, whatever the order of the answer, and no others', () => {
    const names = [
      'host.networkSendRate',
      'clock.error',
      'host.cpuShare',
      'clock.offset',
      'statsd.x',
      'host.memoryBytes',
    ]
    const lines = names.map((one) => line('a', one))
    const { charts } = drawLines({ ...answerOf(), series: hostLines(lines) }, byHostChart)
    expect(charts.map(({ key, lines }) => [key, lines[0]?.label])).toEqual([
      ['cpu', 'all cores'],
      ['memory', 'in all'],
      ['network', 'sent'],
      ['clock', 'ahead by'],
    ])
    expect(hostMetrics).toContain('host.cpuShare')
  })
})

describe('the choice of the explorer', () => {
  it('is in the address, and names what is requested', () => {
    const choice = readChoice(new URLSearchParams('node=a&node=b,c&metric=x{y=z,u=v}&node=a&metric='))
    expect(choice).toEqual({ nodes: ['a', 'b,c'], metrics: ['x{y=z,u=v}'] })
    const path = seriesPath('1/2', choice)
    expect(path.split('?')[0]).toBe('/networks/1%2F2/series')
    expect(readChoice(new URLSearchParams(path.split('?')[1]))).toEqual(choice)
    expect(seriesPath('1', { nodes: [], metrics: ['x'] })).toBe('')
  })

  it('takes the newest where there may be no more', () => {
    expect(toggled(['a', 'b'], 'c', 2)).toEqual(['b', 'c'])
    expect(toggled(['a', 'b'], 'a', 2)).toEqual(['b'])
  })
})
