/** A worker's proxy before a server on its internal socket, both real. */
import { createServer, request } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { peerHeader, secureHeader } from '../net/internal-headers.ts'
import { createProxy } from './proxy.ts'

const listening = (server: Server, ...to: [string] | [number, string]): Promise<void> =>
  new Promise((resolve) => void server.listen(...(to as [number, string]), () => resolve()))

const open = async ({ believes = false, isThere = true } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'netstats-proxy-'))
  const socket = join(folder, 'inner')
  const seen: IncomingMessage[] = []
  const inner = createServer((asked, answer) => {
    seen.push(asked)
    void text(asked).then((body) => answer.writeHead(201, { 'x-answer': 'yes' }).end(`got ${body}`))
  })
  inner.on('upgrade', (asked: IncomingMessage, stream, head: Buffer) => {
    seen.push(asked)
    stream.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    stream.write(head)
    stream.pipe(stream)
  })
  if (isThere) await listening(inner, socket)
  const proxy = createProxy(socket, {
    addressOf: () => '192.0.2.7',
    isSecure: () => true,
    believes: () => believes,
  })
  const outer = createServer((asked, answer) => proxy.request(asked, answer))
  outer.on('upgrade', (asked, stream, head) => proxy.upgrade(asked, stream as Socket, head, '192.0.2.7'))
  await listening(outer, 0, '127.0.0.1')
  const { port } = outer.address() as AddressInfo
  const ask = (
    headers: OutgoingHttpHeaders,
    body?: string,
  ): Promise<{ status: number; text: string; answer: IncomingMessage }> =>
    new Promise((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/v1/x?y=1', headers }, (answer) => {
        text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, text: said, answer }), reject)
      })
      asking.on('error', reject)
      asking.end(body)
    })
  return {
    seen,
    ask,
    port,
    async [Symbol.asyncDispose]() {
      proxy.close()
      for (const one of [inner, outer]) {
        one.closeAllConnections()
        if (one.listening) await new Promise((resolve) => one.close(resolve))
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe('the proxy of a worker', () => {
  it('passes a request and its answer on, and says whose it is', async () => {
    await using test = await open()
    const { status, text: said, answer } = await test.ask({ 'content-type': 'text/plain', cookie: 'a=b' }, 'words')
    expect([status, said, answer.headers['x-answer']]).toEqual([201, 'got words', 'yes'])
    expect(test.seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/x?y=1' })
    expect(test.seen[0]?.headers).toMatchObject({
      cookie: 'a=b',
      [peerHeader]: '192.0.2.7',
      [secureHeader]: '1',
    })
  })

  it('does not pass on what only we may say, nor what nobody who is trusted said of a proxy', async () => {
    await using test = await open()
    const made = { [peerHeader]: '127.0.0.1', [secureHeader]: '0', 'x-forwarded-host': 'evil', te: 'trailers' }
    await test.ask(made)
    const { headers } = test.seen[0] as IncomingMessage
    expect([headers[peerHeader], headers[secureHeader], headers['x-forwarded-host'], headers.te]).toEqual([
      '192.0.2.7',
      '1',
      undefined,
      undefined,
    ])
  })

  it('passes on what a trusted proxy said', async () => {
    await using test = await open({ believes: true })
    await test.ask({ 'x-forwarded-host': 'stats.example.org' })
    expect(test.seen[0]?.headers['x-forwarded-host']).toBe('stats.example.org')
  })

  it('answers that the server is away, and when to come again', async () => {
    await using test = await open({ isThere: false })
    const { status, answer } = await test.ask({})
    expect([status, answer.headers['retry-after']]).toEqual([503, '2'])
  })

  it.each([true, false])('joins a socket to the server’s, or refuses it where that is away: %s', async (isThere) => {
    await using test = await open({ isThere })
    const socket = connect(test.port, '127.0.0.1')
    const head = `GET /feed HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${peerHeader}: 127.0.0.1\r\n\r\n`
    socket.write(`${head}early`)
    let said = ''
    for await (const chunk of socket) {
      said += String(chunk)
      if (said.endsWith('early')) break
    }
    expect(said.startsWith(isThere ? 'HTTP/1.1 101' : 'HTTP/1.1 503')).toBe(true)
    if (isThere) expect(test.seen[0]?.headers[peerHeader]).toBe('192.0.2.7')
  })
})
