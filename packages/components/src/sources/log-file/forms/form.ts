/** What a line of a log says, before it is anybody's observation. */
export interface LogLine {
  /** Form it was recognised by, for the counters. */
  readonly form: string
  /** Unix milliseconds; absent where the line names no time. */
  readonly at?: number
  /** As in RFC 5424. */
  readonly severity: number
  readonly component?: string
  readonly message: string
  readonly fields?: Readonly<Record<string, string>>
}

/** What a form needs to know besides the line. */
export interface FormContext {
  /** Unix milliseconds: the year of times that name none. */
  readonly now: number
  /** Times that name no zone are UTC, not the machine's own. */
  readonly utc: boolean
}

/** Reads a line of its form; undefined where it is none. */
export type Form = (line: string, context: FormContext) => LogLine | undefined

const severities: Readonly<Record<string, number>> = {
  crit: 2,
  critical: 2,
  fatal: 2,
  eror: 3,
  error: 3,
  err: 3,
  warn: 4,
  warning: 4,
  notice: 5,
  info: 6,
  information: 6,
  dbug: 7,
  debug: 7,
  trace: 7,
  trce: 7,
}

/** Severity of a level by any name a client gives it, in any case; undefined for what is none. */
export const severityOfLevel = (level: string): number | undefined => severities[level.toLowerCase()]

/** Milliseconds of a wall-clock time without a zone. */
export const localTime = (
  [year, month, day, hour, minute, second]: readonly [number, number, number, number, number, number],
  millisecond: number,
  utc: boolean,
): number =>
  utc
    ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
    : new Date(year, month - 1, day, hour, minute, second, millisecond).getTime()

/** Milliseconds of a fraction of a second, of any number of digits. */
export const fraction = (digits: string | undefined): number =>
  digits === undefined ? 0 : Math.floor(Number(`0.${digits}`) * 1000)

const dayMs = 86_400_000

/** The latest year that does not put a time without one more than a day into the future. */
export const withYear = (timeOf: (year: number) => number, now: number): number => {
  const year = new Date(now).getUTCFullYear()
  return [year + 1, year].map(timeOf).find((at) => at <= now + dayMs) ?? timeOf(year - 1)
}
