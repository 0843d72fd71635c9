import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Sign } from '@netstats/protocol/netstats'
import { reasonOf } from '@netstats/sdk'
import { NetstatsSinkError } from './errors.ts'

/** The agent's own key. What it holds never leaves this file but as signatures. */
export interface AgentKey {
  /** Base64 of the 32 bytes. */
  readonly publicKey: string
  readonly sign: Sign
}

/** A public key of Ed25519 in its usual wrapping ends with its 32 bytes. */
const keyBytes = 32

export const readKey = async (path: string): Promise<AgentKey> => {
  try {
    return keyOf(await readFile(path, 'utf8'))
  } catch (error) {
    const cure = 'it must be a private Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` makes one'
    // Only what the system says of the file: what the parser says could show some of it.
    const why = error instanceof Error && 'syscall' in error ? `: ${reasonOf(error)}` : ''
    throw new NetstatsSinkError('NETSTATS_KEY_UNREADABLE', `keyFile ${path} cannot be used${why}; ${cure}`)
  }
}

const keyOf = (pem: string): AgentKey => {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key')
  const wrapped = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return {
    publicKey: wrapped.subarray(-keyBytes).toString('base64'),
    sign: (message) => sign(null, Buffer.from(message), key).toString('base64'),
  }
}
