import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect, Server as NetServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { openExtraListeners } from './extra-listeners.ts'
import type { OnListenerError } from './extra-listeners.ts'
import { canShare } from './listen.ts'

const hear = async (
  server: Server,
  listeners: number,
  maxConnections = 1000,
  onError: OnListenerError = () => undefined,
) => {
  server.maxConnections = maxConnections
  server.listen({ host: '127.0.0.1', port: 0, reusePort: true })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const opened = await openExtraListeners(server, { host: '127.0.0.1', port }, listeners, onError)
  const clients: Socket[] = []
  return {
    port,
    listeners: opened,
    connect: async (count: number) => {
      const made = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => undefined))
      clients.push(...made)
      await Promise.all(made.map((one) => once(one, 'connect')))
      return made
    },
    [Symbol.dispose]() {
      for (const one of clients) one.destroy()
      opened.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

const openFiles = (): number => readdirSync('/proc/self/fd').length
const fileLimit = (): string => /Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? ''
const limitFiles = (soft: string): void =>
  void execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${soft}:`])

describe.runIf(canShare)('more listeners', () => {
  it('answer requests wherever they come in, and keep their connections', async () => {
    using heard = await hear(
      createServer((request, response) => response.end(request.url)),
      7,
    )
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        fetch(`http://127.0.0.1:${heard.port}/${i}`).then((answer) => answer.text()),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 64 }, (_, i) => `/${i}`))
  })

  it('take in several connections in one turn of the event loop', async () => {
    let connections = 0
    const server = createServer().on('connection', () => connections++)
    using heard = await hear(server, 15)
    await heard.connect(200)
    await vi.waitFor(() => expect(connections).toBe(200))
    connections = 0
    const clients = heard.connect(200)
    // In this very turn they come to the queues of the system; the next ones take them out of there.
    const perTurn: number[] = []
    for (let turn = 0; turn < 40; turn++) {
      const before = connections
      const until = performance.now() + 5
      while (performance.now() < until);
      await new Promise<void>((done) => setImmediate(done))
      perTurn.push(connections - before)
    }
    await clients
    expect(Math.max(...perTurn)).toBeGreaterThan(4)
  })

  it('hold the server to its connections, whichever listener they come in by, and say so', async () => {
    const server = createServer((_, response) => response.end('here'))
    using heard = await hear(server, 7, 50)
    let dropped = 0
    server.on('drop', () => dropped++)
    const clients = await heard.connect(80)
    await vi.waitFor(() => expect(dropped).toBe(30))
    await vi.waitFor(() => expect(clients.filter(({ closed }) => closed)).toHaveLength(30))
    for (const one of clients) one.destroy()
    await vi.waitFor(async () => expect(await (await fetch(`http://127.0.0.1:${heard.port}/`)).text()).toBe('here'))
  })

  it('let nobody in once they are closed, and leave those who are in', async () => {
    const server = createServer((_, response) => response.end('here'))
    using heard = await hear(server, 7)
    const [inside] = (await heard.connect(32)) as [Socket]
    heard.listeners.close()
    server.close()
    await vi.waitFor(async () => {
      const late = connect(heard.port, '127.0.0.1')
      const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
      expect(error.code).toBe('ECONNREFUSED')
    })
    expect(inside.destroyed).toBe(false)
  })

  it('are all closed where one of them cannot be opened, and the server counts as before', async () => {
    const server = createServer()
    server.listen({ host: '127.0.0.1', port: 0, reusePort: true })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const before = { files: openFiles(), listeners: server.listenerCount('connection') }
    const usual = fileLimit()
    // Files held back for `prlimit` itself: raising the limit starts a process, and that takes some.
    const spare = Array.from({ length: 16 }, () => openSync('/dev/null', 'r'))
    // Room for some of the listeners: the rest is refused, as on a machine that has no more open files to give.
    limitFiles(String(before.files + spare.length + 12))
    try {
      const opening = openExtraListeners(server, { host: '127.0.0.1', port }, 31, () => undefined)
      await expect(opening).rejects.toMatchObject({ code: 'EMFILE' })
    } finally {
      for (const file of spare) closeSync(file)
      limitFiles(usual)
    }
    await vi.waitFor(() => expect(openFiles()).toBeLessThanOrEqual(before.files))
    expect(server.listenerCount('connection')).toBe(before.listeners)
    server.close()
  })

  it('say what goes wrong with them later', async () => {
    const listen = vi.spyOn(NetServer.prototype, 'listen')
    const errors: string[] = []
    using heard = await hear(createServer(), 2, 1000, ({ message }) => errors.push(message))
    expect(heard.port).toBeGreaterThan(0)
    const [, first, second] = listen.mock.contexts as NetServer[]
    listen.mockRestore()
    first?.emit('error', new Error('too many open files'))
    second?.emit('error', new Error('no memory'))
    expect(errors).toEqual(['too many open files', 'no memory'])
  })
})
