/** The rail of the time bar: which stretch of time it shows, and its marks. Times are Unix milliseconds. */
import { clockTime, instant } from '../format/time.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

export interface Stretch {
  readonly from: number
  readonly to: number
}

export const spans = [
  [hour, '1 h'],
  [6 * hour, '6 h'],
  [day, '24 h'],
  [7 * day, '7 d'],
  [30 * day, '30 d'],
] as const

/** Up to now while the moment is within the span; else the moment stands in the middle. */
export function stretchOf(at: number | undefined, now: number, span: number): Stretch {
  if (at === undefined || at >= now - span) return { from: now - span, to: now }
  return { from: at - span / 2, to: at + span / 2 }
}

export const shareOf = ({ from, to }: Stretch, at: number): number =>
  Math.min(1, Math.max(0, (at - from) / (to - from)))

export const timeAt = ({ from, to }: Stretch, share: number): number =>
  Math.round(from + (to - from) * Math.min(1, Math.max(0, share)))

const steps = [
  ...[1, 2, 5, 10, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28, 91, 182, 365].map((n) => n * day),
]

interface Tick {
  readonly at: number
  readonly text: string
}

/** Marks at readable times of the reader's own zone, at most `most` of them. */
export function ticksOf({ from, to }: Stretch, most: number): readonly Tick[] {
  const step = steps.find((s) => (to - from) / s <= Math.max(1, most)) ?? 365 * day
  // Whole days and hours are those of the reader's zone, not of UTC.
  const zone = new Date(from).getTimezoneOffset() * minute
  const ticks: Tick[] = []
  for (let at = Math.ceil((from - zone) / step) * step + zone; at < to; at += step)
    ticks.push({ at, text: tickText(at, step) })
  return ticks
}

function tickText(at: number, step: number): string {
  const time = clockTime(at)
  if (step >= day || time === '00:00:00') return step >= 28 * day ? instant(at).slice(0, 10) : instant(at).slice(5, 10)
  return step < minute ? time : time.slice(0, 5)
}
