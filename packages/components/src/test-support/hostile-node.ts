/** A JSON-RPC endpoint over HTTP and WebSocket that answers whatever a test tells it to, however wrong. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

export interface RpcRequest {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** `text` is sent as it is; `result` and `error` as a proper answer; `silence` never; `status` over HTTP only. */
export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly text: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly silence: true }
  | { readonly hangUp: true }

export interface HostileNode extends AsyncDisposable {
  readonly http: string
  readonly ws: string
  /** Requests so far. */
  readonly asked: readonly RpcRequest[]
  answer: (request: RpcRequest) => Answer
  /** Refuses batches with a single error, as some gateways do. */
  batches: boolean
  /** Compresses what it answers over HTTP, asked or not. */
  encoding: keyof typeof encoders | undefined
  /** Closes the WebSocket after its answer to this method. */
  hangsUpAfter: string | undefined
  /** Sends text to every WebSocket client. */
  push(text: string): void
  /** Open WebSocket connections so far. */
  connections(): number
}

const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }

const encode = (id: number | null, answer: Answer): string | undefined => {
  if ('text' in answer) return answer.text
  if ('result' in answer) return JSON.stringify({ jsonrpc: '2.0', id, result: answer.result })
  if ('error' in answer) return JSON.stringify({ jsonrpc: '2.0', id, error: answer.error })
  return undefined
}

export const startHostileNode = async (answer: (request: RpcRequest) => Answer): Promise<HostileNode> => {
  const asked: RpcRequest[] = []
  const sockets = new Set<WebSocket>()
  let connections = 0

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as RpcRequest | RpcRequest[]
      const calls = Array.isArray(body) ? body : [body]
      asked.push(...calls)
      const answers = calls.map((one) => node.answer(one))
      const special = answers.find((one) => 'status' in one || 'silence' in one || 'hangUp' in one)
      if (special && 'silence' in special) return
      if (special && 'hangUp' in special) {
        request.socket.destroy()
        return
      }
      if (special && 'status' in special) {
        response.writeHead(special.status, special.headers).end('no')
        return
      }
      response.setHeader('content-type', 'application/json')
      if (Array.isArray(body) && !node.batches) {
        response.end(encode(null, { error: { code: -32600, message: 'batches are not allowed' } }))
        return
      }
      const texts = answers.map((one, i) => encode(calls[i]!.id, one))
      const raw = answers.find((one) => 'text' in one)
      const whole = (raw ? encode(0, raw) : Array.isArray(body) ? `[${texts.join(',')}]` : texts[0]) ?? ''
      if (node.encoding === undefined) return response.end(whole)
      response.setHeader('content-encoding', node.encoding)
      response.end(encoders[node.encoding](whole))
    })
  })
  const sockServer = new WebSocketServer({ server })
  sockServer.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data) => {
      const request = JSON.parse((data as Buffer).toString()) as RpcRequest
      asked.push(request)
      const reply = node.answer(request)
      if ('hangUp' in reply) socket.terminate()
      const text = encode(request.id, reply)
      if (text !== undefined) socket.send(text)
      if (node.hangsUpAfter === request.method) socket.close()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const node: HostileNode = {
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    asked,
    answer,
    batches: true,
    encoding: undefined,
    hangsUpAfter: undefined,
    push: (text) => {
      for (const socket of sockets) socket.send(text)
    },
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.terminate()
      sockServer.close()
      server.closeAllConnections()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
  return node
}

const hash = (number: number, fork: string): string => `0x${fork}${number.toString(16).padStart(64 - fork.length, '0')}`

/** A block as a node would give it. */
export const rawBlock = (number: number, fork = 'a', parentFork = fork): Record<string, unknown> => ({
  number: `0x${number.toString(16)}`,
  hash: hash(number, fork),
  parentHash: hash(number - 1, parentFork),
  timestamp: `0x${(1_767_225_600 + number).toString(16)}`,
  miner: `0x${'0'.repeat(40)}`,
  gasUsed: '0x5208',
  gasLimit: '0x1c9c380',
  difficulty: '0x2',
  transactions: [],
  uncles: [],
})

/** Answers as a well-behaved node at this height would; `undefined` for what it does not know. */
export const sane = (height: number, fork = 'a'): ((request: RpcRequest) => Answer) => {
  return ({ method, params }) => {
    switch (method) {
      case 'web3_clientVersion':
        return { result: 'Test/v1.0.0' }
      case 'net_version':
        return { result: '1337' }
      case 'eth_blockNumber':
        return { result: `0x${height.toString(16)}` }
      case 'eth_syncing':
        return { result: false }
      case 'eth_getBlockByNumber': {
        const number = params[0] === 'latest' ? height : Number(params[0])
        return { result: number > height ? null : rawBlock(number, fork) }
      }
      case 'eth_getBlockByHash':
        return { result: rawBlock(Number(`0x${String(params[0]).slice(-8)}`), fork) }
      case 'eth_subscribe':
        return { result: '0x1' }
      default:
        return { error: { code: -32601, message: `the method ${method} does not exist/is not available` } }
    }
  }
}
