import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { encodeBody, nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { channel } from '../channel.ts'
import type { Delivery, Sink, Source } from '../component.ts'
import { exampleBlock, exampleStats } from './observations.ts'
import { sinkContract } from './sink-contract.ts'
import type { PeerMood, SinkHarness } from './sink-contract.ts'
import { sourceContract } from './source-contract.ts'

// The suites themselves are held against a small source and a small sink with a real peer: lines over TCP, each
// answered by a line.

/** A source that repeats what it is told. */
const openEcho = () => {
  const line = channel<Observation>({ capacity: 10, overflow: 'drop-oldest' })
  let n = 0
  const source: Source = {
    node: nodeId('node-1'),
    observe: ({ signal }) => line.values({ signal }),
    blocks: (numbers) =>
      Promise.resolve(
        numbers
          .filter((number) => number < 10)
          .sort((a, b) => a - b)
          .map(exampleBlock),
      ),
    [Symbol.asyncDispose]() {
      line.close()
      return Promise.resolve()
    },
  }
  return Promise.resolve({
    source,
    async wake() {
      line.trySend(exampleStats(++n))
      await Promise.resolve()
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  })
}
sourceContract('an echo', openEcho, { blocks: true })

const startPeer = async () => {
  let mood: PeerMood = 'well'
  let server: Server | undefined
  const sockets = new Set<Socket>()
  const listen = async (port: number): Promise<number> => {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
      createInterface(socket).on('line', () => {
        if (mood === 'well') socket.write('ok\n')
      })
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const end = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (server?.listening) {
      server.close()
      await once(server, 'close')
    }
  }
  const port = await listen(0)
  return {
    port,
    end,
    async become(next: PeerMood) {
      mood = next
      if (next === 'away') await end()
      else if (!server?.listening) await listen(port)
    },
  }
}

/** A line for each observation; the peer says `ok` to each. */
const openLines = (port: number): Sink => {
  let socket: Socket | undefined
  return {
    deliver: (batch, { signal }) =>
      new Promise((resolve) => {
        const own = (socket ??= connect(port, '127.0.0.1').setNoDelay())
        let oks = 0
        const settle = (delivery: Delivery): void => {
          own.removeAllListeners('data').removeAllListeners('close')
          signal.removeEventListener('abort', onAbort)
          if (delivery.status !== 'delivered') {
            own.destroy()
            socket = undefined
          }
          resolve(delivery)
        }
        const retry = (reason: string): void => {
          const through = batch.items[oks - 1]?.sequence
          settle({ status: 'retry', reason, ...(through === undefined ? {} : { through }) })
        }
        const onAbort = (): void => retry('aborted')
        own.on('error', () => undefined).on('close', () => retry('closed'))
        own.on('data', (data: Buffer) => {
          oks += data.toString().split('\n').length - 1
          if (oks === batch.items.length) settle({ status: 'delivered' })
        })
        signal.addEventListener('abort', onAbort)
        if (signal.aborted) onAbort()
        else own.write(batch.items.map((item) => `${encodeBody(item.observation)}\n`).join(''))
      }),
    [Symbol.asyncDispose]() {
      socket?.destroy()
      return Promise.resolve()
    },
  }
}

const openLinesWithPeer = async (): Promise<SinkHarness> => {
  const peer = await startPeer()
  const sink = openLines(peer.port)
  return {
    sink,
    peer: (mood) => peer.become(mood),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await peer.end()
    },
  }
}
sinkContract('lines over TCP', openLinesWithPeer)
