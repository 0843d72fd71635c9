import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expositionOf } from '@netstats/runtime'
import type { ListenAddress } from '@netstats/sdk/config'

/** What an agent tells of itself. */
export interface SelfReport {
  /** Prometheus text. */
  metrics(): string
  /** `ok` false means a human should look. */
  health(): { readonly ok: boolean; readonly [key: string]: unknown }
}

export interface Monitor extends AsyncDisposable {
  readonly address: ListenAddress
}

// Not by `import`: that also loads what `node:http` offers besides, fetch and HTTP/2 among it, 13 MB.
const { createServer } = process.getBuiltinModule('node:http')

const maxConnections = 50

/** Serves `/metrics` and `/healthz`; nothing else, and nothing that changes anything. */
export const openMonitor = async (listen: ListenAddress, report: SelfReport): Promise<Monitor> => {
  const server = createServer((request, response) => answer(request, response, report))
  server.maxConnections = maxConnections
  server.requestTimeout = 10_000
  server.headersTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: listen.host, port: listen.port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, port } = server.address() as AddressInfo
  return {
    address: { host: address, port },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

const answer = (request: IncomingMessage, response: ServerResponse, report: SelfReport): void => {
  const path = (request.url ?? '').split('?', 1)[0]
  const send = (status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, {
      ...headers,
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  request.resume()
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'text/plain', 'GET only\n')
  if (path === '/metrics') {
    const { type, body } = expositionOf(report.metrics(), request.headers.accept)
    return send(200, type, body, { vary: 'accept' })
  }
  if (path === '/healthz') {
    const health = report.health()
    return send(health.ok ? 200 : 503, 'application/json', `${JSON.stringify(health)}\n`)
  }
  send(404, 'text/plain', 'here are /metrics and /healthz\n')
}
