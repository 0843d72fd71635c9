import { generateKeyPairSync, sign, verify, createPublicKey } from 'node:crypto'
import type { Sign } from '../agent-types.ts'
import type { Verify } from '../server-types.ts'

/** Real keys, as an edge would bring them in. */
export const createKey = (): { readonly publicKey: string; readonly sign: Sign } => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'jwk' }).x ?? ''
  return {
    publicKey: Buffer.from(raw, 'base64url').toString('base64'),
    sign: (message) => sign(null, Buffer.from(message), privateKey).toString('base64'),
  }
}

export const verifyEd25519: Verify = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey, 'base64').toString('base64url')
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  return verify(null, Buffer.from(message), key, Buffer.from(signature, 'base64'))
}
