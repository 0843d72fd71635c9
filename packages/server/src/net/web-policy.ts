/**
 * Which web pages may reach this server, and under which names it is asked for. Pure: a request's headers in, a fault with
 * its cure out.
 *
 *     Host      names a server by what the browser typed     unknown name  → a page of another site may have rebound it
 *     Origin    names the page that opens a connection       another site  → refused, unless the configuration names it
 *
 * Programs send neither a foreign Origin nor `Sec-Fetch-*`, so nothing here concerns them. What a proxy says of its client
 * (`X-Forwarded-*`) counts only where the proxy is trusted.
 */
import { isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'
import type { Channel } from './channels.ts'

/** Plain values, which are sent to workers. */
export interface WebSettings {
  /** Host names besides loopback, IP addresses and the name of the machine; `*` for any. */
  readonly hosts: readonly string[]
  /** Origin of the address that people use, where it is known. */
  readonly publicOrigin: string | undefined
  /** Origins of other sites whose pages may open the feed, and the classic dashboard's sockets. */
  readonly feedOrigins: readonly string[]
  readonly classicOrigins: readonly string[]
  /** Port that browsers name when they come here without a proxy. */
  readonly port: number
}

export interface WebFault {
  readonly code: 'API_HOST_REFUSED' | 'API_ORIGIN_REFUSED'
  /** What is wrong and the cure, for an answer, a page and the log. */
  readonly message: string
}

/** What of a request is looked at. `believed`: it came through a trusted proxy, or a worker that has looked already. */
export interface WebRequest {
  readonly headers: IncomingHttpHeaders
  readonly believed: boolean
}

export interface WebPolicy {
  /** Why nothing is answered under the name that was asked for; undefined where the name is good. */
  hostFault(request: WebRequest): WebFault | undefined
  /** Why a page may not open this channel; undefined where it may, and for programs. */
  originFault(request: WebRequest, channel: Channel): WebFault | undefined
  /** Both, as they concern a channel. */
  upgradeFault(request: WebRequest, channel: Channel): WebFault | undefined
  /** Whether what changes something is asked by a page of another site. */
  isFromElsewhere(request: WebRequest): boolean
}

/** What geth, and all that began with its code, sends: it is no page. */
const gethOrigin = 'http://localhost'
const maxShown = 100

const first = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

/** Entries of a header that each proxy on the way adds to: the one nearest to the client stands first. */
const listed = (value: string | readonly string[] | undefined): readonly string[] =>
  (first(value) ?? '')
    .slice(0, 1000)
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Text of a peer for a message: no control characters, no line that never ends. */
const shown = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, maxShown)

const isBrowser = ({ headers }: WebRequest): boolean =>
  headers['sec-fetch-site'] !== undefined ||
  headers['sec-fetch-mode'] !== undefined ||
  headers['sec-fetch-dest'] !== undefined ||
  (headers['user-agent'] ?? '').startsWith('Mozilla/')

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined)

/** `example.org:443` as a browser would write it for this scheme; undefined where it is no host. */
const hostIn = (scheme: string, host: string): URL | undefined =>
  /[/?#@\s\\]/.test(host) ? undefined : urlOf(`${scheme}//${host}`)

const isLocal = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0

/** Names under which a request reached the servers on its way, the outermost first. */
const hostsOf = ({ headers, believed }: WebRequest): readonly string[] => {
  const forwarded = believed ? listed(headers['x-forwarded-host']) : []
  return forwarded.length > 0 ? forwarded : headers.host === undefined ? [] : [headers.host]
}

// oxlint-disable-next-line max-lines-per-function -- one policy, whose rules share the names of the server
export const createWebPolicy = (settings: WebSettings, machine: string): WebPolicy => {
  const publicHost = urlOf(settings.publicOrigin ?? '')?.hostname
  const own = [...settings.hosts, publicHost ?? '', machine, machine.split('.')[0] ?? '']
  const names = new Set(own.filter((one) => one !== '').map((one) => one.toLowerCase()))

  const isKnown = (host: string): boolean => {
    if (names.has('*')) return true
    const name = hostIn('http:', host)?.hostname.replace(/\.$/, '')
    if (name === undefined) return false
    if (isLocal(name) || names.has(name)) return true
    return [...names].some((one) => one.startsWith('.') && name.endsWith(one))
  }

  /** Whether a page of this origin was loaded from where the request went. */
  const isSame = (origin: URL, host: string): boolean => {
    const url = hostIn(origin.protocol, host)
    if (url === undefined) return false
    if (url.host === origin.host) return true
    // Without a port where browsers would have named one, a proxy cut it off (`Host $host`): which it was is not known, unless
    // the public address says so. On another port of that host somebody else's pages may be.
    if (url.hostname === publicHost) return false
    const isCut = !/:\d+$/.test(host) && settings.port !== 80 && settings.port !== 443
    return isCut && url.hostname === origin.hostname
  }

  const isOwn = (request: WebRequest, origin: string): boolean => {
    const url = urlOf(origin)
    if (url === undefined) return false
    if (settings.publicOrigin !== undefined && url.origin === settings.publicOrigin) return true
    return [...hostsOf(request), ...(request.headers.host === undefined ? [] : [request.headers.host])].some((host) =>
      isSame(url, host),
    )
  }

  const originRefused = (request: WebRequest, origin: string, channel: Channel): WebFault => {
    const asked = shown(hostsOf(request)[0] ?? 'no name')
    const which = shown(origin)
    const own = `if it is this server behind a proxy, set publicUrl: ${which}/ or let the proxy pass Host on`
    const other =
      channel === 'feed'
        ? `; if it is another site that may look, put it into feed.origins`
        : channel === 'primus' || channel === 'external'
          ? `; if it is a classic dashboard on another site, put it into classic.origins`
          : ''
    const said = request.headers['x-forwarded-host'] !== undefined && !request.believed
    const proxy = said ? ', or name the proxy in trustedProxies, so that its X-Forwarded-Host is believed' : ''
    return {
      code: 'API_ORIGIN_REFUSED',
      message: `The page is one of ${which}, and the request asks for ${asked}: /${channel} is closed to pages of other sites. In the server's configuration: ${own}${proxy}${other}.`,
    }
  }

  /** What proxies call the server among themselves: a name without a dot, which no page of another site can have. */
  const isInner = (host: string): boolean => hostIn('http:', host)?.hostname.includes('.') === false

  const hostFault: WebPolicy['hostFault'] = (request) => {
    const [outermost, ...others] = hostsOf(request)
    const asked = others.concat(request.headers.host ?? [])
    // A script may send X-Forwarded-Host to its own site, and many a proxy passes on what comes, or adds to it: a good name
    // there does not make up for one that is none.
    const host =
      outermost === undefined || !isKnown(outermost) ? outermost : asked.find((one) => !isKnown(one) && !isInner(one))
    // Every browser names one.
    if (host === undefined) return undefined
    const name = shown(hostIn('http:', host)?.hostname ?? host)
    return {
      code: 'API_HOST_REFUSED',
      message: `This server was asked for as "${shown(host)}", which is none of its names: a page of another site could use such a name to read it. If the name is right, put it into the server's configuration: hosts: ["${name}"], or publicUrl.`,
    }
  }

  const originFault: WebPolicy['originFault'] = (request, channel) => {
    const { origin } = request.headers
    const site = first(request.headers['sec-fetch-site'])
    if (origin === undefined)
      return site === undefined || site === 'same-origin' || site === 'none'
        ? undefined
        : originRefused(request, `another site (${site})`, channel)
    // The browser itself says so, and no script can.
    if (site === 'same-origin') return undefined
    if (isOwn(request, origin)) return undefined
    if (channel === 'api' || channel === 'agent')
      return origin === gethOrigin && !isBrowser(request) ? undefined : originRefused(request, origin, channel)
    const allowed = channel === 'feed' ? settings.feedOrigins : settings.classicOrigins
    return allowed.includes('*') || allowed.includes(origin) ? undefined : originRefused(request, origin, channel)
  }

  return {
    hostFault,
    originFault,
    upgradeFault(request, channel) {
      // Agents come by whatever name their operator wrote down; a page that rebound a name is a browser.
      const isAgent = channel === 'api' || channel === 'agent'
      const fault = isAgent && !isBrowser(request) ? undefined : hostFault(request)
      return fault ?? originFault(request, channel)
    },
    isFromElsewhere(request) {
      const site = first(request.headers['sec-fetch-site'])
      if (site === 'same-origin') return false
      if (site !== undefined && site !== 'none') return true
      const { origin } = request.headers
      return origin !== undefined && !isOwn(request, origin)
    },
  }
}
