import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'

/** Raw public keys are the last 32 bytes of their DER form. */
const rawBytes = 32

export const keygen = (file: string, io: Pick<Io, 'out' | 'err'>): void => {
  const path = resolve(file)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  try {
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CliError('CLI_KEY_EXISTS', `${path} exists already; a key is never written over, choose another file`)
  }
  io.out(`${publicKey.export({ type: 'spki', format: 'der' }).subarray(-rawBytes).toString('base64')}\n`)
  io.err(
    `The private key is in ${path}; only its owner can read it. Make the agent known by the public key, on the server:`,
  )
  io.err('  netstats agents add NAME --key PUBLIC_KEY')
}
