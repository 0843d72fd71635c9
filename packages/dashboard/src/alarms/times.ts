/** Until when somebody looks after an alarm, or nobody is notified of it: choices for a thumb. Pure. */
import { gap } from '../format/numbers.ts'

const hourMs = 3_600_000

export const spans = [
  ['1h', `1${gap}h`, hourMs],
  ['4h', `4${gap}h`, 4 * hourMs],
  ['24h', `24${gap}h`, 24 * hourMs],
] as const

export type Until =
  | { readonly kind: 'span'; readonly ms: number }
  | { readonly kind: 'time'; readonly text: string }
  /** Until the alarm is cleared. */
  | { readonly kind: 'end' }

/** Unix milliseconds; null for `end`, undefined where a time is not given, or is over. */
export function momentOf(until: Until, now: number): number | null | undefined {
  if (until.kind === 'end') return null
  if (until.kind === 'span') return Math.round(now + until.ms)
  const at = new Date(until.text).getTime()
  return Number.isNaN(at) || at <= now ? undefined : at
}

const two = (n: number): string => String(n).padStart(2, '0')

/** As a field of date and time wants it: local, without seconds. */
export function fieldTime(at: number): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}

/** Eight o'clock of the next morning: until the others come. */
export function nextMorning(now: number): number {
  const morning = new Date(now)
  morning.setHours(8, 0, 0, 0)
  if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1)
  return morning.getTime()
}
