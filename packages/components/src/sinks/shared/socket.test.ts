/** What is asked of a server, and what is said of one that answers with something else. Over real sockets. */
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { configFor, createTestContext, exampleBlock } from '@netstats/sdk/testing'
import { nodeId } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import type { Batch, Delivery } from '@netstats/sdk'
import { describe, expect, it } from 'vitest'
import { ethstats } from '../ethstats/mod.ts'
import { netstats } from '../netstats/mod.ts'

const node = nodeId('alpha')
const batch: Batch = {
  spool: 's',
  after: 0,
  before: 0,
  items: [
    {
      sequence: 1,
      observation: {
        kind: 'node-info',
        node,
        observedAt: systemClock.now(),
        body: { name: 'alpha', networkId: '1337' },
      },
    },
    { sequence: 2, observation: { kind: 'block', node, observedAt: systemClock.now(), body: exampleBlock(1) } },
  ],
  last: 2,
}

/** Something that is asked for a WebSocket and answers otherwise. */
const startOther = async (answer: (request: IncomingMessage, socket: Duplex) => void) => {
  const asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = []
  const server = createServer()
  const sockets: Duplex[] = []
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    asked.push({ url: request.url ?? '', headers: request.headers })
    sockets.push(socket)
    answer(
      request,
      socket.on('error', () => undefined),
    )
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const status = (line: string, headers: readonly string[] = [], body = '') => {
  const head = [`HTTP/1.1 ${line}`, 'connection: close', `content-length: ${Buffer.byteLength(body)}`, ...headers]
  return (_: IncomingMessage, socket: Duplex): void => void socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const sinks = {
  netstats: async (endpoint: string, more: Record<string, unknown>) =>
    netstats.open(configFor(netstats, { node, endpoint, ...more }), createTestContext({ clock: systemClock, info })),
  ethstats: async (endpoint: string, more: Record<string, unknown>) =>
    ethstats.open(configFor(ethstats, { node, endpoint, ...more }), createTestContext({ clock: systemClock, info })),
}
const info = { name: 'alpha', networkId: '1337' }

const reasonFrom = async (kind: keyof typeof sinks, endpoint: string, more: Record<string, unknown> = {}) => {
  await using sink = await sinks[kind](endpoint, more)
  const delivery: Delivery = await sink.deliver(batch, { signal: new AbortController().signal })
  return delivery.status === 'retry' ? delivery.reason : delivery.status
}

describe.each(['netstats', 'ethstats'] as const)('the %s sink', (kind) => {
  it('shows headers and a login to what stands in front of the server, and never says them', async () => {
    await using other = await startOther(status('401 Unauthorized'))
    const more = { headers: { 'X-Api-Key': 'k3y' }, basic: { user: 'jo', password: 'hush' } }
    const reason = await reasonFrom(kind, other.url, more)
    expect(other.asked[0]?.headers).toMatchObject({
      'x-api-key': 'k3y',
      authorization: `Basic ${Buffer.from('jo:hush').toString('base64')}`,
    })
    expect(reason).not.toMatch(/k3y|hush|am86/)
    await reasonFrom(kind, other.url, { bearer: 't0ken' })
    expect(other.asked.at(-1)?.headers.authorization).toBe('Bearer t0ken')
  })
})

describe('what answers with something else', () => {
  const nginx = 'WebSocket upgrades'
  it.each([
    ['426 Upgrade Required', [], nginx],
    ['200 OK', ['content-type: text/html'], nginx],
    ['401 Unauthorized', [], '`basic`, `bearer`'],
    ['403 Forbidden', [], 'does not let this machine in'],
    ['404 Not Found', [], 'server answers at this path'],
    ['502 Bad Gateway', [], 'does not reach the server behind it'],
    ['503 Service Unavailable', [], 'takes nobody in for now'],
    ['400 Bad Request', [], 'wss://'],
    [
      '301 Moved Permanently',
      ['location: https://u:hush@stats.example.org/x/agent'],
      'use wss://[secret]@stats.example.org/',
    ],
    ['308 Permanent Redirect', ['location: /other/agent'], 'use ws://127.0.0.1:'],
  ])('%s is explained', async (line, headers, words) => {
    await using other = await startOther(status(line, headers))
    for (const kind of ['netstats', 'ethstats'] as const) {
      const reason = await reasonFrom(kind, other.url)
      expect(reason).toContain(words)
      expect(reason).not.toContain('hush')
    }
  })

  it('is quoted where it gives a reason', async () => {
    const body = JSON.stringify({ detail: 'Set publicUrl.\u0007' })
    await using other = await startOther(status('403 Forbidden', ['content-type: application/problem+json'], body))
    expect(await reasonFrom('netstats', other.url)).toContain('HTTP 403: Set publicUrl. ')
  })

  it('is not waited for', async () => {
    await using other = await startOther((_, socket) => {
      socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 1000000\r\n\r\nx')
    })
    expect(await reasonFrom('netstats', other.url)).toContain('HTTP 404')
  })
})
