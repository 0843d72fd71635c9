import { once } from 'node:events'
import { createChain, parseHeader } from '@netstats/consensus'
import { systemClock } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { simulatedEngines } from '../model.ts'
import type { SimulatedEngine } from '../model.ts'
import { createNetwork } from '../network.ts'
import type { Network } from '../network.ts'
import { serveNode } from './serve-node.ts'
import type { ServedNode } from './serve-node.ts'

const chainId = 1337
const networkOf = (engine: SimulatedEngine, seconds = 20): Network => {
  const network = createNetwork({ engine, validators: 4, seed: 1, period: 2, transactionsPerSecond: 3 })
  pass(network, seconds)
  return network
}
const pass = (network: Network, seconds: number): void => network.runUntil(network.now() + seconds * 1000)

const serve = (network: Network, index = 0, clock: Clock = systemClock): Promise<ServedNode> => {
  const node = network.nodes[index]
  if (node === undefined) throw new RangeError(`no node ${index}`)
  return serveNode({ network, node, chainId, clock })
}

interface Reply {
  readonly result?: unknown
  readonly error?: { readonly code: number }
}
interface Block {
  readonly hash: string
  readonly gasUsed: string
  readonly transactions: readonly unknown[]
}
interface Message {
  readonly id?: number
  readonly result?: unknown
  readonly params?: unknown
}
const post = (served: ServedNode, body: string): Promise<Response> => fetch(served.http, { method: 'POST', body })
const ask = async (served: ServedNode, method: string, ...params: readonly unknown[]): Promise<Reply> =>
  (await (await post(served, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))).json()) as Reply
const resultOf = async (...asked: Parameters<typeof ask>): Promise<unknown> => (await ask(...asked)).result
const blockOf = async (...asked: Parameters<typeof ask>): Promise<Block> => (await ask(...asked)).result as Block

describe.each(simulatedEngines)('a served node of %s', (engine) => {
  it('gives blocks whose hash fits their header, by number and by hash', async () => {
    const network = networkOf(engine)
    await using served = await serve(network)
    const chain = createChain({ validatorsAt: () => network.nodes.map(({ key }) => key.address) })
    const head = Number(await resultOf(served, 'eth_blockNumber'))
    expect(head).toBeGreaterThan(5)
    for (let number = 0; number <= head; number++) {
      const block = await blockOf(served, 'eth_getBlockByNumber', `0x${number.toString(16)}`, false)
      expect(chain.add(parseHeader(block))).toMatchObject({ number, engine, hashMatches: true })
      expect(await resultOf(served, 'eth_getBlockByHash', block.hash, false)).toEqual(block)
      expect(block.transactions.length > 0).toBe(Number(block.gasUsed) > 0)
    }
    expect(network.made.some(({ load }) => load.transactions > 0)).toBe(true)
  })
})

describe('a served node', () => {
  it('answers what monitors ask', async () => {
    await using served = await serve(networkOf('qbft'))
    expect(await resultOf(served, 'eth_chainId')).toBe('0x539')
    expect(await resultOf(served, 'net_version')).toBe('1337')
    expect(await resultOf(served, 'web3_clientVersion')).toMatch(/^besu\//)
    expect(await resultOf(served, 'net_peerCount')).toBe('0x3')
    expect(await resultOf(served, 'eth_mining')).toBe(true)
    expect(await resultOf(served, 'eth_syncing')).toBe(false)
    expect(await resultOf(served, 'qbft_getValidatorsByBlockNumber', 'latest')).toHaveLength(4)
    expect(await resultOf(served, 'admin_peers')).toHaveLength(3)
    const [full] = (await blockOf(served, 'eth_getBlockByNumber', '0x2', true)).transactions
    expect(full).toMatchObject({ blockNumber: '0x2', transactionIndex: '0x0' })
    expect(await resultOf(served, 'eth_getBlockByNumber', '0xffff', false)).toBeNull()
  })

  it('refuses what it does not know and what is wrong', async () => {
    await using served = await serve(networkOf('clique'))
    expect((await ask(served, 'eth_toString')).error?.code).toBe(-32_601)
    expect((await ask(served, 'toString')).error?.code).toBe(-32_601)
    expect((await ask(served, 'eth_getBlockByNumber', 'first', false)).error?.code).toBe(-32_602)
    expect((await ask(served, 'eth_getBlockByHash', '0x12', false)).error?.code).toBe(-32_602)
    expect((await ask(served, 'eth_getBlockByNumber', 'finalized', false)).error?.code).toBe(-39_001)
    expect((await ask(served, 'eth_subscribe', 'newHeads')).error?.code).toBe(-32_601)
    expect((await post(served, 'x'.repeat(300_000))).status).toBe(413)
    expect((await fetch(served.http)).status).toBe(405)
  })

  it('tells of every new block of its chain to those who subscribed', async () => {
    const network = networkOf('clique')
    await using served = await serve(network)
    const { socket, messages } = await open(served)
    socket.send('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}')
    const { result: subscription } = await messages.next()
    const before = network.nodes[0]?.head.number ?? 0
    pass(network, 10)
    const after = network.nodes[0]?.head.number ?? 0
    for (let number = before + 1; number <= after; number++) {
      const { params } = await messages.next()
      expect(params).toMatchObject({ subscription, result: { number: `0x${number.toString(16)}` } })
    }
    socket.send(JSON.stringify({ id: 2, method: 'eth_unsubscribe', params: [subscription] }))
    expect(await messages.next()).toMatchObject({ id: 2, result: true })
    socket.send(JSON.stringify({ id: 3, method: 'eth_unsubscribe', params: [subscription] }))
    expect(await messages.next()).toMatchObject({ id: 3, error: { code: -32_000 } })
    socket.terminate()
  })

  it('resets connections while it is offline, and answers on the same port afterwards', async () => {
    const network = networkOf('qbft')
    await using served = await serve(network)
    const { socket } = await open(served)
    network.stop(0)
    await once(socket, 'close')
    await expect(ask(served, 'eth_blockNumber')).rejects.toThrow('fetch failed')
    network.start(0)
    expect(await resultOf(served, 'eth_blockNumber')).toMatch(/^0x/)
  })

  it('answers late while it is slow', async () => {
    const network = networkOf('qbft')
    const clock = createFakeClock()
    await using served = await serve(network, 1, clock)
    network.slow(1, 3000)
    let answered = false
    const asking = ask(served, 'eth_blockNumber').then(() => (answered = true))
    await clock.untilSleeping(1)
    await clock.advance(2999)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect(await asking).toBe(true)
  })

  it('has its own chain while the network is cut', async () => {
    const network = networkOf('clique')
    await using one = await serve(network, 0)
    await using other = await serve(network, 3)
    network.partition([[0], [1, 2, 3]])
    pass(network, 30)
    const head = await blockOf(other, 'eth_getBlockByNumber', 'latest', false)
    expect(await resultOf(one, 'eth_getBlockByHash', head.hash, false)).toBeNull()
    expect(await resultOf(one, 'net_peerCount')).toBe('0x0')
    network.heal()
    pass(network, 10)
    expect(await resultOf(one, 'eth_getBlockByHash', head.hash, false)).toMatchObject({ hash: head.hash })
  })
})

const open = async (served: ServedNode) => {
  const socket = new WebSocket(served.ws)
  socket.on('error', () => undefined)
  const messages = messagesOf(socket)
  await once(socket, 'open')
  return { socket, messages }
}

const messagesOf = (socket: WebSocket) => {
  const came: Message[] = []
  const waiting: ((message: Message) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as Message
    const first = waiting.shift()
    if (first) first(message)
    else came.push(message)
  })
  return {
    next: (): Promise<Message> => {
      const first = came.shift()
      return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve))
    },
  }
}
