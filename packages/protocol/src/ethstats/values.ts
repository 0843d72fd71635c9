/**
 * Tolerant readers for ethstats values. Peers disagree about JSON types, so every number may come as number, hex or
 * decimal text, and every text may be hostile. They answer `undefined` for what they can not read; the caller decides
 * whether that is a missing field or a malformed message.
 */
import type { Address, Hash } from '../units.ts'

export type Fields = Readonly<Record<string, unknown>>

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

const digits = /^(?:\d+|0x[0-9a-f]+)$/i
/** Text of a whole number, decimal or hex, of up to 256 bits and a little. */
const isInteger = (value: string): boolean =>
  value.length <= (value.charCodeAt(1) === 0x78 || value.charCodeAt(1) === 0x58 ? 66 : 78) && digits.test(value)

/** Whole number from 0 to 2^53 - 1. */
export const whole = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value + 0 : undefined
  if (typeof value !== 'string' || !isInteger(value)) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}

/** Like `whole`, but what passes 2^53 - 1 stays there: a private chain's gas limit may be 2^64 - 1. */
export const saturated = (value: unknown): number | undefined => {
  if (typeof value === 'number')
    return value >= 0 ? Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER) + 0 : undefined
  if (typeof value === 'bigint') return Number.MAX_SAFE_INTEGER
  if (typeof value !== 'string' || !isInteger(value)) return undefined
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}

/** A JSON number above 2^53 has lost digits by the time it is read; whoever catches this reads the text again exactly. */
export const lossyNumber: unique symbol = Symbol('a JSON number above 2^53')

/** First number of more than 78 digits. */
export const bigLimit = 1e78

/** Whole number of any size up to 78 digits. Throws `lossyNumber` where the digits are only in the frame's text. */
export const big = (value: unknown): bigint | undefined => {
  if (typeof value === 'string') return isInteger(value) ? BigInt(value) : undefined
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number' || value < 0 || value >= bigLimit || !Number.isInteger(value)) return undefined
  // oxlint-disable-next-line typescript/only-throw-error -- a signal between this reader and `readFrame`, never seen outside
  if (!Number.isSafeInteger(value)) throw lossyNumber
  return BigInt(value)
}

/** Finite number from 0, with fractions. */
export const amount = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value >= 0 && value < Infinity ? value + 0 : undefined
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return undefined
  return isInteger(value) || /^\d{1,78}\.\d{1,30}$/.test(value) ? Number(value) : undefined
}

// Length apart from pattern: `+` runs twice as fast as `{64}`, and a block has five of these.
const lowerHex = /^0x[0-9a-f]+$/
const anyHex = /^0x[0-9a-f]+$/i
const hexText = (value: unknown, length: number): string | undefined => {
  if (typeof value !== 'string' || value.length !== length) return undefined
  if (lowerHex.test(value)) return value
  return anyHex.test(value) ? value.toLowerCase() : undefined
}

export const hash = (value: unknown): Hash | undefined => hexText(value, 66) as Hash | undefined
export const address = (value: unknown): Address | undefined => hexText(value, 42) as Address | undefined

// Control characters, line separators, the byte order mark, and the marks that turn the direction of writing: with
// them a name could break a log line or show as another name.
const unsafe = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff'
const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const unsafeAll = new RegExp(`[${unsafe}]+`, 'g')

/** Text made safe to store and log: unsafe characters gone, trimmed, at most `max` characters, no half characters. */
export const clean = (value: unknown, max: number): string | undefined => {
  if (typeof value !== 'string') return undefined
  if (value.length <= max && plain.test(value)) return value
  // Cut before cleaning, so that the work is bounded; four times over, so that a few unsafe characters cost no others.
  const safe = value
    .slice(0, max * 4)
    .toWellFormed()
    .replace(unsafeAll, '')
    .trim()
    .slice(0, max)
  return (safe.isWellFormed() ? safe : safe.slice(0, -1)).trimEnd()
}

/** `clean`, and nothing where nothing is left of it. */
export const filled = (value: unknown, max: number): string | undefined => clean(value, max) || undefined

/** Opaque hex bytes, at most `max` characters. */
export const bytes = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value.length <= max && /^0x[0-9a-f]*$/i.test(value) ? value : undefined

export const countOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0)
