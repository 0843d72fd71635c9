import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { loginAt } from './support/peer.ts'
import { startServer, until } from './support/processes.ts'

/** Whether anybody listens there. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

it('workers end with a server that is killed, free its port, and log nothing about it', async () => {
  await using server = await startServer({ settings: { workers: 2 } })
  const peers = await Promise.all(Array.from({ length: 8 }, (_, i) => loginAt(server, { id: `node-${i}` })))
  server.kill('SIGKILL')
  expect(await server.exit).toBe('SIGKILL')
  await until('nobody listens any more', async () => ((await answers(server.port)) ? undefined : true))
  await Promise.all(peers.map((peer) => peer.ended))
  expect(server.output()).not.toMatch(/Error|EPIPE|\n\s+at /)
})
