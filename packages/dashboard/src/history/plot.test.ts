// @vitest-environment happy-dom
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AlarmRecord } from '@netstats/protocol/feed'
import type uPlot from 'uplot'
import { alarmRecord } from '../testing/alarms.ts'
import { nodeCharts, networkCharts, type Chart } from './catalogue.ts'
import { type Series, topOf } from './data.ts'
import { createPlot, type Pens, plotData, readPens } from './plot.ts'

/** uPlot draws on a canvas, which a test has not: what it is told to draw is kept instead, on an axis of one pixel a millisecond. */
const drawing = vi.hoisted(() => {
  class HandPlot {
    static pxRatio = 1
    static last: HandPlot
    readonly over = document.createElement('div')
    readonly bbox = { left: 0, top: 10, width: 1000, height: 100 }
    readonly rects: { readonly fill: string; readonly box: readonly number[] }[] = []
    readonly ctx = {
      fillStyle: '',
      fillRect: (...box: number[]): void => void this.rects.push({ fill: this.ctx.fillStyle, box }),
    }
    scales: Record<string, { min: number; max: number }> = {}
    select = { left: 0, top: 0, width: 0, height: 0 }
    readonly options: uPlot.Options
    readonly data: uPlot.AlignedData
    constructor(options: uPlot.Options, data: uPlot.AlignedData) {
      this.options = options
      this.data = data
      HandPlot.last = this
    }
    valToPos = (value: number): number => value
    posToVal = (pixel: number): number => pixel
    setSelect(select: HandPlot['select']): void {
      this.select = select
    }
  }
  return { HandPlot }
})
vi.mock('uplot', () => ({ default: drawing.HandPlot }))

const pens = {
  gap: 'gap',
  track: 'track',
  present: 'present',
  missing: 'missing',
  dotted: 'dotted',
  face: 'sans',
} as Pens
const blockTime = networkCharts.find(({ key }) => key === 'blockTime')!
const gas = networkCharts.find(({ key }) => key === 'gas')!
const nodes = networkCharts.find(({ key }) => key === 'nodes')!

const seriesOf = (present: readonly number[], values: readonly (number | null)[], metric = 'blockTimeMs'): Series => ({
  from: 0,
  to: present.length * 100,
  bucketMs: 100,
  slotMs: 10,
  buckets: present.map((_, i) => i * 100),
  present,
  metrics: { [metric]: { n: [], avg: values, min: values, max: values, sum: values } },
})

const hooks = { onPoint: vi.fn(), onSelect: vi.fn(), onPick: vi.fn(), onBack: vi.fn() }
const plot = (chart: Chart, series: Series, raised: readonly AlarmRecord[] = []) => {
  createPlot(
    { chart, series: () => series, pens: () => pens, raised: () => raised, width: 700, height: 200, rem: 14, ...hooks },
    document.createElement('div'),
  )
  return drawing.HandPlot.last
}
/** What a hook of the drawing paints. */
const painted = (chart: Chart, series: Series, hook: 'drawClear' | 'draw', raised: readonly AlarmRecord[] = []) => {
  const made = plot(chart, series, raised)
  for (const run of made.options.hooks?.[hook] ?? []) run?.(made as unknown as uPlot)
  return made.rects
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.clearAllMocks()
})

describe('the data of a chart', () => {
  it('is the middle of each bucket, then the band from most to least, then the lines', () => {
    const series = seriesOf([1, 1, 0], [5, 7, null])
    expect(plotData(blockTime, series)).toEqual([
      [50, 150, 250],
      [5, 7, null],
      [5, 7, null],
      [5, 7, null],
    ])
    const percentiles = networkCharts.find(({ key }) => key === 'latency')!
    expect(plotData(percentiles, series)).toHaveLength(1 + percentiles.lines.length)
  })

  it('has one list a line, as long as there are buckets, for every chart and whatever is missing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...networkCharts, ...nodeCharts),
        fc.array(fc.double({ min: 0, max: 1 })),
        (chart, present) => {
          const data = plotData(chart, { ...seriesOf(present, []), metrics: {} })
          expect(data).toHaveLength(1 + (chart.band ? 2 : 0) + chart.lines.length)
          for (const list of data) expect(list).toHaveLength(present.length)
        },
      ),
    )
  })
})

describe('scales', () => {
  const top = (chart: Chart, series: Series): unknown => {
    const range = plot(chart, series).options.scales?.['y']?.range
    return typeof range === 'function' ? range(drawing.HandPlot.last as unknown as uPlot, 0, 0, 'y') : range
  }

  it('begin at zero and end above the largest value, at a round number', () => {
    expect(top(blockTime, seriesOf([1, 1], [4700, 5100]))).toEqual([0, topOf(5100)])
    expect(top(blockTime, seriesOf([1], [null]))).toEqual([0, 1])
  })

  it('never pass the end that values have by nature', () => {
    expect(top(gas, seriesOf([1], [0.99], 'gasUsedShare'))).toEqual([0, 1])
  })

  it('of time hold all buckets, the last one whole', () => {
    const range = plot(blockTime, seriesOf([1, 1, 1], [])).options.scales?.['x']?.range
    expect(typeof range === 'function' && range(drawing.HandPlot.last as unknown as uPlot, 0, 0, 'x')).toEqual([0, 300])
  })

  it('have three marks, at nothing, at half and at the end, each label once', () => {
    const made = plot(blockTime, seriesOf([1], [5000]))
    made.scales = { y: { min: 0, max: 6000 }, x: { min: 0, max: 300 } }
    const [, y] = made.options.axes ?? []
    const at = made as unknown as uPlot
    expect(typeof y?.splits === 'function' && y.splits(at, 1, 0, 0, 0, 0)).toEqual([0, 3000, 6000])
    expect(typeof y?.values === 'function' && y.values(at, [0, 3000, 6000], 1, 0, 0)).toEqual([
      '0',
      blockTime.format(3000),
      blockTime.format(6000),
    ])
  })
})

describe('gaps', () => {
  const series = seriesOf([0, 1, 0, 1, 0.25, 0], [null, 5, null, 6, 7, null])

  it('are cut out of the paper, but for what has not come yet', () => {
    expect(painted(blockTime, series, 'drawClear')).toEqual([
      { fill: 'gap', box: [0, 10, 100.5, 100] },
      { fill: 'gap', box: [200, 10, 100.5, 100] },
    ])
  })

  it('are red in the strip below, where before the first sample nothing is missing', () => {
    const strip = painted(blockTime, series, 'draw')
    expect(strip.map(({ fill, box }) => [fill, box[0]])).toEqual([
      ['track', 100],
      ['missing', 200],
      ['track', 300],
      ['track', 400],
      ['present', 400],
    ])
    const [track, part] = strip.slice(-2)
    expect(part!.box[3]).toBe(track!.box[3]! / 4)
  })

  it('leave a value between two of them as a dot, and no other', () => {
    const made = plot(nodes, seriesOf([1, 0, 1, 0, 1, 1], [3, null, 4, null, 5, 6], 'active'))
    const filter = made.options.series.at(3)?.points?.filter
    expect(typeof filter === 'function' && filter(made as unknown as uPlot, 3, true, null)).toEqual([0, 2])
  })
})

describe('the hand on a chart', () => {
  const series = seriesOf([1, 1, 1], [1, 2, 3])
  const act = (type: string, at: number, more: PointerEventInit = {}): void => {
    drawing.HandPlot.last.over.dispatchEvent(new PointerEvent(type, { clientX: at, ...more }))
  }

  it('reads the bucket it is over, the nearest one beyond the ends, and none when it has left', () => {
    plot(blockTime, series)
    for (const at of [150, -20, 9999]) act('pointermove', at)
    act('pointerleave', 0)
    expect(hooks.onPoint.mock.calls).toEqual([[1], [0], [2], [null]])
  })

  it('goes to a moment with a click, once it is no double click', () => {
    plot(blockTime, series)
    act('click', 250, { detail: 1 })
    expect(hooks.onPick).not.toHaveBeenCalled()
    vi.advanceTimersByTime(250)
    expect(hooks.onPick.mock.calls).toEqual([[2]])
  })

  it('leads back with a double click, and goes nowhere', () => {
    plot(blockTime, series)
    act('click', 250, { detail: 1 })
    act('click', 250, { detail: 2 })
    act('dblclick', 250)
    vi.advanceTimersByTime(1000)
    expect([hooks.onPick.mock.calls, hooks.onBack.mock.calls]).toEqual([[], [[]]])
  })

  it('that is a finger reads, and never goes anywhere or forgets what it read', () => {
    plot(blockTime, series)
    act('pointerdown', 150, { pointerType: 'touch' })
    act('pointerleave', 150, { pointerType: 'touch' })
    act('click', 150, { detail: 1 })
    vi.advanceTimersByTime(1000)
    expect([hooks.onPoint.mock.calls, hooks.onPick.mock.calls]).toEqual([[[1]], []])
  })

  it('that draws across zooms to what it drew, and the stroke is gone', () => {
    const made = plot(blockTime, series)
    const [select] = made.options.hooks?.setSelect ?? []
    select?.(made as unknown as uPlot)
    made.select = { left: 100, top: 0, width: 120, height: 0 }
    select?.(made as unknown as uPlot)
    expect(hooks.onSelect.mock.calls).toEqual([[100, 220]])
    expect(made.select.width).toBe(0)
  })
})

describe('pens', () => {
  it('are the tones of the page', () => {
    document.documentElement.style.setProperty('--signal', ' #123456 ')
    expect(readPens().strong).toBe('#123456')
    document.documentElement.removeAttribute('style')
  })
})

describe('marks of alarms', () => {
  it('stand where they were raised, with a flag that is larger where it was bad, and nowhere else', () => {
    const raised = [
      alarmRecord({ id: 'a', startsAt: 50, severity: 'critical' }),
      alarmRecord({ id: 'b', startsAt: 250, severity: 'warning' }),
      alarmRecord({ id: 'c', startsAt: 5000 }),
    ]
    const series = seriesOf([1, 1, 1], [1, 1, 1])
    const before = painted(blockTime, series, 'draw').length
    expect(painted(blockTime, series, 'draw', raised).slice(before)).toEqual([
      { fill: 'missing', box: [50, 10, 1, 100] },
      { fill: 'missing', box: [50, 10, 6, 6] },
      { fill: 'dotted', box: [250, 10, 1, 100] },
      { fill: 'dotted', box: [250, 10, 6, 3] },
    ])
  })
})
