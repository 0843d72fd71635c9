import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak, toHex } from '@netstats/consensus/encoding'
import type { Hex } from '@netstats/consensus/encoding'

export interface Key {
  readonly address: Hex
  /** Signature of 32 bytes with the recovery id, 0 or 1, at its end. */
  sign(hash: Uint8Array): Uint8Array
}

/** The same key for the same name. Keys of a simulation protect nothing. */
export const keyOf = (name: string): Key => {
  const secret = keccak(new TextEncoder().encode(name))
  const point = secp256k1.getPublicKey(secret, false)
  return {
    address: toHex(keccak(point.subarray(1)).subarray(12)),
    sign: (hash) => {
      const recovered = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' })
      return Uint8Array.of(...recovered.subarray(1), recovered[0] ?? 0)
    },
  }
}
