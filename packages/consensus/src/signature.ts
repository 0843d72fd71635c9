import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { toHex } from './hex.ts'
import type { Hex } from './hex.ts'

export const keccak = (bytes: Uint8Array): Uint8Array => keccak_256(bytes)

/** Bytes of a signature with its recovery id at the end. */
export const signatureLength = 65

/** Address whose key signed a hash; undefined where the signature is none. The recovery id is 0 or 1, or 27 or 28. */
export const recoverAddress = (hash: Uint8Array, signature: Uint8Array): Hex | undefined => {
  if (signature.length !== signatureLength) return undefined
  const last = signature[64] ?? 0
  const recovery = last >= 27 ? last - 27 : last
  if (recovery > 1) return undefined
  try {
    const point = secp256k1.Signature.fromBytes(signature.subarray(0, 64), 'compact')
      .addRecoveryBit(recovery)
      .recoverPublicKey(hash)
    return toHex(keccak(point.toBytes(false).subarray(1)).subarray(12))
  } catch {
    // r or s outside the curve's order, or no point for r.
    return undefined
  }
}
