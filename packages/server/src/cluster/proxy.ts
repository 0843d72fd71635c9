/**
 * Forwards pages, REST and the sockets of viewers from a worker to the server. The server listens for them on an internal socket
 * that only this user can reach, and learns whose request it is from a header.
 */
import { Agent, request as open } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Upgrade } from '../net/upgrades.ts'
import { peerHeader, secureHeader } from '../net/internal-headers.ts'

export interface WorkerProxy {
  request(request: IncomingMessage, response: ServerResponse): void
  readonly upgrade: Upgrade
  close(): void
}

/** Of one connection only (RFC 9110), and what only we may say. */
const notForwarded: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  peerHeader,
  secureHeader,
])

const headersOf = (raw: readonly string[], isOurs: (name: string) => boolean): string[] => {
  const kept: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    if (!isOurs(name.toLowerCase())) kept.push(name, raw[i + 1] as string)
  }
  return kept
}

/** What a client says of a proxy before it, and nobody whom we trust said. */
const ofProxies: ReadonlySet<string> = new Set(['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-prefix'])

export interface ProxyOptions {
  readonly addressOf: (request: IncomingMessage) => string
  readonly isSecure: (request: IncomingMessage) => boolean
  /** Whether what a request says of its client is believed; else it is not passed on. */
  readonly believes: (request: IncomingMessage) => boolean
}

const unavailable =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

export const createProxy = (internalSocket: string, { addressOf, isSecure, believes }: ProxyOptions): WorkerProxy => {
  // As many as connections are admitted, of which each address has a share: a single client could fill a bound here.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 })

  const whose = (request: IncomingMessage): readonly string[] => [
    peerHeader,
    addressOf(request),
    secureHeader,
    isSecure(request) ? '1' : '0',
  ]

  const made = (request: IncomingMessage) => {
    const believed = believes(request)
    return (name: string): boolean => !believed && ofProxies.has(name)
  }

  return {
    request(request, response) {
      const isMadeUp = made(request)
      const kept = headersOf(request.rawHeaders, (name) => notForwarded.has(name) || isMadeUp(name))
      const headers = [...kept, ...whose(request)]
      if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked')
      const onward = open({ socketPath: internalSocket, agent, method: request.method, path: request.url, headers })
      const fail = (): void => {
        if (response.headersSent) response.destroy()
        else response.writeHead(503, { 'retry-after': '2', 'content-length': '0' }).end()
      }
      onward.on('response', (answer) => {
        response.writeHead(
          answer.statusCode ?? 502,
          headersOf(answer.rawHeaders, (name) => notForwarded.has(name)),
        )
        answer.on('error', fail)
        answer.pipe(response)
      })
      onward.on('error', fail)
      // The client has left: the server may stop working on it.
      response.on('close', () => onward.destroy())
      request.pipe(onward)
    },
    upgrade(request, socket, head) {
      const onward = connect(internalSocket)
      const end = (): void => {
        socket.destroy()
        onward.destroy()
      }
      let connected = false
      onward.on('error', () => (connected ? end() : void socket.end(unavailable, end)))
      socket.on('error', end)
      socket.on('close', end)
      onward.on('close', () => socket.end())
      onward.once('connect', () => {
        connected = true
        const isMadeUp = made(request)
        const isOurs = (name: string): boolean => name === peerHeader || name === secureHeader || isMadeUp(name)
        const lines = [...headersOf(request.rawHeaders, isOurs), ...whose(request)]
        let text = `${request.method} ${request.url} HTTP/1.1\r\n`
        for (let i = 0; i < lines.length; i += 2) text += `${lines[i]}: ${lines[i + 1]}\r\n`
        onward.write(`${text}\r\n`, 'latin1')
        if (head.length > 0) onward.write(head)
        onward.pipe(socket)
        socket.pipe(onward)
      })
    },
    close: () => agent.destroy(),
  }
}
