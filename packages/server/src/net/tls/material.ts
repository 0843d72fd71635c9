/** Certificate and key as they are on the disk, checked as a whole before anybody relies on them. */
import { X509Certificate, createHash, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions } from 'node:tls'
import { ServerError } from '../../lib/errors.ts'
import type { TlsConfig } from './config.ts'

export interface Material {
  /** For `https.createServer` and `setSecureContext`. */
  readonly options: SecureContextOptions & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean }
  /** The same files have the same; others do not. */
  readonly digest: string
  /** Unix milliseconds. */
  readonly expiresAt: number
  readonly names: string
}

const maxBytes = 1 << 20
// TLS 1.3 has no others. Of TLS 1.2 those with forward secrecy whose text nobody can change: no CBC, no RSA key exchange.
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].flatMap((one) => [
    `ECDHE-ECDSA-${one}`,
    `ECDHE-RSA-${one}`,
  ]),
].join(':')

/** Reads the files; throws `TLS_UNUSABLE` with the cure where they cannot be used together. */
export const readMaterial = async (config: TlsConfig, now: number): Promise<Material> => {
  const [cert, key, ca] = await Promise.all([
    read(config.cert),
    read(config.key),
    config.ca === undefined ? undefined : read(config.ca),
  ])
  const options = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: config.minVersion,
    ciphers,
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
  } as const
  const first = parse(config.cert, () => new X509Certificate(cert))
  const privateKey = parse(config.key, () => createPrivateKey(key))
  if (!first.checkPrivateKey(privateKey)) {
    throw unusable(config.key, `is not the key of ${config.cert}; both must be changed together`)
  }
  const expiresAt = Date.parse(first.validTo)
  if (expiresAt <= now) throw unusable(config.cert, `has expired on ${first.validTo}`)
  parse(config.cert, () => createSecureContext(options))
  const hash = createHash('sha256')
  for (const part of [cert, key, ca ?? '']) hash.update(part).update('\0')
  return { options, digest: hash.digest('hex'), expiresAt, names: first.subjectAltName ?? first.subject }
}

const read = async (path: string): Promise<Buffer> => {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw unusable(path, `cannot be read (${cause.code ?? 'error'})`, cause)
  })
  if (bytes.length > maxBytes) throw unusable(path, 'is longer than 1 MiB')
  return bytes
}

// What OpenSSL says of a key may hold parts of it in newer versions; its code tells enough.
const parse = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw unusable(path, `is not understood (${code}); expected PEM without a passphrase`)
  }
}

const unusable = (path: string, what: string, cause?: unknown): ServerError =>
  new ServerError('TLS_UNUSABLE', `${path} ${what}.`, cause === undefined ? {} : { cause })
