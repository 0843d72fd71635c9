/** What it means that somebody answers an upgrade with something else, and what an operator can do about it. */
import type { IncomingMessage } from 'node:http'
import { redactUrl } from '@netstats/sdk/config'

/** An answer that is no WebSocket. */
export class OtherAnswer extends Error {
  readonly status: number
  readonly location: string | undefined
  /** What a Netstats server says of it, in words of its own. */
  readonly detail: string | undefined
  constructor({ statusCode = 0, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>, body: string) {
    super(`HTTP ${statusCode}`)
    this.status = statusCode
    this.location = headers.location
    const isProblem = (headers['content-type'] ?? '').startsWith('application/problem+json')
    this.detail = isProblem ? detailOf(body) : undefined
  }
}

const detailOf = (body: string): string | undefined => {
  try {
    const { detail } = JSON.parse(body) as { readonly detail?: unknown }
    return typeof detail === 'string' ? detail.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 600) : undefined
  } catch {
    return undefined
  }
}

const meanings: Readonly<Record<number, string>> = {
  401: 'somebody in front of the server wants a login; give one with `basic`, `bearer` or `headers` of the sink',
  403: 'the server, or a proxy before it, does not let this machine in; ask the one who runs it',
  407: 'a proxy on the way wants a login of its own',
  426: 'a proxy in between does not pass WebSocket upgrades on; for nginx: proxy_http_version 1.1, and proxy_set_header for Upgrade and Connection',
  429: 'the server takes nobody in for now',
  502: 'the proxy there does not reach the server behind it',
  503: 'the server takes nobody in for now',
  504: 'the proxy there gets no answer from the server behind it',
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** `wss://host/prefix` for where a redirect of the address of a channel leads. */
const addressOf = (location: string, url: string): string => {
  if (!URL.canParse(location, url)) return 'elsewhere'
  const target = new URL(location, url)
  target.protocol = target.protocol.replace('http', 'ws')
  return redactUrl(target.href).replace(/\/(?:agent|api)\/?$/, '')
}

/** One sentence for an operator. */
export const explainAnswer = (answer: OtherAnswer, url: string, kind: string): string => {
  const { status, location, detail } = answer
  if (detail !== undefined) return `HTTP ${status}: ${detail}`
  if (isRedirect(status) && location !== undefined)
    return `HTTP ${status}: the server is at another address; use ${addressOf(location, url)}`
  // What a web server says of a path that it knows, without a word of upgrades.
  const isPage = status >= 200 && status < 300
  const meaning = isPage ? meanings[426] : meanings[status]
  const tls = status === 400 && url.startsWith('ws:') ? ', and write wss:// if it speaks TLS there' : ''
  return `HTTP ${status}: ${meaning ?? `no ${kind} server answers at this path; check host, port and path${tls}`}`
}
