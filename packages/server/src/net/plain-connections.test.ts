import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { limitPlainConnections } from './plain-connections.ts'
import type { PlainConnectionsOptions } from './plain-connections.ts'

const ended: (() => void)[] = []
afterEach(() => {
  for (const end of ended.splice(0)) end()
})

const open = async (limits: PlainConnectionsOptions['limits'], more: Partial<PlainConnectionsOptions> = {}) => {
  let clock = 0
  const refused: string[] = []
  const server = createServer((request, response) => {
    if (request.url === '/large') response.end(Buffer.alloc(64 << 20))
    else if (request.url !== '/slow') response.end('ok')
  })
  const plain = limitPlainConnections(server, {
    limits,
    isProxy: (address) => address === '127.0.0.99',
    room: () => 1000,
    onRefused: (address) => void refused.push(address),
    now: () => clock,
    ...more,
  })
  server.on('upgrade', (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  ended.push(() => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  const dial = async (localAddress: string) => {
    const come = once(server, 'connection')
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    sockets.push(socket)
    socket.on('error', () => undefined)
    await come
    return socket
  }
  const ask = async (socket: Socket, path: string): Promise<string> => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    const [data] = (await once(socket, 'data')) as [Buffer]
    return data.toString().slice(0, 15)
  }
  return { plain, refused, dial, ask, pass: (ms: number) => (clock += ms) }
}

const gone = (socket: Socket): Promise<unknown> => (socket.closed ? Promise.resolve() : once(socket, 'close'))

describe('connections that are no WebSocket', () => {
  it('of one address are so many and leave the rest to others', async () => {
    const { plain, refused, dial, ask } = await open({ places: 8, each: 3, reserve: 2, few: 2 })
    for (let i = 0; i < 3; i++) await dial('127.0.0.2')
    await gone(await dial('127.0.0.2'))
    expect(refused).toEqual(['127.0.0.2'])
    for (let i = 0; i < 3; i++) await dial('127.0.0.3')
    expect(await ask(await dial('127.0.0.4'), '/')).toContain('200')
    expect(plain.open).toBe(7)
  })

  it('take the place of one of the same address that waits for its next request, and of none that serves one', async () => {
    const { refused, dial, ask } = await open({ places: 8, each: 2, reserve: 0, few: 2 })
    const idle = await dial('127.0.0.2')
    await ask(idle, '/')
    const busy = await dial('127.0.0.2')
    busy.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    const next = await dial('127.0.0.2')
    await gone(idle)
    expect(await ask(next, '/')).toContain('200')
    next.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(busy.closed).toBe(false)
    expect(refused).toEqual([])
  })

  it('take the place of one that waits at the address that has most, where all are taken', async () => {
    const { dial, ask, pass } = await open({ places: 4, each: 3, reserve: 0, few: 2 })
    const many: Socket[] = []
    for (let i = 0; i < 3; i++) many.push(await dial('127.0.0.2'))
    const one = await dial('127.0.0.3')
    pass(3000)
    expect(await ask(await dial('127.0.0.4'), '/')).toContain('200')
    await gone(many[0] as Socket)
    expect(one.closed).toBe(false)
  })

  it('count no more once they are WebSockets, and those of a proxy in all only', async () => {
    const { plain, refused, dial, ask } = await open({ places: 4, each: 1, reserve: 0, few: 1 })
    const socket = await dial('127.0.0.2')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    await once(socket, 'data')
    expect(plain.open).toBe(0)
    for (let i = 0; i < 4; i++) expect(await ask(await dial('127.0.0.99'), '/')).toContain('200')
    expect([plain.open, refused]).toEqual([4, []])
  })

  it('give way when WebSockets have taken nearly all that the process can hold', async () => {
    const { dial, ask, pass } = await open({ places: 100, each: 50, reserve: 0, few: 2 }, { room: () => 3 })
    const first = await dial('127.0.0.2')
    await dial('127.0.0.2')
    pass(3000)
    expect(await ask(await dial('127.0.0.3'), '/')).toContain('200')
    await gone(first)
  })

  it('are cut when their client takes nothing of its answer', async () => {
    const { plain, dial, pass } = await open({ places: 4, each: 2, reserve: 0, few: 1 })
    const deaf = await dial('127.0.0.2')
    deaf.pause()
    deaf.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
    await vi.waitFor(() => {
      plain.sweep()
      pass(10_000)
      expect(plain.open).toBe(0)
    })
  })
})
