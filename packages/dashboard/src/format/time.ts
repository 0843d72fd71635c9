import { count, decimal, gap, unknown } from './numbers.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const two = (n: number): string => String(n).padStart(2, '0')

/** A measured length of time: `340 ms`, `1.24 s`, `12.3 s`, `4 min 05 s`, `3 h 12 min`, `2 d 4 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return unknown
  if (ms < 0) return `−${duration(-ms)}`
  if (ms < 10 && !Number.isInteger(ms)) return `${decimal(ms, 1)}${gap}ms`
  if (Math.round(ms) < second) return `${count(ms)}${gap}ms`
  if (ms < minute - 50) return `${decimal(ms / second, ms < 10 * second - 5 ? 2 : 1)}${gap}s`
  return long(ms)
}

/** How long ago something was, whole seconds at best: `now`, `12 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function elapsed(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return unknown
  // Clocks differ by a little: a moment in the near future is now.
  if (ms < second) return 'now'
  return ms < minute ? `${Math.floor(ms / second)}${gap}s` : long(ms)
}

function long(ms: number): string {
  if (ms < hour) return `${Math.floor(ms / minute)}${gap}min ${two(Math.floor((ms % minute) / second))}${gap}s`
  if (ms < day) return `${Math.floor(ms / hour)}${gap}h ${two(Math.floor((ms % hour) / minute))}${gap}min`
  return `${count(Math.floor(ms / day))}${gap}d ${Math.floor((ms % day) / hour)}${gap}h`
}

/** `14:02:11`, local time. */
export function clockTime(at: number): string {
  const d = new Date(at)
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
}

/** `2026-11-23 14:02:11`, local time. */
export function instant(at: number | null | undefined): string {
  if (at === null || at === undefined || !Number.isFinite(at)) return unknown
  const d = new Date(at)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clockTime(at)}`
}

/** `2026-11-23`, local time. */
const date = (at: number): string => instant(at).slice(0, 10)

/** A past moment in words: `14:03:20 today`, `14:03:20 yesterday`, `14:03:20 on 2026-11-02`. Local time. */
export function momentWords(at: number, now: number): string {
  const yesterday = new Date(now)
  yesterday.setDate(yesterday.getDate() - 1)
  if (date(at) === date(now)) return `${clockTime(at)} today`
  return date(at) === date(yesterday.getTime()) ? `${clockTime(at)} yesterday` : `${clockTime(at)} on ${date(at)}`
}

/** `14:03:20` today, `2026-11-02 14:03` before. Local time. */
export const shortMoment = (at: number, now: number): string =>
  date(at) === date(now) ? clockTime(at) : instant(at).slice(0, 16)
