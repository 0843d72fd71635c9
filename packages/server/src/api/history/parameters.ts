/** Parameters of questions about the past. Their patterns also stand in the OpenAPI description. */
import { z } from 'zod'
import { integer } from '../endpoint.ts'
import { cursorPattern } from './cursor.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
/** The widest range a question may cover, ten years with their leap days. */
export const maxRangeMs = 3653 * dayMs
/** End of the year 9999, up to which RFC 3339 can write times. */
export const maxTime = 253_402_300_799_999

const timePattern =
  /^([0-9]{1,15}|[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))$/
const timeWords = 'expected Unix milliseconds or a time as 2026-11-23T10:00:00Z, with + written as %2B'

const msOf = (text: string): number => {
  if (/^[0-9]+$/.test(text)) return Number(text)
  // `Date` takes 31 February for 3 March.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number]
  const isDay = new Date(Date.UTC(2000, month, 0)).getUTCDate() >= day && (month !== 2 || day < 29 || isLeap(year))
  return isDay ? Date.parse(text.toUpperCase()) : Number.NaN
}
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** Unix milliseconds of a time written either way. */
export const time = (what: string) =>
  z
    .string()
    .regex(timePattern, timeWords)
    .transform(msOf)
    .pipe(z.number(timeWords).min(0, timeWords).max(maxTime, timeWords))
    .describe(`${what} Unix milliseconds or RFC 3339.`)

const unitMs = { ms: 1, s: 1000, m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs } as const
const bucketWords = 'expected a width from 1s to 366d, such as 10s, 5m, 1h, 1d, or milliseconds'

export const bucket = z
  .string()
  .regex(/^[1-9][0-9]{0,11}(ms|s|m|h|d|w)?$/, bucketWords)
  .transform((text) => Number.parseInt(text, 10) * unitMs[(/[a-z]+$/.exec(text)?.[0] ?? 'ms') as keyof typeof unitMs])
  .pipe(
    z
      .number()
      .min(1000, bucketWords)
      .max(366 * dayMs, bucketWords),
  )
  .describe('Width of a bucket: `10s`, `5m`, `1h`, `1d` or milliseconds. By default at most 300 fit into the range.')

export const limit = (most: number, preset: number) =>
  integer(1, most, `Entries to give at most; ${preset} by default.`).optional()

export const cursor = z
  .string()
  .regex(cursorPattern, 'expected the cursor of a `next` link')
  .optional()
  .describe('Where to go on: from the `next` link of the page before, with all other parameters as they were.')

export const yesOrNo = (what: string) =>
  z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe(what)

export const rangeParameters = (from: string) => ({
  from: time(`Where the range begins; ${from}`).optional(),
  to: time('Where it ends, itself not within; now by default.').optional(),
})

const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const

/** As in RFC 5424, by number or name. */
export const severity = z
  .enum(['0', '1', '2', '3', '4', '5', '6', '7', ...severities])
  .transform((text) => {
    const named = severities.indexOf(text as (typeof severities)[number])
    return named < 0 ? Number(text) : named
  })
  .optional()
  .describe('This severe or more, by RFC 5424: `error` or 3 gives errors and worse.')
