/** The feed's edge: WebSockets in, the hub inside. Anyone who owns the HTTP server routes upgrades on `/feed` here. */
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { OpenAlarms } from '../alarms/alarms-model.ts'
import type { Core } from '../shard/shard-model.ts'
import type { ChangeReader } from '../core/change-fanout.ts'
import { createHub } from './hub.ts'
import { defaultFeedLimits } from './feed-limits.ts'
import type { FeedLimits } from './feed-limits.ts'
import type { CloseReason, FeedGauges, FeedMeters } from './meters.ts'
import type { Recorded } from './recorded-sources.ts'
import type { Viewer, Sink } from './viewer.ts'
import type { FeedRefusal } from './refusal.ts'
import { createWorkScheduler } from '../lib/work-scheduler.ts'
import { withDeadline } from '../lib/with-timeout.ts'

export interface FeedOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Where changed rows come from: others read them too. */
  readonly dirty: Pick<ChangeReader, 'take'>
  /** Different for every life of the server. */
  readonly epoch: string
  readonly version: string
  readonly limits?: Partial<FeedLimits>
  /** What the history has just recorded: log lines and values of metrics. */
  readonly recorded?: Recorded | undefined
  /** What rules have found; without it, there are no alarms. */
  readonly alarms?: OpenAlarms | undefined
  readonly meters: FeedMeters
  /** Wall clock, milliseconds: what is written into messages. */
  readonly now: () => number
  /** Milliseconds that never step: what is measured with. */
  readonly monotonic: () => number
  /** Told the time of each slice of work. */
  readonly onSlice?: (ms: number) => void
  /** Why the page that asks may not look, with the cure; undefined where it may, and by default. */
  readonly refusalOf?: (request: IncomingMessage) => FeedRefusal | undefined
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
  full: { code: 'FEED_FULL', message: 'The server has as many viewers as it may; try again later.' },
  'address-full': { code: 'FEED_ADDRESS_FULL', message: 'Your address has as many viewers as it may have.' },
}

export const createFeed = (options: FeedOptions): Feed => {
  const limits: FeedLimits = { ...defaultFeedLimits, ...options.limits }
  const { core, epoch, version, meters, now, monotonic } = options
  const scheduler = createWorkScheduler({ monotonic, defer: setImmediate, onSlice: options.onSlice })
  const hub = createHub({
    core,
    takeDirty: (key) => options.dirty.take(key),
    epoch,
    version,
    limits,
    recorded: options.recorded,
    alarms: options.alarms,
    meters,
    now,
    monotonic,
    run: (work) => scheduler.run(work),
  })
  const round = () => hub.round()
  const sockets = new Set<WebSocket>()
  let disposed = false

  const refuse = (socket: WebSocket, reason: CloseReason, refusal = refusals[reason]): void => {
    meters.count('viewers_closed', { reason }, 1)
    socket.on('error', () => undefined)
    if (refusal !== undefined) socket.send(JSON.stringify({ type: 'error', ...refusal }))
    socket.close(closeCodes[reason] ?? 1013, reason)
  }

  const follow = (socket: WebSocket, viewer: Viewer): void => {
    let reason: CloseReason = 'gone'
    sockets.add(socket)
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      if (isBinary || bytes.length > limits.requestBytes) {
        reason = 'too-large'
        hub.closed(viewer, reason)
        socket.close(isBinary ? 1003 : 1009, isBinary ? 'text expected' : reason)
      } else hub.receive(viewer, bytes.toString('utf8'))
    })
    socket.on('pong', () => hub.pong(viewer))
    // `close` follows; without a listener an error of one peer would end the process.
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') reason = 'too-large'
    })
    socket.on('close', () => {
      sockets.delete(socket)
      hub.closed(viewer, reason)
    })
  }

  return {
    handle(socket, request, address = request.socket.remoteAddress ?? '') {
      if (disposed) return refuse(socket, 'shutdown')
      const refusal = options.refusalOf?.(request)
      if (refusal !== undefined) return refuse(socket, 'origin', refusal)
      const viewer = hub.open(sinkOf(socket), address)
      if (typeof viewer === 'string') refuse(socket, viewer)
      else follow(socket, viewer)
    },
    tick() {
      if (disposed) return
      if (!scheduler.has(round)) scheduler.run(round)
      scheduler.check()
    },
    gauges: () => hub.gauges(),
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      scheduler.finish()
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
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await withDeadline(closed, 1000, () => socket.terminate())
}
