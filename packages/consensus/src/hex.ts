import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** `0x` and an even number of lower-case hex digits. */
export type Hex = `0x${string}`

export const toHex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`
export const fromHex = (hex: Hex): Uint8Array => hexToBytes(hex.slice(2))

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/** Big-endian without leading zeros, as RLP wants integers: zero is no byte at all. */
export const minimalBytes = (value: bigint): Uint8Array => {
  if (value === 0n) return new Uint8Array()
  const digits = value.toString(16)
  return hexToBytes(digits.length % 2 === 0 ? digits : `0${digits}`)
}

export const toBigInt = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(toHex(bytes)))
