import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410). */
const derHead = Buffer.from('302a300506032b6570032100', 'hex')
const maxKnown = 50_000
const known = new Map<string, KeyObject>()

const keyOf = (publicKey: string): KeyObject => {
  let key = known.get(publicKey)
  if (key !== undefined) return key
  const bytes = Buffer.from(publicKey, 'base64')
  if (bytes.length !== 32) throw new TypeError('no Ed25519 key')
  key = createPublicKey({ key: Buffer.concat([derHead, bytes]), format: 'der', type: 'spki' })
  // Every agent with a key has one; who shows more of them than there are agents makes us read theirs again.
  if (known.size >= maxKnown) known.clear()
  known.set(publicKey, key)
  return key
}

/** Ed25519 over the UTF-8 bytes of a text; key and signature in base64. False for whatever is wrong. */
export const verifySignature = (publicKey: string, message: string, signature: string): boolean => {
  try {
    return verify(null, Buffer.from(message), keyOf(publicKey), Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
