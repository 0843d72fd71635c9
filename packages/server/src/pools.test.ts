/** The table of pools is what the code does, and each pool is opened as one address while another is served. */
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { serverConfig } from './config.ts'
import { describePools, withPools } from './pools.ts'
import { startServer } from './testing.ts'
import type { RunningServer, TestSocket } from './testing.ts'

const guide = readFileSync(new URL('../../../docs/guides/security.md', import.meta.url), 'utf8')
const reference = readFileSync(new URL('../../../docs/reference/server.md', import.meta.url), 'utf8')

describe('the table of pools in the security guide', () => {
  it('has every pool with its bounds as the code has them (npm run reference brings it up to date)', () => {
    expect(guide).toBe(withPools(guide, serverConfig.parse({})))
  })

  it('names options that there are', () => {
    for (const { options } of describePools(serverConfig.parse({}), 10_000))
      for (const option of options) expect(reference).toContain(`\`${option}\``)
  })
})

const hostile = '127.0.0.66'
const good = '127.0.0.77'

const open: Disposable[] = []
afterEach(() => {
  for (const one of open.splice(0)) one[Symbol.dispose]()
})

/** Opens until it is refused, and gives how many it got. */
const fill = async (running: RunningServer, path: string, address: string, most: number): Promise<number> => {
  for (let got = 0; got < most; got++) {
    const peer = await running.connect(path, { localAddress: address }).catch(() => undefined)
    if (peer === undefined) return got
    open.push(peer)
  }
  return most
}

const loginOf = (id: string): string =>
  JSON.stringify({ emit: ['hello', { id, secret: 's3cret', info: { name: id, net: '1337', client: 'Geth/v1.16.3' } }] })

const logIn = async (running: RunningServer, id: string, address: string): Promise<TestSocket> => {
  const peer = await running.connect('/api', { localAddress: address })
  open.push(peer)
  peer.send(loginOf(id))
  await peer.next((text) => text.includes('ready'))
  return peer
}

const statusFrom = (running: RunningServer, address: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const { host, port } = running.server.address
    const asked = request({ host, port, path: '/readyz', localAddress: address, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', () => resolve(undefined))
    asked.end()
  })

const mayOpen = 264

describe('one address that takes all it gets', () => {
  it.each(['/feed', '/primus', '/external'])('of %s leaves it to others, and agents log in', async (path) => {
    await using running = await startServer({}, { mayOpen })
    const got = await fill(running, path, hostile, 200)
    expect(got).toBeLessThan(60)
    expect(await fill(running, path, good, 3)).toBe(3)
    await logIn(running, 'good', good)
  })

  it('of connections that never log in leaves others room to', async () => {
    await using running = await startServer({}, { mayOpen })
    expect(await fill(running, '/api', hostile, 200)).toBeLessThan(100)
    await logIn(running, 'good', good)
    // And anyone who logs in makes room for the next: the same address may have more agents than may come at once.
    await using other = await startServer({}, { mayOpen })
    for (let i = 0; i < 90; i++) await logIn(other, `node-${i}`, hostile)
  })

  it('with agents that have logged in leaves the last places to others', async () => {
    await using running = await startServer({ limits: { connectsPerSecond: 1000 } }, { mayOpen: 100 })
    let got = 0
    for (; got < 60; got++) {
      const peer = await logIn(running, `node-${got}`, hostile).catch(() => undefined)
      if (peer === undefined) break
    }
    expect(got).toBeGreaterThan(20)
    expect(got).toBeLessThan(36)
    await logIn(running, 'good', good)
  })

  it('of plain connections, silent or kept open, leaves them to others and takes none of the agents', async () => {
    await using running = await startServer({}, { mayOpen })
    const { host, port } = running.server.address
    const sockets: Socket[] = []
    for (let i = 0; i < 300; i++) {
      const socket = connect({ host, port, localAddress: hostile })
      socket.on('error', () => undefined)
      await Promise.race([once(socket, 'connect'), once(socket, 'close')])
      sockets.push(socket)
    }
    open.push({ [Symbol.dispose]: () => sockets.forEach((socket) => socket.destroy()) })
    await vi.waitFor(() => expect(sockets.filter(({ closed }) => !closed).length).toBeLessThan(30))
    expect(await statusFrom(running, good)).toBe(200)
    await logIn(running, 'good', good)
    expect(await fill(running, '/feed', good, 2)).toBe(2)
  })

  it('of views of the feed leaves others what every dashboard opens, and some of their own', async () => {
    await using running = await startServer({ feed: { views: 60, viewsPerAddress: 40 } }, { mayOpen: 1000 })
    await logIn(running, 'node', '127.0.0.2')
    const window = { sort: 'name', descending: false, filter: '', offset: 0, limit: 1, pinned: [] }
    const ask = (peer: TestSocket, id: number, topic: object): void =>
      peer.send(JSON.stringify({ type: 'subscribe', id, network: '1337', ...topic }))
    const errors = (peer: TestSocket) => peer.received.filter((text) => text.includes('CHANNELS_FULL')).length
    let refused = 0
    for (let s = 0; s < 3; s++) {
      const peer = await running.connect('/feed', { localAddress: hostile })
      open.push(peer)
      for (let id = 0; id < 30; id++)
        ask(peer, id, { topic: 'nodes', window: { ...window, offset: 1 + s * 100 + id, limit: 3 } })
      peer.send('{"type":"ping","clientTime":1}')
      await peer.next((text) => text.includes('pong'))
      refused += errors(peer)
    }
    expect(refused).toBe(50)
    const dashboard = await running.connect('/feed', { localAddress: good })
    open.push(dashboard)
    ask(dashboard, 1, { topic: 'summary' })
    ask(dashboard, 2, { topic: 'blocks', limit: 72 })
    ask(dashboard, 3, { topic: 'nodes', window: { ...window, limit: 40 } })
    ask(dashboard, 4, { topic: 'nodes', window: { ...window, filter: 'geth' } })
    for (const id of [1, 2, 3, 4])
      await dashboard.next((text) => text.startsWith('{"type":"snapshot"') && text.includes(`"id":${id},`))
    expect(errors(dashboard)).toBe(0)
  })
})
