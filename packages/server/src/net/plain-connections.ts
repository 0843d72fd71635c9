/**
 * Connections that are no WebSocket: such as have just come, serve a request, or are kept open for the next one. They have
 * places of their own, so that nobody who opens many of them can take those of agents, and one address has a share of them. A
 * newcomer takes the place of one that only waits, of its own address or of the one that has most; where none waits it is cut.
 *
 *     fresh ── request ──► busy ⇄ idle ──► closed
 *       └──── upgrade: counted as a WebSocket from then on
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createFairPool, originOf } from '@netstats/sdk/limits'
import type { PoolLimits } from '@netstats/sdk/limits'
import { plainAddress } from './client-address.ts'

export interface PlainConnectionsOptions {
  readonly limits: PoolLimits
  /** Connections of proxies are those of many clients, and are counted in all only. */
  readonly isProxy: (address: string) => boolean
  /** Connections that may be open in all, less those that are WebSockets now. */
  readonly room: () => number
  readonly onRefused: (address: string) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
}

export interface PlainConnections {
  readonly open: number
  /** Ends those whose client takes nothing of its answer; call it now and then. */
  sweep(): void
}

interface Plain {
  /** Its other end, which a socket that is closed no longer knows. */
  readonly name: string
  readonly raw: Socket
  /** Undefined for a proxy's. */
  readonly origin: string | undefined
  requests: number
  /** It has had an answer, and is kept open for the next request. */
  served: boolean
  /** Undefined while it serves a request. */
  waitsSince: number | undefined
  /** Where its answers are written, and how far the last sweep that saw progress found that. */
  socket: Socket
  progress: string
  progressAt: number
}

/** A client that has just connected may take this long until its request counts as one that only waits. */
const freshMs = 2000
const stalledMs = 30_000

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

// oxlint-disable-next-line max-lines-per-function -- every event of a connection changes the list of all, the list of idle ones and the pool, which must agree
export const limitPlainConnections = (server: Server, options: PlainConnectionsOptions): PlainConnections => {
  const { limits, now } = options
  const pool = createFairPool(limits)
  /** By the other end: a TLS socket is another object than what it runs over. */
  const all = new Map<string, Plain>()
  /** Those that wait, the one that has waited longest first; proxies' stand under undefined. */
  const idle = new Map<string | undefined, Set<Plain>>()
  let proxies = 0
  let largest: { readonly origin: string | undefined; readonly at: number } = { origin: undefined, at: -Infinity }

  const wait = (plain: Plain, since: number | undefined): void => {
    const others = idle.get(plain.origin)
    others?.delete(plain)
    plain.waitsSince = since
    if (since === undefined) {
      if (others?.size === 0) idle.delete(plain.origin)
    } else if (others === undefined) idle.set(plain.origin, new Set([plain]))
    else others.add(plain)
  }

  const remove = (name: string): void => {
    const plain = all.get(name)
    if (plain === undefined) return
    all.delete(name)
    wait(plain, undefined)
    if (plain.origin === undefined) proxies--
    else pool.leave(plain.origin)
  }

  /** The one of an address, or of proxies, that has waited longest, if any does. */
  const waiting = (origin: string | undefined): Plain | undefined => {
    const latest = now() - freshMs
    let looked = 0
    for (const plain of idle.get(origin) ?? []) {
      if (plain.served || (plain.waitsSince ?? latest) < latest) return plain
      if (++looked === 50) return undefined
    }
    return undefined
  }

  /** Of the addresses of which some wait, the one that has most; looked for now and then, for there may be thousands. */
  const largestWaiting = (): string | undefined => {
    const at = now()
    if (at - largest.at < 100 && idle.has(largest.origin)) return largest.origin
    let best: string | undefined
    for (const origin of idle.keys())
      if (origin !== undefined && (best === undefined || pool.of(origin) > pool.of(best))) best = origin
    largest = { origin: best, at }
    return best
  }

  const cut = (plain: Plain | undefined): boolean => {
    if (plain === undefined) return false
    remove(plain.name)
    plain.raw.destroy()
    return true
  }

  const dropDormant = (origin: string | undefined): boolean => {
    if (origin !== undefined && pool.refusal(origin) === 'share') return cut(waiting(origin))
    if (pool.taken + proxies < Math.min(limits.places, options.room() - 1)) return true
    return cut(waiting(largestWaiting())) || cut(waiting(origin))
  }

  const come = (raw: Socket): void => {
    const address = plainAddress(raw.remoteAddress ?? '')
    // Gone before it was looked at.
    if (address === '') return
    const origin = options.isProxy(address) ? undefined : originOf(address)
    if (!dropDormant(origin)) {
      options.onRefused(address)
      raw.destroy()
      return
    }
    const name = nameOf(raw)
    const at = now()
    const plain: Plain = {
      name,
      raw,
      origin,
      requests: 0,
      served: false,
      waitsSince: at,
      socket: raw,
      progress: '',
      progressAt: at,
    }
    all.set(name, plain)
    wait(plain, at)
    if (origin === undefined) proxies++
    else pool.enter(origin)
    raw.once('close', () => {
      if (all.get(name) === plain) remove(name)
    })
  }

  const serve = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    const plain = all.get(nameOf(socket))
    if (plain === undefined) return
    plain.requests++
    wait(plain, undefined)
    plain.socket = socket
    plain.progressAt = now()
    response.once('close', () => {
      plain.served = true
      if (--plain.requests === 0 && all.get(plain.name) === plain) wait(plain, now())
    })
  }

  server.prependListener('connection', come)
  server.on('request', serve)
  server.prependListener('upgrade', ({ socket }: IncomingMessage) => remove(nameOf(socket)))

  return {
    get open() {
      return all.size
    },
    sweep() {
      const at = now()
      for (const plain of all.values()) {
        if (plain.waitsSince !== undefined) continue
        const { bytesWritten, writableLength } = plain.socket
        const progress = `${bytesWritten} ${writableLength}`
        if (writableLength === 0 || progress !== plain.progress) {
          plain.progress = progress
          plain.progressAt = at
        } else if (at - plain.progressAt >= stalledMs) cut(plain)
      }
    },
  }
}
