/**
 * Passes on to the server what is not for agents: pages, REST and the sockets of readers. The server listens for it on a
 * socket of its own that only this user can reach, and is told whose request it is.
 */
import { Agent, request as open } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Upgrade } from '../upgrades.ts'
import { peerHeader, secureHeader } from './messages.ts'

export interface PassOn {
  request(request: IncomingMessage, response: ServerResponse): void
  readonly upgrade: Upgrade
  close(): void
}

/** Of one connection only (RFC 9110), and what only we may say. */
const notPassedOn: ReadonlySet<string> = new Set([
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

const isEncrypted = (socket: Socket): boolean => 'encrypted' in socket && socket.encrypted === true
const unavailable =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

export const createPassOn = (inner: string, addressOf: (request: IncomingMessage) => string): PassOn => {
  const agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 16 })

  const whose = (request: IncomingMessage): readonly string[] => [
    peerHeader,
    addressOf(request),
    secureHeader,
    isEncrypted(request.socket) ? '1' : '0',
  ]

  return {
    request(request, response) {
      const headers = [...headersOf(request.rawHeaders, (name) => notPassedOn.has(name)), ...whose(request)]
      if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked')
      const onward = open({ socketPath: inner, agent, method: request.method, path: request.url, headers })
      const fail = (): void => {
        if (response.headersSent) response.destroy()
        else response.writeHead(503, { 'retry-after': '2', 'content-length': '0' }).end()
      }
      onward.on('response', (answer) => {
        response.writeHead(
          answer.statusCode ?? 502,
          headersOf(answer.rawHeaders, (name) => notPassedOn.has(name)),
        )
        answer.on('error', fail)
        answer.pipe(response)
      })
      onward.on('error', fail)
      // Whoever asked has left: the server may stop working on it.
      response.on('close', () => onward.destroy())
      request.pipe(onward)
    },
    upgrade(request, socket, head) {
      const onward = connect(inner)
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
        const isOurs = (name: string): boolean => name === peerHeader || name === secureHeader
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
