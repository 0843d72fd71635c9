import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ListenAddress, Secret } from '@netstats/sdk/config'
import { formatListenAddress } from '@netstats/sdk/config'
import { reasonOf, SinkError } from '@netstats/sdk'
import type { PageForm } from './page.ts'

export interface PageServerOptions {
  readonly listen: ListenAddress
  readonly token: Secret | undefined
  readonly render: (form: PageForm) => string
  readonly onRequest: (status: number) => void
}

export interface PageServer extends AsyncDisposable {
  readonly address: ListenAddress
}

/** Who scrapes keeps one connection; beyond these a new one is closed at once. */
const mostConnections = 64
const types: Readonly<Record<PageForm, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

export const openPageServer = async ({ listen, token, render, onRequest }: PageServerOptions): Promise<PageServer> => {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const [status, headers, body] = answerTo(request, token, render)
    onRequest(status)
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store', ...headers })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  const server = createServer({
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 120_000,
    connectionsCheckingInterval: 5000,
  })
  server.maxConnections = mostConnections
  server.on('request', answer)
  // What is no HTTP is closed, as Node does it; without a listener it would answer.
  server.on('clientError', (_, socket) => {
    onRequest(400)
    socket.destroy()
  })
  try {
    server.listen(listen.port, listen.host)
    await once(server, 'listening')
  } catch (error) {
    throw new SinkError('PROMETHEUS_LISTEN', `cannot listen on ${formatListenAddress(listen)}: ${reasonOf(error)}`, {
      retryable: true,
      cause: error,
    })
  }
  const { address, port } = server.address() as AddressInfo
  return {
    address: { host: address, port },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Answer = readonly [number, Readonly<Record<string, string>>, string]

const answerTo = (request: IncomingMessage, token: Secret | undefined, render: (form: PageForm) => string): Answer => {
  const plain = { 'content-type': 'text/plain; charset=utf-8' }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return [405, { ...plain, allow: 'GET, HEAD', connection: 'close' }, 'only GET\n']
  if (token !== undefined && !isAllowed(request.headers.authorization ?? '', token))
    return [401, { ...plain, 'www-authenticate': 'Bearer' }, 'a token is needed\n']
  const path = (request.url ?? '').replace(/\?.*$/, '')
  if (path === '/') return [200, plain, 'Metrics of Netstats are at /metrics.\n']
  if (path !== '/metrics') return [404, plain, 'metrics are at /metrics\n']
  const form: PageForm = /application\/openmetrics-text/.test(request.headers.accept ?? '') ? 'openmetrics' : 'text'
  return [200, { 'content-type': types[form] }, render(form)]
}

const isAllowed = (header: string, token: Secret): boolean => {
  const given = Buffer.from(header)
  const expected = Buffer.from(`Bearer ${token.reveal()}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
