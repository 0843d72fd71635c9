/**
 * TLS of the server: what a listener needs, and the change of a certificate while it listens. Connections that are open
 * go on with the old one. Each process that listens opens this for itself; all watch the same files.
 */
import type { Clock, Logger } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import type { Health } from '../../telemetry/health.ts'
import type { TlsConfig } from './config.ts'
import { readMaterial } from './material.ts'
import type { Material } from './material.ts'

interface TlsOptions {
  readonly config: TlsConfig
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly health: Pick<Health, 'set'>
  /** Milliseconds between two looks at the files. */
  readonly lookEveryMs?: number
}

/** What takes over a new certificate; `https.Server` is one. */
export interface TlsListener {
  setSecureContext(options: Material['options']): void
}

export interface Tls extends AsyncDisposable {
  /** For `https.createServer`, as of now. */
  createTlsOptions(): Material['options']
  /** Gives the listener each new certificate. */
  follow(listener: TlsListener): void
  /** Reads the files now; keeps what it has where they are not good. Never rejects. */
  reload(): Promise<'changed' | 'same' | 'bad'>
  /** Unix milliseconds. */
  readonly expiresAt: number
  readonly reloads: number
  readonly failures: number
}

const part = 'tls'
const warnBeforeMs = 14 * 86_400_000

/** Throws `TLS_UNUSABLE` where the files are not good at the start. */
// oxlint-disable-next-line max-lines-per-function -- the list of steps from files to a server that follows them
export const openTls = async (options: TlsOptions): Promise<Tls> => {
  const { config, clock, log, health, lookEveryMs = 30_000 } = options
  let current = await readMaterial(config, clock.now())
  const listeners = new Set<TlsListener>()
  const closing = new AbortController()
  let bad: string | undefined
  let reloads = 0
  let failures = 0

  const tell = (): void => {
    const leftMs = current.expiresAt - clock.now()
    const day = new Date(current.expiresAt).toISOString()
    const reason =
      bad === undefined ? '' : `the new certificate is not used: ${bad} The one before it holds until ${day}`
    if (leftMs <= 0) {
      if (health.set(part, 'failed', `the certificate has expired on ${day}. ${reason}`))
        log.error({ cert: config.cert, expired: day }, 'the certificate has expired')
    } else if (bad !== undefined) {
      if (health.set(part, 'degraded', reason))
        log.error({ cert: config.cert, reason: bad }, 'the new certificate is not used')
    } else if (leftMs <= warnBeforeMs) {
      if (health.set(part, 'degraded', `the certificate expires on ${day}`))
        log.warn({ cert: config.cert, expires: day }, 'the certificate expires soon; renew it')
    } else health.set(part, 'ok')
  }

  const load = async (): Promise<'changed' | 'same' | 'bad'> => {
    try {
      const next = await readMaterial(config, clock.now())
      bad = undefined
      if (next.digest === current.digest) return 'same'
      for (const listener of listeners) listener.setSecureContext(next.options)
      current = next
      reloads++
      log.info(
        { cert: config.cert, names: next.names, expires: new Date(next.expiresAt).toISOString() },
        'took over a new certificate',
      )
      return 'changed'
    } catch (error) {
      failures++
      bad = reasonOf(error)
      return 'bad'
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  const reload: Tls['reload'] = () => {
    const next = last.then(load).finally(tell)
    last = next
    return next
  }

  const watch = async (): Promise<void> => {
    try {
      for await (const _ of clock.every(lookEveryMs, { signal: closing.signal })) await reload()
    } catch (error) {
      if (!closing.signal.aborted) throw error
    }
  }
  tell()
  const watching = watch()

  return {
    createTlsOptions: () => current.options,
    follow: (listener) => void listeners.add(listener),
    reload,
    get expiresAt() {
      return current.expiresAt
    },
    get reloads() {
      return reloads
    },
    get failures() {
      return failures
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await watching
      listeners.clear()
    },
  }
}
