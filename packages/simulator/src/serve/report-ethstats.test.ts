import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseAgentMessage, plainDialect } from '@netstats/protocol/ethstats'
import type { AgentMessage } from '@netstats/protocol/ethstats'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { createNetwork } from '../network.ts'
import { reportEthstats } from './report-ethstats.ts'

describe('a simulated node that reports over ethstats', () => {
  it('logs in, tells head and state, then every new head, and gives its history', async () => {
    await using world = await openWorld()
    const { network, node, received } = world
    expect(await received('hello')).toMatchObject({ id: node.name, secret: 'hush', info: { networkId: '7' } })
    world.say('{"emit":["ready"]}')
    expect(await received('report', 'block')).toMatchObject({
      number: node.head.number,
      miner: node.head.truth?.sealer,
    })
    expect(await received('report', 'node-stats')).toMatchObject({ active: true, mining: true, peers: 2 })
    network.runUntil(network.now() + 4000)
    expect(await received('report', 'block')).toMatchObject({ number: expect.any(Number) })
    world.say('{"emit":["history",{"list":[1,2]}]}')
    expect(await received('history')).toMatchObject({ blocks: [{ number: 1 }, { number: 2 }] })
  })

  it('goes with its node and comes back with it', async () => {
    await using world = await openWorld()
    await world.received('hello')
    const closed = world.closed()
    world.network.stop(0)
    await closed
    world.network.start(0)
    await world.clock.untilSleeping(1)
    await world.clock.advance(10_000)
    await world.received('hello')
  })
})

const openWorld = async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/api' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const inbox = createInbox()
  let socket: WebSocket | undefined
  server.on('connection', (opened) => {
    socket = opened
    opened.on('message', (data: Buffer) => inbox.put(parseAgentMessage(data.toString('utf8'), plainDialect)))
  })
  const network = createNetwork({ engine: 'clique', validators: 3, seed: 1, period: 2 })
  network.runUntil(network.now() + 20_000)
  const [node] = network.nodes
  if (node === undefined) throw new RangeError('no node')
  const clock = createFakeClock()
  const endpoint = `ws://127.0.0.1:${port}`
  const log = createRecordingLogger()
  const report = reportEthstats({ network, node, chainId: 7, endpoint, secret: 'hush', clock, log })
  return {
    network,
    node,
    clock,
    received: inbox.take,
    say: (text: string) => socket?.send(text),
    closed: () => (socket === undefined ? Promise.resolve() : once(socket, 'close')),
    async [Symbol.asyncDispose]() {
      await report[Symbol.asyncDispose]()
      for (const client of server.clients) client.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const createInbox = () => {
  const came: AgentMessage[] = []
  let onCame = Promise.withResolvers<void>()
  return {
    put: (message: AgentMessage): void => {
      came.push(message)
      onCame.resolve()
      onCame = Promise.withResolvers()
    },
    /** The next message of a type, or the body of the next report of a kind; those before it are left out. */
    take: async (type: AgentMessage['type'], kind?: string): Promise<unknown> => {
      for (;;) {
        const message = came.shift()
        if (message === undefined) await onCame.promise
        else if (message.type === 'report' && kind !== undefined) {
          const found = message.reports.find((one) => one.kind === kind)
          if (found) return found.body
        } else if (message.type === type) return message
      }
    },
  }
}
