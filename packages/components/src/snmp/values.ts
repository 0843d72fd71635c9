/** Values of SNMP objects as numbers and as text. */
import { objectTypes } from './library.ts'
import type { Varbind } from './library.ts'

const maxText = 500

/** Whether the peer said that it has no such object. */
export const isMissing = ({ type }: Varbind): boolean =>
  type === objectTypes.noSuchObject || type === objectTypes.noSuchInstance || type === objectTypes.endOfMibView

/**
 * The number that an object is; undefined where it is none. Texts that are numbers count: net-snmp's load averages and what
 * scripts print are such. Beyond 2^53 a counter loses its last digits.
 */
export const numberOf = ({ type, value }: Varbind): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (!Buffer.isBuffer(value)) return undefined
  if (type === objectTypes.counter64) return Number(unsigned(value))
  if (type === objectTypes.opaque) return floatOf(value)
  if (type !== objectTypes.octets || value.length > 40) return undefined
  const text = value.toString('latin1').trim()
  return /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d{1,3})?$/i.test(text) ? finite(Number(text)) : undefined
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

const unsigned = (bytes: Buffer): bigint => {
  let sum = 0n
  for (const byte of bytes.subarray(-8)) sum = sum * 256n + BigInt(byte)
  return sum
}

/** Opaque holds another element: 9f 78 04 and a float, or 9f 79 08 and a double (net-snmp). */
const floatOf = (bytes: Buffer): number | undefined => {
  if (bytes[0] !== 0x9f) return undefined
  if (bytes[1] === 0x78 && bytes[2] === 4 && bytes.length === 7) return finite(bytes.readFloatBE(3))
  if (bytes[1] === 0x79 && bytes[2] === 8 && bytes.length === 11) return finite(bytes.readDoubleBE(3))
  return undefined
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const control = /\p{Cc}/u

/** The text of an object, bounded; bytes that are no text are written in hex, as `0x0a1b`. */
export const textOf = ({ type, value }: Varbind): string => {
  if (typeof value === 'string' || typeof value === 'number') return String(value).slice(0, maxText)
  if (!Buffer.isBuffer(value)) return ''
  if (type === objectTypes.counter64) return String(unsigned(value))
  if (type === objectTypes.opaque) return String(floatOf(value) ?? hexOf(value))
  const end = value.at(-1) === 0 ? value.length - 1 : value.length
  const text = tryDecode(value.subarray(0, Math.min(end, maxText * 4)))
  return text === undefined || control.test(text.replace(/[\r\n\t]/g, ' '))
    ? hexOf(value)
    : text.replace(/[\r\n\t]+/g, ' ').slice(0, maxText)
}

const hexOf = (bytes: Buffer): string => `0x${bytes.subarray(0, maxText / 2 - 2).toString('hex')}`

const tryDecode = (bytes: Buffer): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
