/** An endpoint with real sockets whose core is the test. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { subProtocol, writeFrame } from '@netstats/protocol/netstats'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { WebSocket } from 'ws'
import { createFairShare } from '@netstats/sdk/limits'
import { createNetstatsEndpoint } from './netstats-endpoint.ts'
import type { NetstatsEndpoint } from './netstats-endpoint.ts'
import type { ReadingLimits } from './reading-budget.ts'
import { helloOf, spoolOf, typeOf } from './testing.ts'

const nothing = (): void => undefined
const rate = { reportMs: 15_000, lingerMs: 1000, window: 100_000 }
const plenty = { perSecond: 1 << 28, burst: 1 << 28 }

export interface TestEndpoint extends AsyncDisposable {
  readonly endpoint: NetstatsEndpoint
  /** Sessions in the order of the batches that came. */
  readonly batches: readonly number[]
  /** Opens a socket from an address of the loopback network. */
  open(address?: string): Promise<WebSocket>
  /** The same, logged in. */
  connect(node: string, digit: string, address?: string): Promise<WebSocket>
}

export const openTestEndpoint = async (
  limits: Partial<ReadingLimits> = {},
  compress = false,
): Promise<TestEndpoint> => {
  const batches: number[] = []
  const reading = { session: plenty, each: plenty, all: plenty, ...limits }
  const endpoint = createNetstatsEndpoint({
    bus: {
      connect: (onCommand) => (message) => {
        if (message.type === 'batch') batches.push(message.session)
        if (message.type !== 'login') return
        const resume = { through: 0, durable: true, rate, key: undefined }
        onCommand({ type: 'admit', session: message.session, network: '1', resume })
      },
    },
    maxPartialBytes: 1 << 28,
    reading,
    readShare: createFairShare(reading, performance.now()),
    pingMs: 10_000,
    compress,
    log: createRecordingLogger(),
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) =>
    endpoint.upgrade(request, socket as Socket, head, request.socket.remoteAddress ?? ''),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const open = async (localAddress = '127.0.0.1'): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, subProtocol, { localAddress })
    socket.on('error', nothing)
    await once(socket, 'open')
    return socket
  }
  return {
    endpoint,
    batches,
    open,
    async connect(node, digit, address) {
      const socket = await open(address)
      const welcomed = new Promise<void>((resolve) => {
        socket.on('message', (data: Buffer) => {
          if (typeOf(data.toString()) === 'welcome') resolve()
        })
      })
      socket.send(writeFrame(helloOf(node, { spool: spoolOf(digit), compress: ['deflate'] })))
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
