/** Times as senders write them. A time that cannot be is none: the line is then of the moment it came in. */

/** A time, and what of the text is behind it. */
export interface Dated {
  /** Unix milliseconds; undefined where it is written like a time and cannot be believed. */
  readonly at: number | undefined
  readonly end: number
}

const dayMs = 86_400_000
/** How far from its arrival a time may be that says its zone: senders keep lines while there is no way to send them. */
const oldestMs = 7 * dayMs
const newestMs = 300_000
/** One without a zone may be of any: only what is close by in local or universal time is believed. */
const oldestWithoutZoneMs = 50 * 60_000

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const month = '(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const clock = '(?<hour>\\d{1,2}):(?<minute>\\d{2}):(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?'
const year = '(?<year>(?:19|20)\\d{2})'
const offset = '(?<offset>[+-]\\d{2}:?\\d{2})'
const forms = [
  // Nov 30 12:00:00, Nov 30 2026 12:00:00.123, Nov 30 12:00:00 2026, Mon Nov 30 …, Nov 30 12:00:00.123 UTC:
  `(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?${month} +(?<day>\\d{1,2}),? +(?:${year} +)?${clock}(?: +(?<yearBehind>(?:19|20)\\d{2})(?= |:|$))?(?: +(?:${offset}(?=:| |$)|(?<name>UTC|GMT|Z)(?=:)))?`,
  // 2026 Nov 30 12:00:00
  `${year} +${month} +(?<day>\\d{1,2}) +${clock}`,
  // 30 Nov 2026 12:00:00
  `(?<day>\\d{1,2})[ -]${month}[ -]${year} +${clock}`,
  // 2026-11-30T12:00:00.123+01:00, 2026-11-30 12:00:00,123, 2026/11/30 12:00:00
  `${year}[-/](?<digits>\\d{2})[-/](?<day>\\d{2})[Tt ]${clock}(?: ?${offset}|(?<name>Z))?`,
].map((form) => new RegExp(`^${form}`, 'i'))
const unixForm = /^(\d{10})(?:\.(\d{1,9}))?(?= |:|$)/

/** The time that the text begins with; undefined where it begins with something else. */
export const readDate = (text: string, now: number): Dated | undefined => {
  const unix = unixForm.exec(text)
  if (unix !== null) {
    const at = Number(unix[1]) * 1000 + fractionMs(unix[2])
    return { at: plausible(at, now), end: unix[0].length }
  }
  for (const form of forms) {
    const found = form.exec(text)
    if (found?.groups !== undefined) return { at: timeOf(found.groups, now), end: found[0].length }
  }
  return undefined
}

const stampForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i

/** As RFC 5424 writes it; false where it is no such time. */
export const readTimestamp = (text: string, now: number): number | undefined | false => {
  if (!stampForm.test(text)) return false
  return plausible(Date.parse(text), now)
}

const plausible = (at: number, now: number): number | undefined =>
  at >= now - oldestMs && at <= now + newestMs ? Math.floor(at) : undefined

type Parts = Readonly<Record<string, string | undefined>>

const timeOf = (parts: Parts, now: number): number | undefined => {
  const monthNumber =
    parts['digits'] === undefined ? months.indexOf((parts['month'] ?? '').toLowerCase()) : Number(parts['digits']) - 1
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(parts[name])) as [
    number,
    number,
    number,
    number,
  ]
  if (monthNumber < 0 || monthNumber > 11 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
    return undefined
  const fraction = fractionMs(parts['fraction'])
  const written = parts['year'] ?? parts['yearBehind']
  const current = new Date(now).getUTCFullYear()
  // Without a year it is the one that comes closest: a line of December may come in January.
  const years = written === undefined ? [current - 1, current, current + 1] : [Number(written)]
  const ahead = offsetMs(parts['offset'] ?? parts['name'])
  if (ahead !== undefined) {
    const times = years.map((one) => Date.UTC(one, monthNumber, day, hour, minute, second) + fraction - ahead)
    return plausible(nearest(times, now), now)
  }
  const times = years.flatMap((one) => [
    Date.UTC(one, monthNumber, day, hour, minute, second) + fraction,
    new Date(one, monthNumber, day, hour, minute, second).getTime() + fraction,
  ])
  const at = nearest(times, now)
  return at >= now - oldestWithoutZoneMs ? plausible(at, now) : undefined
}

const nearest = (times: readonly number[], now: number): number =>
  times.reduce((best, one) => (Math.abs(one - now) < Math.abs(best - now) ? one : best), Infinity)

const fractionMs = (digits: string | undefined): number => (digits === undefined ? 0 : Number(`0.${digits}`) * 1000)

const offsetMs = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!/^[+-]/.test(text)) return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))
  return (text.startsWith('-') ? -minutes : minutes) * 60_000
}
