/**
 * An ethstats server as strict as those written in Go: every frame has to have exactly their types, or it is a
 * violation. It can refuse logins, drop connections, fall silent, go away and come back on its port.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { z } from 'zod'

const hash = z.string().regex(/^0x[0-9a-f]{64}$/)
const int = z.number().int().min(0)
// Go reads these into big integers.
const bigInt = z.number().refine(Number.isInteger)
const decimal = z.string().regex(/^\d+$/)
const block = z.strictObject({
  number: int,
  hash,
  parentHash: hash,
  timestamp: int,
  miner: z.string().regex(/^0x[0-9a-f]{40}$/),
  gasUsed: int,
  gasLimit: int,
  difficulty: decimal,
  totalDifficulty: decimal,
  transactions: z.array(z.strictObject({ hash })),
  transactionsRoot: hash,
  stateRoot: hash,
  uncles: z.array(z.unknown()),
})
const id = z.string().min(1)
const goTime = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})? \+0000 UTC m=\+\d+\.\d{9}$/)
const payloads = {
  hello: z.strictObject({
    id,
    secret: z.string(),
    info: z.strictObject({
      name: z.string(),
      node: z.string(),
      port: int,
      net: decimal,
      protocol: z.string(),
      api: z.string(),
      os: z.string(),
      os_v: z.string(),
      client: z.string(),
      canUpdateHistory: z.boolean(),
      contact: z.string().optional(),
    }),
  }),
  'node-ping': z.strictObject({ id, clientTime: goTime }),
  latency: z.strictObject({ id, latency: decimal }),
  block: z.strictObject({ id, block }),
  pending: z.strictObject({ id, stats: z.strictObject({ pending: int }) }),
  stats: z.strictObject({
    id,
    stats: z.strictObject({
      active: z.boolean(),
      syncing: z.boolean(),
      mining: z.boolean().optional(),
      hashrate: int.optional(),
      // Go reads a missing one as 0.
      peers: int.optional(),
      gasPrice: bigInt,
      uptime: int,
    }),
  }),
  history: z.strictObject({ id, history: z.array(block).min(1).max(50) }),
} as const
export type Event = keyof typeof payloads
type Payload<E extends Event> = z.output<(typeof payloads)[E]>

export interface Received<E extends Event = Event> {
  readonly event: E
  readonly payload: Payload<E>
  /** Which connection, counted from 1. */
  readonly connection: number
}

/**
 * `well`: as geth expects; `refuse`: sends away every login; `drop`: closes at it; `mute`: never answers; `no-pong`: logs
 * in, then ignores; `fickle`: closes right after `ready`; `deaf`: what comes is lost, as with a process that dies before
 * it read its socket.
 */
export type Mood = 'well' | 'refuse' | 'drop' | 'mute' | 'no-pong' | 'fickle' | 'deaf'

export interface EthstatsServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  mood: Mood
  readonly received: readonly Received[]
  /** What a strict server would have stumbled over. */
  readonly violations: readonly string[]
  /** Texts that are no event, such as primus pongs. */
  readonly texts: readonly string[]
  of<E extends Event>(event: E): readonly Received<E>[]
  /** The `nth` frame of an event, received already or to come. */
  until<E extends Event>(event: E, test?: (one: Received<E>) => boolean): Promise<Received<E>>
  /** The `nth` connection. */
  connected(nth: number): Promise<void>
  untilText(text: string): Promise<void>
  connections(): number
  /** Frames lost while deaf. */
  unread(): number
  /** Sends text to every client. */
  push(text: string): void
  /** Cuts every connection. */
  cut(): void
  /** Stops listening. */
  away(): Promise<void>
  back(): Promise<void>
}

export interface EthstatsServerOptions {
  /** PEM texts; the server speaks TLS where they are given. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export const startEthstatsServer = async (
  secret = 's3cret',
  { tls }: EthstatsServerOptions = {},
): Promise<EthstatsServer> => {
  const received: Received[] = []
  const violations: string[] = []
  const texts: string[] = []
  let unread = 0
  const sockets = new Set<WebSocket>()
  let watchers: (() => boolean)[] = []
  let connections = 0
  let port = 0
  let server: WebSocketServer | undefined
  let httpServer: Server = createServer()

  const wake = (): void => {
    watchers = watchers.filter((done) => !done())
  }
  const when = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      watchers.push(() => {
        const found = find()
        if (found !== undefined) resolve(found)
        return found !== undefined
      })
      wake()
    })

  const answer = (socket: WebSocket, one: Received): void => {
    const { mood } = self
    if (mood === 'mute') return
    if (one.event === 'hello') {
      if (mood === 'drop') return socket.close(1013, 'come\nback later')
      if (mood === 'refuse' || (one as Received<'hello'>).payload.secret !== secret) {
        socket.send('"primus::server::close"')
        return socket.close()
      }
      socket.send('{"emit":["ready"]}')
      if (mood === 'fickle') return socket.close()
    }
    if (one.event === 'node-ping' && mood !== 'no-pong') {
      const { clientTime } = (one as Received<'node-ping'>).payload
      socket.send(JSON.stringify({ emit: ['node-pong', { clientTime, serverTime: 1_767_225_600_000 }] }))
    }
  }

  const take = (socket: WebSocket, text: string, connection: number): void => {
    if (self.mood === 'deaf') {
      unread++
      return wake()
    }
    const value: unknown = JSON.parse(text)
    if (typeof value === 'string') {
      texts.push(value)
      return wake()
    }
    const { emit } = z.strictObject({ emit: z.tuple([z.string(), z.unknown()]) }).parse(value)
    const [event, payload] = emit
    if (!Object.hasOwn(payloads, event)) {
      violations.push(`unknown event ${event}`)
      return
    }
    const result = payloads[event as Event].safeParse(payload)
    if (!result.success) violations.push(`${event}: ${result.error.message}`)
    if (connections === connection && received.filter((one) => one.connection === connection).length === 0)
      if (event !== 'hello') violations.push(`${event} before hello`)
    const one = { event, payload, connection } as Received
    received.push(one)
    answer(socket, one)
    wake()
  }

  const listen = async (): Promise<void> => {
    if (server) return
    const http = tls ? createTlsServer(tls) : createServer()
    server = new WebSocketServer({ server: http, path: '/api' })
    server.on('connection', (socket) => {
      const connection = ++connections
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
      socket.on('message', (data) => take(socket, (data as Buffer).toString(), connection))
      wake()
    })
    http.listen(port, '127.0.0.1')
    await once(http, 'listening')
    port = (http.address() as AddressInfo).port
    httpServer = http
  }
  const cut = (): void => {
    for (const socket of sockets) socket.terminate()
  }
  const away = async (): Promise<void> => {
    if (!server) return
    const closed = [once(server, 'close'), once(httpServer, 'close')]
    server.close()
    httpServer.close()
    cut()
    httpServer.closeAllConnections()
    await Promise.all(closed)
    server = undefined
  }
  const is = <E extends Event>(event: E, one: Received): one is Received<E> => one.event === event
  await listen()

  const self: EthstatsServer = {
    url: `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}`,
    port,
    mood: 'well',
    received,
    violations,
    texts,
    of: <E extends Event>(event: E) => received.filter((one): one is Received<E> => is(event, one)),
    until: <E extends Event>(event: E, test: (one: Received<E>) => boolean = () => true) =>
      when(() => received.find((one): one is Received<E> => is(event, one) && test(one))),
    connected: async (nth) => {
      await when(() => (connections >= nth ? true : undefined))
    },
    untilText: async (text) => {
      await when(() => texts.find((one) => one === text))
    },
    connections: () => connections,
    unread: () => unread,
    push: (text) => {
      for (const socket of sockets) socket.send(text)
    },
    cut,
    away,
    back: listen,
    [Symbol.asyncDispose]: away,
  }
  return self
}
