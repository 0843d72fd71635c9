/** Ed25519 public keys of agents: base64 of their 32 bytes on the wire and in the file. */
import { createPublicKey } from 'node:crypto'
import { AuthError } from './errors.ts'

/** Before the 32 bytes of the key in its DER form (RFC 8410). */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** The key in its one form; undefined where the text is none. */
export const tryKey = (text: string): string | undefined => {
  if (text.length > 64 || !/^[A-Za-z0-9+/]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 32 ? bytes.toString('base64') : undefined
}

/** Reads a public key from what an operator has: 43 or 44 characters of base64, or PEM. */
export const parseKey = (text: string): string => {
  const trimmed = text.trim()
  const raw = tryKey(trimmed)
  if (raw !== undefined) return raw
  if (/PRIVATE KEY/.test(trimmed)) {
    throw new AuthError(
      'AUTH_KEY_INVALID',
      'This is a private key, which never leaves the agent; give the public key that netstats agent keygen prints.',
    )
  }
  try {
    const key = createPublicKey(trimmed)
    if (key.asymmetricKeyType === 'ed25519')
      return key.export({ type: 'spki', format: 'der' }).subarray(derPrefix.length).toString('base64')
  } catch {
    // Said below.
  }
  throw new AuthError(
    'AUTH_KEY_INVALID',
    'This is no Ed25519 public key; expected 44 characters of base64, or PEM, as netstats agent keygen prints it.',
  )
}
