import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { toHex } from './hex.ts'
import type { Hex } from './hex.ts'
import type { RlpItem } from './rlp.ts'

export const addressLength = 20
export const zeroAddress: Hex = `0x${'0'.repeat(40)}`

/** The 20-byte addresses one after the other. */
export const splitAddresses = (bytes: Uint8Array): readonly Hex[] =>
  Array.from({ length: bytes.length / addressLength }, (_, index) =>
    toHex(bytes.subarray(index * addressLength, (index + 1) * addressLength)),
  )

/** Addresses of an RLP list; undefined where it holds something else. */
export const readAddresses = (item: RlpItem | undefined): readonly Hex[] | undefined => {
  if (item === undefined || item instanceof Uint8Array) return undefined
  const addresses = item.map(readAddress)
  return addresses.every((one) => one !== undefined) ? addresses : undefined
}

export const readAddress = (item: RlpItem | undefined): Hex | undefined =>
  item instanceof Uint8Array && item.length === addressLength ? toHex(item) : undefined

/** The address with capitals as a checksum (EIP-55). */
const withChecksum = (address: Hex): string => {
  const digits = address.slice(2)
  const hash = bytesToHex(keccak_256(utf8ToBytes(digits)))
  return `0x${Array.from(digits, (digit, index) => (parseInt(hash[index] ?? '0', 16) >= 8 ? digit.toUpperCase() : digit)).join('')}`
}

/** Sorted as text with checksum, where capitals come before small letters. */
export const sortByChecksum = (addresses: readonly Hex[]): readonly Hex[] =>
  addresses
    .map((address) => ({ address, text: withChecksum(address) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ address }) => address)
