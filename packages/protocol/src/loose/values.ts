/**
 * Tolerant readers for values of nodes. Peers disagree about JSON types, so every number may come as number, hex or
 * decimal text, and every text may be hostile. They answer `undefined` for what they cannot read; the caller decides
 * whether that is a missing field or a malformed message.
 */
import { replaceHidden } from '../hidden.ts'
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
  if (typeof value === 'bigint') return value < 0n ? undefined : Number.MAX_SAFE_INTEGER
  if (typeof value !== 'string' || !isInteger(value)) return undefined
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}

/** A JSON number above 2^53 has lost digits by the time it is read; anyone who catches this reads the text again exactly. */
export const lossyNumber: unique symbol = Symbol('a JSON number above 2^53')

/** First number of more than 78 digits. */
export const bigLimit = 1e78
const bigEnd = 10n ** 78n

/** Whole number of any size up to 78 digits. Throws `lossyNumber` where the digits are only in the frame's text. */
export const big = (value: unknown): bigint | undefined => {
  if (typeof value === 'string') return isInteger(value) ? BigInt(value) : undefined
  if (typeof value === 'bigint') return value >= 0n && value < bigEnd ? value : undefined
  if (typeof value !== 'number' || value < 0 || value >= bigLimit || !Number.isInteger(value)) return undefined
  // A signal between this reader and `readFrame`, never seen outside.
  if (!Number.isSafeInteger(value)) throw lossyNumber
  return BigInt(value)
}

/** The same where the text is not at hand: of a JSON number above 2^53, what is left of its digits. */
export const quantity = (value: unknown): bigint | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < bigLimit ? BigInt(value) : big(value)

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

/** Some leave the `0x` out. */
export const hash = (value: unknown): Hash | undefined =>
  (hexText(value, 66) ?? hexText(prefixed(value, 64), 66)) as Hash | undefined

/** In any case of letters, with `0x`, with the `xdc` of XDPoS, or without either. */
export const address = (value: unknown): Address | undefined =>
  (hexText(value, 42) ?? hexText(prefixed(withoutXdc(value), 40), 42)) as Address | undefined

const prefixed = (value: unknown, length: number): unknown =>
  typeof value === 'string' && value.length === length ? `0x${value}` : undefined
const withoutXdc = (value: unknown): unknown =>
  typeof value === 'string' && /^xdc/i.test(value) ? value.slice(3) : value

export const zeroAddress = `0x${'0'.repeat(40)}` as Address

/** Nobody's address, in one of the forms it comes in. */
export const isZeroAddress = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= 43 && /^(?:0x|xdc)?0*$/i.test(value)

const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Text made safe to store and log: characters that nobody sees gone, trimmed, at most `max` characters, no half characters. */
export const clean = (value: unknown, max: number): string | undefined => {
  if (typeof value !== 'string') return undefined
  if (value.length <= max && plain.test(value)) return value
  // Cut before cleaning, so that the work is bounded; four times over, so that a few of those cost no others.
  const safe = replaceHidden(value.slice(0, max * 4).toWellFormed(), () => '')
    .trim()
    .slice(0, max)
  return (safe.isWellFormed() ? safe : safe.slice(0, -1)).trimEnd()
}

/** `clean`, and nothing where nothing is left of it. */
export const filled = (value: unknown, max: number): string | undefined => clean(value, max) || undefined

/** Opaque hex bytes, at most `max` characters. */
export const bytes = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value.length <= max && /^0x[0-9a-f]*$/i.test(value) ? value : undefined

/** How many, of a list or told as a number. */
export const sizeOf = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : whole(value))

/** The same with JSON numbers above 2^53 as whole numbers again, for readers of what was parsed elsewhere: digits are lost. */
export const rounded = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value,
    ]),
  )
