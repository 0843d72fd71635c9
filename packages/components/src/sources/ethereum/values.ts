/**
 * Readers for what nodes answer. Tolerant of the number forms met in the field (hex, decimal text, JSON number);
 * undefined for anything else, so that one odd field costs that field and nothing more.
 */
import type { Address, Hash } from '@netstats/protocol'

const maxDigits = 80

export const tryQuantity = (value: unknown): bigint | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
  if (typeof value !== 'string' || value.length > maxDigits) return undefined
  return /^(0x[0-9a-fA-F]+|\d+)$/.test(value) ? BigInt(value) : undefined
}

/** A quantity that fits a number exactly. */
export const tryWhole = (value: unknown): number | undefined => {
  const quantity = tryQuantity(value)
  return quantity === undefined || quantity > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(quantity)
}

export const tryHash = (value: unknown): Hash | undefined =>
  typeof value === 'string' && /^0x[0-9a-fA-F]{64}$/.test(value) ? (value.toLowerCase() as Hash) : undefined

export const tryAddress = (value: unknown): Address | undefined =>
  typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value) ? (value.toLowerCase() as Address) : undefined

/** Text of at most `max` characters; longer text is cut, control characters are dropped. */
export const tryText = (value: unknown, max: number): string | undefined => {
  if (typeof value !== 'string') return undefined
  // oxlint-disable-next-line no-control-regex
  const plain = value.slice(0, max).replaceAll(/[\u0000-\u001f\u007f]/g, '')
  return plain === '' ? undefined : plain
}

export const tryRecord = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
