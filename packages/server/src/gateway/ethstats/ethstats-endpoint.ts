/**
 * The sockets of the ethstats protocol: `ws` on one side, the protocol and its queue on the other. What happens to a frame is
 * decided there; here are only sockets and the clock.
 */
import type { Socket } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import type { WebSocket } from 'ws'
import { applyPause, createSocketEffects, listenTo, sendText } from './client-socket.ts'
import type { ClientSession } from './client-socket.ts'
import { createIngressQueue } from '../queue.ts'
import type { IngressQueue } from '../queue.ts'
import type { QueueLimits } from '../queue-model.ts'
import type { Bus } from '../../bus/bus.ts'
import type { FairShare } from '@netstats/sdk/limits'
import type { StageTimes } from '../../telemetry/stage-timings.ts'
import { createSocketServer } from '../../net/web-sockets.ts'
import type { RefusalNotes } from '../refusal-notes.ts'
import { createEthstatsProtocol } from './protocol.ts'
import type { EthstatsProtocol } from './protocol.ts'
import { createPongs } from '../pongs.ts'
import { createSession } from './ethstats-session.ts'
import type { SessionLimits } from './ethstats-session.ts'
import { createPartialFrameLimit, nothingReceived } from '../../net/partial-frames.ts'
import { createDeparture } from '../departure.ts'

export interface EndpointOptions {
  readonly bus: Bus
  readonly limits: SessionLimits
  readonly queueLimits: QueueLimits
  /** Largest frame taken; what is larger closes the connection with 1009. */
  readonly maxFrameBytes: number
  /** What frames that have begun and not ended may hold, over all connections. */
  readonly maxPartialBytes: number
  /** What is read of all clients and agents, by address. */
  readonly readShare?: FairShare
  /** It has logged in. */
  readonly onKnown?: (raw: Socket) => void
  readonly log: Logger
  /** Called for each refusal. */
  readonly onRefused?: RefusalNotes['add']
  /** Measures a sample of the work on frames. */
  readonly stages: StageTimes
}

export interface EthstatsEndpoint {
  /** Takes over an upgrade request that was admitted. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer, address: string) => void
  tick(now: number): void
  /** Closes all sessions; what they have sent is worked through. Cuts those that do not go within `graceMs`. */
  drain(graceMs: number): Promise<void>
  readonly protocol: EthstatsProtocol<ClientSession>
  readonly queue: IngressQueue<ClientSession>
}

/** geth listens for the answer to its ping within a few ms of writing it, on a loaded machine some 20. */
const pongWaitMs = 25
/** More than all sessions of a process ask for in that time. */
const maxPongs = 65_536

export const createEthstatsEndpoint = (options: EndpointOptions): EthstatsEndpoint => {
  const { log, limits } = options
  const sessions = new Set<ClientSession>()
  let serial = 0
  const departure = createDeparture(sessions)

  const pongs = createClientPongs()
  const queue = createIngressQueue<ClientSession>({
    limits: options.queueLimits,
    receive: (session, text, at) => {
      const sampled = options.stages.begin()
      try {
        protocol.receive(session, text, unixMs(at))
      } catch (error) {
        failed(session, error)
      }
      if (sampled) options.stages.end()
    },
    finished: (session) => protocol.finished(session, unixMs(Date.now())),
    setPaused: applyPause,
    now: () => performance.now(),
    defer: setImmediate,
  })
  const protocol = createEthstatsProtocol<ClientSession>({
    effects: createSocketEffects(options, pongs),
    limits,
    bus: options.bus,
    queue,
    readShare: options.readShare,
  })

  // A defect of ours must cost one session, not the process. The first is logged whole, all are counted.
  const failed = (session: ClientSession, error: unknown): void => {
    if (!protocol.counts.badFrames.has('internal'))
      log.error({ error, client: session.client }, 'a frame could not be handled')
    protocol.protocolError(session, 'internal', Date.now())
    session.socket.close(1011)
  }

  const sockets = createSocketServer(options.maxFrameBytes)
  const limitPartialFrames = partialFrameLimitOf(protocol, options.maxPartialBytes)

  const begin = (request: IncomingMessage, socket: WebSocket, raw: Socket, address: string): void => {
    const now = performance.now()
    const opened = { serial: serial++, address, primusClient: isPrimusUrl(request.url), now, at: Date.now() }
    const session: ClientSession = Object.assign(createSession(opened, limits), nothingReceived(), {
      socket,
      raw,
      pingSentAt: 0,
    })
    sessions.add(session)
    listenTo(session, protocol, failed)
    socket.once('close', () => {
      sessions.delete(session)
      protocol.closed(session, unixMs(Date.now()))
      departure.gone()
    })
    protocol.opened(session, now)
  }

  return {
    upgrade: (request, socket, head, address) => {
      sockets.handleUpgrade(request, socket, head, (ws) => begin(request, ws, socket, address))
    },
    tick(now) {
      protocol.tick(now, unixMs(Date.now()))
      limitPartialFrames(sessions)
    },
    async drain(graceMs) {
      protocol.drain()
      await departure.all(graceMs, () => {
        for (const { socket } of sessions) socket.terminate()
      })
      await queue.drained()
    },
    protocol,
    queue,
  }
}

const createClientPongs = () =>
  createPongs<ClientSession>({
    waitMs: pongWaitMs,
    most: maxPongs,
    now: () => performance.now(),
    defer: (run, ms) => void setTimeout(run, ms).unref(),
    send: (session, text, heldMs) => {
      session.pongHeldMs = heldMs
      sendText(session, text)
    },
  })

const partialFrameLimitOf = (protocol: EthstatsProtocol<ClientSession>, limit: number) =>
  createPartialFrameLimit<ClientSession>({
    limit,
    bytesRead: (session) => session.raw.bytesRead,
    cut: (session) => {
      if (session.state === 'awaiting-hello') protocol.refuse(session, 'too-much-before-login')
      else protocol.protocolError(session, 'oversized', Date.now())
      session.socket.terminate()
    },
  })

const isPrimusUrl = (url: string | undefined): boolean => url !== undefined && /[?&]_primuscb=/.test(url)
