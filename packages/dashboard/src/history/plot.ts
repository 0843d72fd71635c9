/** One chart as uPlot draws it: band, lines, gaps and below them the share of samples that are there. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import uPlot from 'uplot'
import { marksOf } from '../alarms/marks.ts'
import { toneOf } from '../alarms/severity.ts'
import { ticksOf } from '../past/rail.ts'
import type { Chart, Pen, TonePen } from './catalogue.ts'
import { axisLabels, largestOf, lowestOf, middles, pointsOf, type Series, topOf, valuesOf } from './data.ts'

interface PlotContext {
  readonly chart: Chart
  /** What is drawn now; read at each drawing. */
  readonly series: () => Series
  readonly pens: () => Pens
  /** Alarms raised in the range; read at each drawing. */
  readonly raised: () => readonly AlarmRecord[]
  readonly width: number
  readonly height: number
  /** Pixels of one rem. */
  readonly rem: number
  /** The pointer is over a bucket, or has left. */
  readonly onPoint: (index: number | null) => void
  /** The two moments between which the pointer was dragged. */
  readonly onSelect: (from: number, to: number) => void
  readonly onPick: (index: number) => void
  readonly onBack: () => void
}

/** How long a click waits for a second one. */
const doubleMs = 250

const endOf = (series: Series): number => (series.buckets.at(-1) ?? series.from) + series.bucketMs

export function plotData(chart: Chart, series: Series): uPlot.AlignedData {
  const first = chart.band ? series.metrics[chart.lines[0]?.metric ?? ''] : undefined
  return [
    [...middles(series)],
    ...(chart.band ? [[...pointsOf(series, first?.max)], [...pointsOf(series, first?.min)]] : []),
    ...chart.lines.map((line) => [...pointsOf(series, valuesOf(series, line))]),
  ]
}

/** A value between two gaps makes no line; it is drawn as a dot. */
function isolated(u: uPlot, index: number): number[] {
  const values = u.data[index] ?? []
  const known = (i: number): boolean => typeof values[i] === 'number'
  const found: number[] = []
  for (let i = 0; i < values.length; i++) {
    if (!known(i)) continue
    let [before, after] = [i - 1, i + 1]
    while (values[before] === undefined && before >= 0) before -= 1
    while (values[after] === undefined && after < values.length) after += 1
    if (!known(before) && !known(after)) found.push(i)
  }
  return found
}

const lineOf = (pen: Pen, pens: () => Pens): uPlot.Series => ({
  stroke: () => inkOf(pens(), pen),
  width: widthOf(pen),
  dash: [...dashOf(pen)],
  points: {
    show: true,
    size: 4,
    width: 0,
    fill: () => inkOf(pens(), pen),
    stroke: () => inkOf(pens(), pen),
    filter: isolated,
  },
})

/** Bottom, middle and top of a scale; zero in place of the middle where it goes below. */
const valueSplits = (u: uPlot): number[] => {
  const [low, high] = [u.scales['y']?.min ?? 0, u.scales['y']?.max ?? 1]
  return low < 0 ? [low, 0, high] : [0, high / 2, high]
}

export function createPlot(context: PlotContext, holder: HTMLElement): uPlot {
  const { chart, series, pens, rem } = context
  const font = (): string => `${Math.round(rem * 0.79)}px ${pens().face}`
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
  const axis = { stroke: () => pens().text, font: font(), ticks: { show: false } } satisfies uPlot.Axis
  const most = Math.max(2, Math.floor(context.width / (rem * 5.4)))
  const ticks = (u: uPlot) => ticksOf({ from: u.scales['x']?.min ?? 0, to: u.scales['x']?.max ?? 1 }, most)
  const plot = new uPlot(
    {
      width: context.width,
      height: context.height,
      ms: 1,
      padding: [Math.round(rem * 0.6), Math.round(rem * 0.5), 0, 0],
      legend: { show: false },
      scales: {
        x: { time: true, range: () => [series().buckets[0] ?? series().from, endOf(series())] },
        y: {
          range: () => [
            lowestOf(series(), chart),
            Math.min(chart.top ?? Number.POSITIVE_INFINITY, topOf(largestOf(series(), chart), chart.unit)),
          ],
        },
      },
      axes: [
        {
          ...axis,
          size: Math.round(rem * 1.9),
          gap: Math.round(rem * 0.65),
          grid: { stroke: () => pens().rule, width: 1 },
          splits: (u) => ticks(u).map((tick) => tick.at),
          values: (u) => ticks(u).map((tick) => tick.text),
        },
        {
          ...axis,
          size: Math.round(rem * 4.4),
          gap: Math.round(rem * 0.4),
          grid: { stroke: () => pens().rule, width: 1 },
          splits: valueSplits,
          values: (_, splits) => [...axisLabels(splits, chart.format)],
        },
      ],
      series: [{}, ...(chart.band ? [edge, edge] : []), ...chart.lines.map(({ pen }) => lineOf(pen, pens))],
      ...(chart.band && { bands: [{ series: [1, 2], fill: () => pens().band }] }),
      cursor: {
        x: true,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 5 },
        bind: { dblclick: () => () => null },
      },
      hooks: {
        drawClear: [(u) => drawGaps(u, series(), pens())],
        draw: [(u) => drawPresence(u, series(), pens(), rem), (u) => drawAlarms(u, context.raised(), pens(), rem)],
        setSelect: [
          (u) => {
            const { left, width } = u.select
            if (width <= 0) return
            context.onSelect(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'))
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    plotData(chart, series()),
    holder,
  )
  followPointer(plot, context)
  return plot
}

/** A mouse reads as it passes, zooms as it draws and picks with a click; a finger reads, so that it can still scroll. */
function followPointer(plot: uPlot, { onPoint, onPick, onBack, series }: PlotContext): void {
  const { over } = plot
  let clicked: ReturnType<typeof setTimeout> | undefined
  let touched = false
  const point = (event: MouseEvent): number => {
    const at = plot.posToVal(event.clientX - over.getBoundingClientRect().left, 'x')
    const { buckets, bucketMs } = series()
    return Math.min(buckets.length - 1, Math.max(0, Math.floor((at - (buckets[0] ?? 0)) / bucketMs)))
  }
  over.addEventListener('pointerdown', (event) => {
    touched = event.pointerType === 'touch'
    if (touched) onPoint(point(event))
  })
  over.addEventListener('pointermove', (event) => onPoint(point(event)))
  over.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'touch') onPoint(null)
  })
  over.addEventListener('click', (event) => {
    clearTimeout(clicked)
    const index = point(event)
    if (!touched && event.detail === 1) clicked = setTimeout(() => onPick(index), doubleMs)
  })
  over.addEventListener('dblclick', () => {
    clearTimeout(clicked)
    onBack()
  })
}

/** Where no sample is, there is no paper. */
function drawGaps(u: uPlot, { buckets, bucketMs, present }: Series, pens: Pens): void {
  const { ctx, bbox } = u
  ctx.fillStyle = pens.gap
  const end = present.findLastIndex((p) => p > 0)
  for (let i = 0; i <= end; i++) {
    if (present[i] !== 0) continue
    const left = u.valToPos(buckets[i] ?? 0, 'x', true)
    const right = u.valToPos((buckets[i] ?? 0) + bucketMs, 'x', true)
    ctx.fillRect(left, bbox.top, right - left + 0.5, bbox.height)
  }
}

/** Below the line of time: a pale track where all samples are there, a darker part of it where some are, red where none. */
function drawPresence(u: uPlot, { buckets, bucketMs, present }: Series, pens: Pens, rem: number): void {
  const { ctx, bbox } = u
  const ratio = uPlot.pxRatio
  const height = Math.round(rem * 0.28 * ratio)
  const top = bbox.top + bbox.height + Math.round(2 * ratio)
  // Before the first sample nothing is missing: it was not watched, or is past its retention.
  const begin = present.findIndex((p) => p > 0)
  const end = present.findLastIndex((p) => p > 0)
  for (let i = Math.max(0, begin); i <= end; i++) {
    const share = present[i] ?? 0
    const left = u.valToPos(buckets[i] ?? 0, 'x', true)
    const width = u.valToPos((buckets[i] ?? 0) + bucketMs, 'x', true) - left + 0.5
    ctx.fillStyle = share === 0 ? pens.missing : pens.track
    ctx.fillRect(left, top, width, height)
    if (share === 0 || share >= 1) continue
    ctx.fillStyle = pens.present
    ctx.fillRect(left, top + height * (1 - share), width, height * share)
  }
}

/** Where alarms were raised: a hairline through the chart with a flag at its top, a large one where it was bad. */
function drawAlarms(u: uPlot, raised: readonly AlarmRecord[], pens: Pens, rem: number): void {
  const { ctx, bbox } = u
  const flag = Math.round(rem * 0.45 * uPlot.pxRatio)
  const hair = Math.max(1, Math.round(uPlot.pxRatio))
  const placeOf = (at: number): number => u.valToPos(at, 'x', true) - bbox.left
  for (const { x, alarm } of marksOf(raised, placeOf, bbox.width, flag)) {
    const left = Math.round(bbox.left + x)
    const bad = toneOf(alarm.severity) === 'bad'
    ctx.fillStyle = bad ? pens.missing : pens.dotted
    ctx.globalAlpha = 0.3
    ctx.fillRect(left, bbox.top, hair, bbox.height)
    ctx.globalAlpha = 1
    ctx.fillRect(left, bbox.top, flag, bad ? flag : Math.round(flag / 2))
  }
}

/** Tones of the drawing, read from the page's tokens: a canvas knows no CSS variables. */
export interface Pens {
  readonly strong: string
  readonly dashed: string
  readonly dotted: string
  readonly pale: string
  readonly band: string
  readonly rule: string
  readonly text: string
  readonly gap: string
  readonly present: string
  readonly track: string
  readonly missing: string
  readonly face: string
  readonly tones: Readonly<Record<TonePen, string>>
}

export function readPens(): Pens {
  const style = getComputedStyle(document.documentElement)
  const tone = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    strong: tone('signal'),
    dashed: tone('ink-2'),
    dotted: tone('warn-fill'),
    pale: tone('bar'),
    band: tone('band'),
    rule: tone('hair'),
    text: tone('ink-3'),
    gap: tone('well'),
    present: tone('bar'),
    track: tone('bar-pale'),
    missing: tone('bad-fill'),
    face: tone('face'),
    tones: Object.fromEntries(tonePens.map((name) => [name, tone(name)])) as Pens['tones'],
  }
}

export const tonePens = ([1, 2, 3, 4, 5, 6, 7, 8] as const).map((n): TonePen => `tone-${n}`)

const inkOf = (pens: Pens, pen: Pen): string => {
  if (pen === 'strong' || pen === 'dashed' || pen === 'dotted' || pen === 'pale') return pens[pen]
  return pens.tones[pen.replace('-dashed', '') as TonePen]
}
const dashOf = (pen: Pen): readonly number[] =>
  pen in dashes ? dashes[pen as keyof typeof dashes] : pen.endsWith('-dashed') ? dashes.dashed : []
const widthOf = (pen: Pen): number => (pen in widths ? widths[pen as keyof typeof widths] : 1.5)

const dashes = { strong: [], dashed: [6, 3], dotted: [1.5, 2.5], pale: [] } as const
export const widths = { strong: 1.7, dashed: 1.4, dotted: 1.7, pale: 1.2 } as const
