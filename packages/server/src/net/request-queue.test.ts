import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { oneAtATime } from './request-queue.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'

const requests = (count: number, path = '/api/v1/openapi.json'): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count)

const open = ({ server }: RunningServer): Socket => {
  const { host, port } = server.address
  // A connection that is cut while it still sends is reset.
  return connect({ host, port }).on('error', () => undefined)
}

describe.each([0, 1])('requests of one connection, with %i workers', (workers) => {
  it('are answered in their order, however many are sent before an answer was read', async () => {
    await using running = await startServer({ workers })
    const socket = open(running)
    const paths = Array.from({ length: 40 }, (_, i) => `/api/v1/nothing-${i}`)
    socket.write(paths.map((path) => requests(1, path)).join(''))
    let text = ''
    const told = (): number => text.split('HTTP/1.1 404').length - 1
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    while (told() < paths.length || !text.includes('nothing-39')) await once(socket, 'data')
    socket.destroy()
    const order = Array.from(text.matchAll(/nothing-(\d+)/g), ([, i]) => Number(i))
    expect([...new Set(order)]).toEqual(paths.map((_, i) => i))
  })

  it('are cut where they are far too many, and everybody else is answered', async () => {
    await using running = await startServer({ workers })
    const sockets = Array.from({ length: 10 }, () => open(running))
    const closed = sockets.map((socket) => once(socket.resume(), 'close'))
    for (const socket of sockets) socket.write(requests(1000))
    await Promise.all(closed)
    expect((await running.get('/readyz')).status).toBe(200)
  })
})

describe('one at a time', () => {
  it('asks for no second answer before the first is gone', async () => {
    const under: ServerResponse[] = []
    const { promise: cut, resolve: onCut } = Promise.withResolvers<void>()
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const server = createServer(
      oneAtATime(({ socket }, response) => {
        under.push(response)
        socket.once('close', onCut)
        asked[under.length - 1]?.resolve()
      }),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    socket.write(requests(2, '/'))
    await asked[0]?.promise
    expect(under).toHaveLength(1)
    under[0]?.end('x')
    await asked[1]?.promise
    socket.write(requests(1000, '/'))
    await cut
    expect(under).toHaveLength(2)
    server.close()
  })
})
