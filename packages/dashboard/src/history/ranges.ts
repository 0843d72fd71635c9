/** Which time the charts show, and in how wide buckets. Times are Unix milliseconds. */
import { readMoment, writeMoment } from '../router/routes.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export interface Range {
  readonly from: number
  readonly to: number
}

export const presets = [
  ['15m', 15 * minute, '15 min'],
  ['1h', hour, '1 h'],
  ['6h', 6 * hour, '6 h'],
  ['24h', day, '24 h'],
  ['7d', 7 * day, '7 d'],
  ['30d', 30 * day, '30 d'],
  ['90d', 90 * day, '90 d'],
  ['1y', 365 * day, '1 y'],
] as const
export type Preset = (typeof presets)[number][0]
const usual: Preset = '6h'

/** The newest stretch of a length, which moves with time, or a fixed one. */
export type View = { readonly last: Preset } | Range

/** Narrower than this nothing can be read; wider than this the server does not answer. */
const leastMs = minute
const mostMs = 3652 * day

export function readView(query: URLSearchParams): View {
  const from = readMoment(query.get('from'))
  const to = readMoment(query.get('to'))
  if (from !== undefined && to !== undefined && to - from >= leastMs && to - from <= mostMs) return { from, to }
  return { last: presets.find(([key]) => key === query.get('range'))?.[0] ?? usual }
}

/** Settings of the address for a view. */
export function writeView(view: View): Readonly<Record<'range' | 'from' | 'to', string | null>> {
  return 'last' in view
    ? { range: view.last === usual ? null : view.last, from: null, to: null }
    : { range: null, from: writeMoment(view.from), to: writeMoment(view.to) }
}

const widths = [
  ...[10, 20, 30].map((n) => n * 1000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14].map((n) => n * day),
]

/** Of a network, whose sums are made every ten seconds, and of a node: most report every fifteen, and between is no gap. */
export const finestOf = { network: 10_000, node: 30_000 } as const

/** The finest readable width: a bucket takes three pixels at least, and no chart has more than 500. */
export function bucketFor(length: number, pixels: number, finest: number): number {
  const most = Math.min(500, Math.max(90, Math.floor(pixels / 3)))
  return widths.find((width) => width >= finest && length / width <= most) ?? 14 * day
}

/** What to request: whole buckets, so that the request stays the same until the next bucket begins. */
export function rangeOf(
  view: View,
  now: number,
  pixels: number,
  finest: number,
): Range & { readonly bucketMs: number } {
  const length = lengthOf(view)
  const bucketMs = bucketFor(length, pixels, finest)
  const to = 'last' in view ? (Math.floor(now / bucketMs) + 1) * bucketMs : Math.ceil(view.to / bucketMs) * bucketMs
  const from =
    'last' in view ? to - Math.ceil(length / bucketMs) * bucketMs : Math.floor(view.from / bucketMs) * bucketMs
  return { from, to, bucketMs }
}

const lengthOf = (view: View): number =>
  'last' in view ? (presets.find(([key]) => key === view.last)?.[1] ?? hour) : view.to - view.from

/** A part of what is shown, never narrower than can be read; undefined where that would be all of it again. */
export function selected(a: number, b: number, shown: Range): Range | undefined {
  const [low, high] = a < b ? [a, b] : [b, a]
  const missing = Math.max(0, leastMs - (high - low)) / 2
  const part = { from: Math.round(low - missing), to: Math.round(high + missing) }
  return part.to - part.from < shown.to - shown.from ? part : undefined
}

/** Zooms so that `center` keeps its place; never past now. Undefined where there is nothing further. */
export function zoomed(shown: Range, factor: number, center: number, now: number): Range | undefined {
  const length = shown.to - shown.from
  const wanted = Math.min(mostMs, Math.max(leastMs, length * factor))
  if (wanted === length) return undefined
  const share = (center - shown.from) / length
  const to = Math.min(now, center + wanted * (1 - share))
  return { from: Math.max(0, Math.round(to - wanted)), to: Math.round(to) }
}
