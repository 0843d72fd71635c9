/** Times of the day at which only what is critical is told, in the time of a place. */
export interface QuietHours {
  /** Minutes of the day, from 0 to 1439; where `from` is after `to` they go over midnight. Equal: it is never quiet. */
  readonly from: number
  readonly to: number
  /** Name in the time zone database of IANA, such as `Europe/Berlin`. */
  readonly timeZone: string
}

const dayMinutes = 1440
const minuteMs = 60_000
const hourMs = 60 * minuteMs

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    // Names come from the configuration; a changing one must not fill the memory.
    if (formats.size >= 100) formats.clear()
    formats.set(timeZone, format)
  }
  return format
}

export const isTimeZone = (name: string): boolean => {
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** Minutes since midnight in a time zone. */
export const localMinutes = (timeZone: string, at: number): number => {
  let minutes = 0
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) {
    if (type === 'hour') minutes += Number(value) * 60
    if (type === 'minute') minutes += Number(value)
  }
  return minutes
}

const isQuiet = ({ from, to, timeZone }: QuietHours, at: number): boolean => {
  const now = localMinutes(timeZone, at)
  return from < to ? now >= from && now < to : now >= from || now < to
}

/**
 * When the quiet that holds at a moment is over; undefined where it is not quiet. Clocks that are set forward or back
 * meanwhile are followed: the end is the first moment at which the clock on the wall is beyond the quiet hours.
 */
export const quietUntil = (quiet: QuietHours, at: number): number | undefined => {
  if (quiet.from === quiet.to || !isQuiet(quiet, at)) return undefined
  const { to, timeZone } = quiet
  const leftOf = (moment: number): number => (to - localMinutes(timeZone, moment) + dayMinutes) % dayMinutes
  const startOfMinute = at - (at % minuteMs)
  let end = startOfMinute + leftOf(at) * minuteMs
  // Clocks changed in between: what is still quiet is waited for, and what was quiet no longer before it is found by hours.
  if (isQuiet(quiet, end)) end += leftOf(end) * minuteMs
  while (end - hourMs > at && !isQuiet(quiet, end - minuteMs) && !isQuiet(quiet, end - hourMs)) end -= hourMs
  while (end - minuteMs > at && !isQuiet(quiet, end - minuteMs)) end -= minuteMs
  return end
}
