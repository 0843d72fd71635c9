import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { openEars } from './ears.ts'
import { canShare } from './listen.ts'

const hear = async (server: Server, ears: number, maxConnections = 1000) => {
  server.maxConnections = maxConnections
  server.listen({ host: '127.0.0.1', port: 0, reusePort: true })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const opened = await openEars(server, { host: '127.0.0.1', port }, ears)
  const clients: Socket[] = []
  return {
    port,
    ears: opened,
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

describe.runIf(canShare)('more ears', () => {
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

  it('hold the server to its connections, whichever ear they come in by, and say so', async () => {
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
    heard.ears.close()
    server.close()
    await vi.waitFor(async () => {
      const late = connect(heard.port, '127.0.0.1')
      const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
      expect(error.code).toBe('ECONNREFUSED')
    })
    expect(inside.destroyed).toBe(false)
  })
})
