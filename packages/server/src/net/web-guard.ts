/** The policy for web pages at the edge: asked for each request and upgrade, it counts and logs what it refuses. */
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import type { Logger } from '@netstats/sdk'
import type { Channel } from './channels.ts'
import { createRareLog } from '@netstats/sdk/limits'
import { createWebPolicy } from './web-policy.ts'
import type { WebFault, WebRequest, WebSettings } from './web-policy.ts'

export interface WebGuard {
  /** Why an upgrade is refused; counted and logged. */
  upgrade(request: IncomingMessage, channel: Channel): WebFault | undefined
  /** Why a request is refused for the name it asks for; counted and logged. */
  request(request: IncomingMessage): WebFault | undefined
  /** Why a page of this origin would be refused a channel; nothing is counted or logged. */
  why(request: IncomingMessage, channel: Channel, origin?: string): WebFault | undefined
  isFromElsewhere(request: IncomingMessage): boolean
}

export interface WebGuardOptions {
  readonly settings: WebSettings
  /** Whether what the request says of its client is believed. */
  readonly believes: (request: IncomingMessage) => boolean
  readonly onFault: (reason: 'foreign-page' | 'unknown-host') => void
  readonly addressOf: (request: IncomingMessage) => string
  readonly log: Pick<Logger, 'warn'>
  /** Monotonic milliseconds. */
  readonly now: () => number
}

export const createWebGuard = (options: WebGuardOptions): WebGuard => {
  const { believes, log } = options
  const policy = createWebPolicy(options.settings, hostname())
  const rare = createRareLog()
  const seen = (request: IncomingMessage): WebRequest => ({
    headers: request.headers,
    believed: believes(request),
  })

  const counted = (request: IncomingMessage, fault: WebFault | undefined, what: string): WebFault | undefined => {
    if (fault === undefined) return undefined
    options.onFault(fault.code === 'API_HOST_REFUSED' ? 'unknown-host' : 'foreign-page')
    const times = rare.next(`${what} ${fault.code}`, options.now())
    if (times !== undefined)
      log.warn({ code: fault.code, address: options.addressOf(request), times }, `${what} refused: ${fault.message}`)
    return fault
  }

  return {
    upgrade: (request, channel) => counted(request, policy.upgradeFault(seen(request), channel), `/${channel}`),
    request: (request) => counted(request, policy.hostFault(seen(request)), 'a request'),
    why(request, channel, origin) {
      const { headers, believed } = seen(request)
      // A page asks with a request that names no origin, what its socket would name.
      const { 'sec-fetch-site': _, ...rest } = headers
      const asked = origin === undefined ? headers : { ...rest, origin }
      return policy.upgradeFault({ headers: asked, believed }, channel)
    },
    isFromElsewhere: (request) => policy.isFromElsewhere(seen(request)),
  }
}

/** As strict as without any setting, and silent: for parts that stand alone. */
export const createPlainWebGuard = (): WebGuard =>
  createWebGuard({
    settings: { hosts: [], publicOrigin: undefined, feedOrigins: [], classicOrigins: [], port: 0 },
    believes: () => false,
    onFault: () => undefined,
    addressOf: () => '',
    log: { warn: () => undefined },
    now: () => 0,
  })
