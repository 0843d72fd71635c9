/**
 * One simulated node on a port of its own: JSON-RPC over HTTP and WebSocket.
 *
 * A node that is offline keeps its port, so that nobody else gets it, and resets every connection. A slow one answers as
 * much later as it seals later.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '@netstats/sdk'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { SimNode } from '../model.ts'
import type { Network } from '../network.ts'
import { answerText, maxRequestBytes } from './json-rpc.ts'
import { callMethod } from './methods.ts'
import type { Asked } from './methods.ts'
import { RpcFault, faultCodes } from './rpc-fault.ts'
import { createSubscriptions } from './subscriptions.ts'

export interface ServeOptions {
  readonly network: Network
  readonly node: SimNode
  readonly chainId: number
  readonly clock: Clock
  /** How many times faster than the clock the network's time passes. */
  readonly speed?: number
  readonly host?: string
  /** A free one where none is given. */
  readonly port?: number
}

export interface ServedNode extends AsyncDisposable {
  readonly name: string
  readonly http: string
  readonly ws: string
}

const maxConnections = 256
/** Bytes that may wait for a reader; one that is slower is cut off. */
const maxBuffered = 4 * 1024 * 1024
/** Answers of one WebSocket that may be on their way at a slow node. */
const maxLate = 256

export const serveNode = async (options: ServeOptions): Promise<ServedNode> => {
  const { network, node, clock, host = '127.0.0.1', speed = 1 } = options
  const ended = new AbortController()
  const sockets = new Set<Socket>()
  const server = createServer({ requestTimeout: 30_000 })
  server.maxConnections = maxConnections
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes, perMessageDeflate: false })
  await listen(server, host, options.port ?? 0)
  const { port } = server.address() as AddressInfo
  const asked: Asked = { network, node, chainId: options.chainId, port }

  server.on('connection', (socket: Socket) => {
    if (!node.online) return void socket.resetAndDestroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const late = async (): Promise<boolean> => {
    const ms = node.slowMs / speed
    if (ms <= 0) return true
    return clock.sleep(ms, { signal: ended.signal }).then(
      () => true,
      () => false,
    )
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answerHttp(request, response, asked, late)
  })
  let connections = 0
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const unwatch = answerWebSocket(webSocket, ++connections, asked, late)
      webSocket.once('close', unwatch)
    }),
  )
  const unwatch = network.watch((changed) => {
    if (changed !== node || node.online) return
    for (const socket of sockets) socket.resetAndDestroy()
  })

  return {
    name: node.name,
    http: `http://${host}:${port}`,
    ws: `ws://${host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      unwatch()
      ended.abort()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })

const answerHttp = async (
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked,
  late: () => Promise<boolean>,
): Promise<void> => {
  const end = (status: number, body = ''): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }
  if (request.method !== 'POST') return end(405)
  const text = await bodyOf(request)
  if (text === undefined) return end(413)
  const answer = answerText(text, (method, params) => {
    if (method === 'eth_subscribe') throw new RpcFault(faultCodes.method, 'notifications not supported')
    return callMethod(asked, method, params)
  })
  if (!(await late()) || response.destroyed) return
  end(answer === undefined ? 204 : 200, answer)
}

/** Undefined where it is too long or broke off. */
const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxRequestBytes) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Gives what ends the notices. */
const answerWebSocket = (
  socket: WebSocket,
  connection: number,
  asked: Asked,
  late: () => Promise<boolean>,
): (() => void) => {
  const { network, node } = asked
  const subscriptions = createSubscriptions(connection)
  let onTheWay = 0
  const send = async (text: string): Promise<void> => {
    if (onTheWay >= maxLate || socket.bufferedAmount > maxBuffered) return socket.terminate()
    onTheWay++
    if ((await late()) && socket.readyState === socket.OPEN) socket.send(text)
    onTheWay--
  }
  socket.on('error', () => undefined)
  socket.on('message', (data, isBinary) => {
    if (isBinary) return socket.close(1003)
    const answer = answerText((data as Buffer).toString('utf8'), (method, params) => {
      const subscribed = subscriptions.call(method, params)
      return subscribed ? subscribed.result : callMethod(asked, method, params)
    })
    if (answer !== undefined) void send(answer)
  })
  let head = node.head
  return network.watch((changed) => {
    if (changed !== node || node.head === head) return
    const before = head
    head = node.head
    for (const notice of subscriptions.notices(before, head)) void send(notice)
  })
}
