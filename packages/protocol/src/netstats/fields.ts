/** Readers of what stands in first lines, beside those every observation is read with. */
import { ParseError } from '../errors.ts'
import { hasHidden } from '../hidden.ts'
import type { Reader } from '../parse.ts'
import { malformed } from './errors.ts'

const fail = (path: string, expected: string): never => {
  throw new ParseError('VALUE_INVALID', path, `expected ${expected}`)
}

/** Text that is shown or signed. */
export const plain =
  (min: number, max: number): Reader<string> =>
  (value, path) =>
    typeof value === 'string' && value.length >= min && value.length <= max && !hasHidden(value)
      ? value
      : fail(path, `text of ${min} to ${max} characters without characters that nobody sees`)

const matching =
  (pattern: RegExp, expected: string): Reader<string> =>
  (value, path) =>
    typeof value === 'string' && value.length <= 100 && pattern.test(value) ? value : fail(path, expected)

// The last digit of canonical base64 has no bits beyond the bytes: keys are compared as text.
/** 32 bytes: a key or a nonce. */
export const base64Of32 = matching(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'base64 of 32 bytes')
/** 64 bytes: a signature. */
export const base64Of64 = matching(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'base64 of 64 bytes')
export const spoolId = matching(/^[0-9a-f]{32}$/, '32 lower-case hex digits')
export const lifeId = matching(/^[0-9a-f]{16}$/, '16 lower-case hex digits')
export const sessionId = matching(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 characters of base64url')

/** Whole number within bounds. */
export const whole =
  (min: number, max: number): Reader<number> =>
  (value, path) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : fail(path, `a whole number from ${min} to ${max}`)

/** Reads the fields of a first line; what is wrong with them has the codec's own code. */
export const readFields = <T>(read: Reader<T>, header: unknown): T => {
  try {
    return read(header, '')
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw malformed(
      'NETSTATS_FIELD_MALFORMED',
      error.path,
      error.message.slice(error.path === '' ? 0 : error.path.length + 2),
    )
  }
}
