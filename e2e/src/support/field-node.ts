/**
 * A JSON-RPC node of a chain that grows by itself, over HTTP and WebSocket, with the oddities that people met in the
 * field: told by options, so that a case is a few lines.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

export interface FieldCall {
  readonly id: unknown
  readonly method: string
  readonly params?: readonly unknown[]
}

/** What is sent in place of a good answer: a status with its text, or the end of the connection. */
export type Refusal = { readonly status: number; readonly text: string } | 'drop'

export interface FieldNodeOptions {
  readonly chainId: number
  /** Time between two blocks; 1 s. */
  readonly periodMs?: number
  /** Fields of every block that are others than geth's; `undefined` leaves one out. */
  readonly block?: (number: number) => Readonly<Record<string, unknown>>
  /** Block 0 is asked for, and this block is answered. */
  readonly genesis?: (height: number) => number | null
  /** Blocks that the node behind the balancer which answers is behind, one answer after the other. */
  readonly lag?: readonly number[]
  /** A head is told so long before its block can be had. */
  readonly headLagMs?: number
  /** Subscriptions are taken and nothing is ever told. */
  readonly mute?: boolean
  /** Methods that are not on the gateway's list. */
  readonly refused?: readonly string[]
  /** What a request of these calls is refused with; undefined answers it. */
  readonly refuse?: (calls: readonly FieldCall[], headers: IncomingHttpHeaders) => Refusal | undefined
  /** An error in place of every answer of a request. */
  readonly errorEach?: (calls: readonly FieldCall[]) => { readonly code: number; readonly message: string } | undefined
}

export interface FieldNode extends AsyncDisposable {
  readonly http: string
  readonly ws: string
  readonly height: () => number
  /** Requests so far, and the calls in them. */
  readonly requests: () => number
  readonly calls: readonly FieldCall[]
  /** Neither answers nor grows; goes on when it is told so. */
  stop(): void
  go(): void
}

const hex = (n: number | bigint): string => `0x${n.toString(16)}`
const first = 20

/** The chain of a field node, and its answers to the calls about it. */
const createFieldChain = (options: FieldNodeOptions) => {
  const started = Math.floor(Date.now() / 1000) - 100
  const hashOf = (what: number | string): string =>
    `0x${createHash('sha256').update(`${options.chainId}:${started}:${what}`).digest('hex')}`
  let height = first
  let minedAt = 0
  let turn = 0

  const block = (number: number): Record<string, unknown> => {
    const fields: Record<string, unknown> = {
      number: hex(number),
      hash: hashOf(number),
      parentHash: number === 0 ? `0x${'0'.repeat(64)}` : hashOf(number - 1),
      timestamp: hex(started + number),
      miner: `0x${'1'.repeat(40)}`,
      gasUsed: '0x0',
      gasLimit: '0x7a1200',
      difficulty: '0x2',
      transactions: [],
      uncles: [],
      extraData: '0x',
      size: '0x200',
      ...options.block?.(number),
    }
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  }
  const isEarly = (): boolean => Date.now() - minedAt < (options.headLagMs ?? 0)
  const shown = (): number => {
    const lag = options.lag?.[turn++ % options.lag.length] ?? 0
    return height - lag - (isEarly() ? 1 : 0)
  }
  const byNumber = (asked: unknown): unknown => {
    if (asked === 'latest') return block(shown())
    const number = Number(asked)
    const given = number === 0 && options.genesis ? options.genesis(height) : number
    return given === null || given > height ? null : block(given)
  }
  const byHash = (hash: unknown): unknown => {
    for (let number = height; number >= 0; number--)
      if (hashOf(number) === hash) return number === height && isEarly() ? null : block(number)
    return null
  }
  const results: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    web3_clientVersion: () => 'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
    net_version: () => String(options.chainId),
    eth_chainId: () => hex(options.chainId),
    eth_blockNumber: () => hex(shown()),
    eth_syncing: () => false,
    eth_gasPrice: () => '0x1',
    net_peerCount: () => '0x3',
    eth_mining: () => true,
    txpool_status: () => ({ pending: '0x0', queued: '0x0' }),
    eth_getBlockByNumber: ([number]) => byNumber(number),
    eth_getBlockByHash: ([hash]) => byHash(hash),
  }
  const answer = ({ id, method, params = [] }: FieldCall): object => {
    const result = options.refused?.includes(method) ? undefined : results[method]
    return result === undefined
      ? { jsonrpc: '2.0', id, error: { code: -32601, message: `the method ${method} does not exist/is not available` } }
      : { jsonrpc: '2.0', id, result: result(params) }
  }
  return {
    height: () => height,
    answer,
    /** Gives the new head. */
    grow(): object {
      height++
      minedAt = Date.now()
      return block(height)
    },
  }
}

export const startFieldNode = async (options: FieldNodeOptions): Promise<FieldNode> => {
  const chain = createFieldChain(options)
  const calls: FieldCall[] = []
  const subscribers = new Set<WebSocket>()
  let requests = 0
  let stopped = false

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (stopped) return
      const body = JSON.parse(Buffer.concat(parts).toString()) as FieldCall | readonly FieldCall[]
      const asked = Array.isArray(body) ? (body as readonly FieldCall[]) : [body as FieldCall]
      requests++
      calls.push(...asked)
      const refusal = options.refuse?.(asked, request.headers)
      if (refusal === 'drop') return void request.socket.destroy()
      if (refusal !== undefined) return void response.writeHead(refusal.status).end(refusal.text)
      const error = options.errorEach?.(asked)
      const answers = asked.map((one) => (error ? { jsonrpc: '2.0', id: one.id, error } : chain.answer(one)))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]))
    })
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    if (options.refuse?.([], request.headers) !== undefined) return socket.terminate()
    socket.on('error', () => undefined)
    socket.on('close', () => subscribers.delete(socket))
    socket.on('message', (data) => {
      if (stopped) return
      const one = JSON.parse((data as Buffer).toString()) as FieldCall
      calls.push(one)
      if (one.method !== 'eth_subscribe') return socket.send(JSON.stringify(chain.answer(one)))
      subscribers.add(socket)
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: one.id, result: '0x1' }))
    })
  })
  const growth = setInterval(() => {
    if (stopped) return
    const params = { subscription: '0x1', result: chain.grow() }
    const notice = JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params })
    if (options.mute !== true) for (const socket of subscribers) socket.send(notice)
  }, options.periodMs ?? 1000)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    http: `http://${at}`,
    ws: `ws://${at}`,
    height: chain.height,
    requests: () => requests,
    calls,
    stop: () => {
      stopped = true
      for (const socket of sockets.clients) socket.terminate()
    },
    go: () => {
      stopped = false
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(growth)
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
