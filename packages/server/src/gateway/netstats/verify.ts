import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Verify } from '@netstats/protocol/netstats'

/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410). */
const derHead = Buffer.from('302a300506032b6570032100', 'hex')

const importKey = (publicKey: string): KeyObject => {
  const bytes = Buffer.from(publicKey, 'base64')
  if (bytes.length !== 32) throw new TypeError('no Ed25519 key')
  return createPublicKey({ key: Buffer.concat([derHead, bytes]), format: 'der', type: 'spki' })
}

/**
 * Ed25519 over the UTF-8 bytes of a text; key and signature in base64. False for whatever is wrong. One for each session: it
 * remembers the key of that session, and no key that others show can push it out.
 */
export const createVerify = (importing: (publicKey: string) => KeyObject = importKey): Verify => {
  let known: { readonly text: string; readonly key: KeyObject } | undefined
  return (publicKey, message, signature) => {
    try {
      if (known?.text !== publicKey) known = { text: publicKey, key: importing(publicKey) }
      return verify(null, Buffer.from(message), known.key, Buffer.from(signature, 'base64'))
    } catch {
      return false
    }
  }
}
