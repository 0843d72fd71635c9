/** JSON as Go's encoder writes it: markup characters escaped, so that a name is the same bytes as from geth. */
export const goJson = (value: unknown): string => JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escape)

const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`

/** `{"emit":[event,payload]}` around a payload that is already text. */
export const emitFrame = (event: string, payload: string): string => `{"emit":["${event}",${payload}]}`

const pad = (n: number, width = 2): string => String(n).padStart(width, '0')

/**
 * A time as Go prints it, `2026-08-20 10:58:14.123456789 +0000 UTC m=+12.345678901`: geth's `clientTime`. `monotonicMs`
 * counts from the start of the process, like Go's.
 */
export const goTime = (unixMs: number, monotonicMs: number): string => {
  const date = new Date(Math.floor(unixMs))
  const nanos = pad(
    Math.min(Math.round((unixMs - Math.floor(unixMs)) * 1e6), 999_999) + date.getUTCMilliseconds() * 1e6,
    9,
  )
  const fraction = nanos === '000000000' ? '' : `.${nanos.replace(/0+$/, '')}`
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`
  const time = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`
  const seconds = Math.floor(monotonicMs / 1000)
  const rest = Math.min(Math.round((monotonicMs - seconds * 1000) * 1e6), 999_999_999)
  return `${day} ${time}${fraction} +0000 UTC m=+${seconds}.${pad(rest, 9)}`
}
