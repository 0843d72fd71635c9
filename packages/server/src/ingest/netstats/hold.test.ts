/** An endpoint whose way to the desk is full: here the desk is the test. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { subProtocol, writeFrame } from '@netstats/protocol/netstats'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Upward } from '../../bus/model.ts'
import { createNetstatsEndpoint } from './endpoint.ts'
import { helloOf, logOf, spoolOf, typeOf } from './testing.ts'

const nothing = (): void => undefined
const pace = { reportMs: 15_000, lingerMs: 1000, window: 1000 }

const openEndpoint = async () => {
  const batches: number[] = []
  const endpoint = createNetstatsEndpoint({
    connect: (down): Upward => ({
      login: (session) =>
        down.admitted(session, { network: '1', resume: { through: 0, durable: true, pace, key: undefined } }),
      batch: (session) => void batches.push(session),
      observed: nothing,
      now: nothing,
      roundTrip: nothing,
      clock: nothing,
      alive: nothing,
      greeted: nothing,
      answered: nothing,
      closed: nothing,
      gone: nothing,
    }),
    maxUnfinishedBytes: 1 << 28,
    pingMs: 10_000,
    compress: false,
    log: createRecordingLogger(),
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => endpoint.upgrade(request, socket as Socket, head, '127.0.0.1'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint,
    batches,
    async connect(node: string, digit: string): Promise<WebSocket> {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, subProtocol)
      await once(socket, 'open')
      const welcomed = new Promise<void>((resolve) => {
        socket.on('message', (data: Buffer) => {
          if (typeOf(data.toString()) === 'welcome') resolve()
        })
      })
      socket.send(writeFrame(helloOf(node, { spool: spoolOf(digit) })))
      await welcomed
      return socket
    },
    async [Symbol.asyncDispose]() {
      await endpoint.drain(0)
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('an endpoint that is held', () => {
  it('reads from no agent that speaks, lets others in, and goes on with all that was sent', async () => {
    await using running = await openEndpoint()
    const loud = await running.connect('loud', 'a')
    running.endpoint.hold(true)
    const count = 30
    const text = 'x'.repeat(3000)
    for (let number = 1; number <= count; number++) {
      const after = (number - 1) * 30
      const items = Array.from({ length: 30 }, (_, i) => ({ ...logOf('loud', text), sequence: after + 1 + i }))
      loud.send(writeFrame({ type: 'batch', after, number, items }))
    }
    // Each of these takes some turns of the event loop, in which the other could have been read.
    for (const digit of ['b', 'c', 'd', 'e']) await running.connect(`calm-${digit}`, digit)
    expect(running.batches.length).toBeLessThan(10)
    running.endpoint.hold(false)
    await vi.waitFor(() => expect(running.batches).toHaveLength(count), { timeout: 10_000 })
    loud.terminate()
  })
})
