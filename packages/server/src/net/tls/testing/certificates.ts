/** Certificates made on the spot. For tests. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates extends Disposable {
  readonly cert: string
  readonly key: string
  /** A new pair in place of the one before. */
  renew(name: string, days?: number): void
  /** Writes anything at all. */
  spoil(file: 'cert' | 'key', text: string): void
}

export const makeCertificates = (name: string, days = 90): Certificates => {
  const folder = mkdtempSync(join(tmpdir(), 'netstats-tls-'))
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  const renew = (name: string, days = 90): void => {
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const subject = [
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=DNS:${name},IP:127.0.0.1`,
      '-days',
      String(days),
    ]
    execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  }
  renew(name, days)
  return {
    cert,
    key,
    renew,
    spoil: (file, text) => writeFileSync(file === 'cert' ? cert : key, text),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
