/** The feed's edge: WebSockets in, the hub inside. Whoever owns the HTTP server routes upgrades on `/feed` here. */
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { Core, Dirty } from '../shard/model.ts'
import { createHub } from './hub.ts'
import { defaultFeedLimits } from './limits.ts'
import type { FeedLimits } from './limits.ts'
import { noMeters } from './meters.ts'
import type { CloseReason, FeedGauges, FeedMeters } from './meters.ts'
import type { Reader, Sink } from './reader.ts'
import { createTurns } from './turns.ts'

export interface FeedOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Where dirty rows come from when others read them too; by default the core is asked, which only one reader may do. */
  readonly dirty?: { take(network: string): Dirty }
  /** Different for every life of the server. */
  readonly epoch: string
  readonly version: string
  readonly limits?: Partial<FeedLimits>
  readonly meters?: FeedMeters
  /** Wall clock, milliseconds: what is written into messages. */
  readonly now: () => number
  /** Milliseconds that never step: what is measured with. */
  readonly monotonic: () => number
  /** Told the time of each slice of work. */
  readonly onSlice?: (ms: number) => void
  /** Web origins besides the server's own host that may open a feed; `*` for all. */
  readonly origins?: readonly string[]
}

export interface Feed extends AsyncDisposable {
  /** Takes over a connected socket. `address` is what limits count by; by default the socket's peer. Never throws. */
  handle(socket: WebSocket, request: IncomingMessage, address?: string): void
  /**
   * Publishes what changed, a few milliseconds at a time; to be called about eight times a second. What is under way then
   * goes on. Throws what the work has thrown since the last call.
   */
  tick(): void
  gauges(): FeedGauges
}

const text = { binary: false } as const
const closeCodes: { readonly [R in CloseReason]?: number } = { full: 1013, 'address-full': 1013, origin: 1008 }
const refusals: { readonly [R in CloseReason]?: { code: string; message: string } } = {
  full: { code: 'FEED_FULL', message: 'The server has as many readers as it may; try again later.' },
  'address-full': { code: 'FEED_ADDRESS_FULL', message: 'Your address has as many readers as it may have.' },
  origin: {
    code: 'FEED_ORIGIN_REFUSED',
    message:
      'This page is not of this server; the operator can allow its origin, or let the proxy pass the Host header.',
  },
}

export const createFeed = (options: FeedOptions): Feed => {
  const limits: FeedLimits = { ...defaultFeedLimits, ...options.limits }
  const meters = options.meters ?? noMeters
  const { core, epoch, version, now, monotonic } = options
  const nothing: Dirty = {
    nodes: new Set(),
    allNodes: false,
    removedNodes: new Set(),
    blocks: new Set(),
    removedBlocks: new Set(),
    summary: false,
  }
  const dirty = options.dirty ?? { take: (network: string) => core.network(network)?.takeDirty() ?? nothing }
  const turns = createTurns({ monotonic, defer: setImmediate, onSlice: options.onSlice })
  const hub = createHub({
    core,
    takeDirty: (key) => dirty.take(key),
    epoch,
    version,
    limits,
    meters,
    now,
    monotonic,
    run: (work) => turns.run(work),
  })
  const round = () => hub.round()
  const sockets = new Set<WebSocket>()
  let disposed = false

  const refuse = (socket: WebSocket, reason: CloseReason): void => {
    meters.count('readers_closed', { reason }, 1)
    socket.on('error', () => undefined)
    const refusal = refusals[reason]
    if (refusal !== undefined) socket.send(JSON.stringify({ type: 'error', ...refusal }))
    socket.close(closeCodes[reason] ?? 1013, reason)
  }

  const follow = (socket: WebSocket, reader: Reader): void => {
    let reason: CloseReason = 'gone'
    sockets.add(socket)
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      if (isBinary || bytes.length > limits.requestBytes) {
        reason = 'too-large'
        hub.closed(reader, reason)
        socket.close(isBinary ? 1003 : 1009, isBinary ? 'text expected' : reason)
      } else hub.receive(reader, bytes.toString('utf8'))
    })
    socket.on('pong', () => hub.pong(reader))
    // `close` follows; without a listener an error of one peer would end the process.
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') reason = 'too-large'
    })
    socket.on('close', () => {
      sockets.delete(socket)
      hub.closed(reader, reason)
    })
  }

  return {
    handle(socket, request, address = request.socket.remoteAddress ?? '') {
      if (disposed) return refuse(socket, 'shutdown')
      if (!isAllowedOrigin(request, options.origins ?? [])) return refuse(socket, 'origin')
      const reader = hub.open(sinkOf(socket), address)
      if (typeof reader === 'string') refuse(socket, reader)
      else follow(socket, reader)
    },
    tick() {
      if (disposed) return
      if (!turns.has(round)) turns.run(round)
      turns.check()
    },
    gauges: () => hub.gauges(),
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      turns.finish()
      const open = [...sockets]
      hub[Symbol.dispose]()
      await Promise.all(open.map(ended))
    },
  }
}

const sinkOf = (socket: WebSocket): Sink => ({
  send(frame) {
    if (socket.readyState === socket.OPEN) socket.send(frame, text)
  },
  get buffered() {
    return socket.bufferedAmount
  },
  ping() {
    if (socket.readyState === socket.OPEN) socket.ping()
  },
  close: (code, reason) => socket.close(code, reason),
  terminate: () => socket.terminate(),
})

/** Resolves when the socket is closed; a peer that does not answer the close is cut after a second. */
const ended = async (socket: WebSocket): Promise<void> => {
  if (socket.readyState === socket.CLOSED) return
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => socket.terminate(), 1000)
    socket.once('close', () => {
      clearTimeout(cut)
      resolve()
    })
  })
}

/** Browsers name the page a socket comes from; other programs name none. A page of another site sees nothing. */
export const isAllowedOrigin = (request: IncomingMessage, origins: readonly string[]): boolean => {
  const { origin, host } = request.headers
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true
  const forwarded = request.headers['x-forwarded-host']
  try {
    const from = new URL(origin).host
    return from === host || (typeof forwarded === 'string' && from === forwarded)
  } catch {
    return false
  }
}
