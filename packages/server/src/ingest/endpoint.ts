/**
 * The socket edge of the ethstats ingest: `ws` on one side, the machine and the intake queue on the other. What happens
 * to a frame is decided there; here are only sockets and the clock.
 */
import type { Socket } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import type { WebSocket } from 'ws'
import { createIntake } from '../intake/intake.ts'
import type { Intake, IntakeLimits } from '../intake/intake.ts'
import type { Downward, Upward } from '../bus/model.ts'
import type { StageTimes } from '../self/stage-times.ts'
import { createSocketServer, frameFaultOf } from '../web-sockets.ts'
import { createIngestMachine } from './machine.ts'
import type { IngestMachine } from './machine.ts'
import { goOnReading, stopReading } from './reading.ts'
import { createSession } from './session.ts'
import type { Session, SessionEffects, SessionLimits } from './session.ts'
import { pingFrame, textFrame } from './text-frame.ts'
import { createUnfinishedWatch, noneIncoming } from './unfinished.ts'
import type { Incoming } from './unfinished.ts'

export interface AgentSession extends Session, Incoming {
  readonly socket: WebSocket
  readonly raw: Socket
  pingSentAt: number
}

export interface EndpointOptions {
  /** The line to the desk that takes `down` for its other end. */
  readonly connect: (down: Downward) => Upward
  readonly limits: SessionLimits
  readonly intakeLimits: IntakeLimits
  /** Largest frame taken; what is larger closes the connection with 1009. */
  readonly maxFrameBytes: number
  /** What frames that have begun and not ended may hold, over all connections. */
  readonly maxUnfinishedBytes: number
  readonly log: Logger
  /** Measures a sample of the work on frames. */
  readonly stages: StageTimes
}

export interface EthstatsEndpoint {
  /** Takes over an upgrade request that was admitted. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer, address: string) => void
  tick(now: number): void
  /** Closes all sessions; what they have sent is worked through. Cuts those that do not go within `graceMs`. */
  drain(graceMs: number): Promise<void>
  readonly machine: IngestMachine<AgentSession>
  readonly intake: Intake<AgentSession>
}

// Before its login a peer may send this much: enough for any hello and what impatient agents send after it.
const unknownPeerBytes = 1 << 20

export const createEthstatsEndpoint = (options: EndpointOptions): EthstatsEndpoint => {
  const { log, limits } = options
  const sessions = new Set<AgentSession>()
  let serial = 0
  let gone: (() => void) | undefined

  const effects: SessionEffects<AgentSession> = {
    send: ({ socket, raw }, text) => {
      if (socket.readyState !== socket.OPEN) return
      // Answers to pings are most of what is sent. Without compression `ws` writes each frame at once, so writing
      // a frame past it, whole and at once, keeps the order; it halves the cost of the answer.
      const frame = textFrame(text)
      if (frame === undefined) socket.send(text)
      else raw.write(frame, 'latin1')
    },
    close: ({ socket, raw }, code) => {
      socket.close(code)
      // One that is not read from could never answer the close.
      goOnReading(socket, raw)
    },
    terminate: ({ socket }) => socket.terminate(),
    ping: (session) => {
      if (session.socket.readyState !== session.socket.OPEN) return
      if (session.pingSentAt === 0) session.pingSentAt = performance.now()
      session.raw.write(pingFrame, 'latin1')
    },
    unsent: ({ socket }) => socket.bufferedAmount,
    queue: (session, text, shedClass, at) => intake.offer(session, text, shedClass, at),
    throttle: (session) => applyPause(session),
    shed: (shedClass) => intake.shed(shedClass, 'rate'),
    end: (session) => intake.end(session),
    log: (session, event, detail) => {
      const fields = { address: session.address, node: session.id, detail }
      if (event === 'refused') log.debug(fields, 'agent refused')
      else log.debug(fields, event === 'login' ? 'agent logged in' : 'agent session ended')
    },
  }

  const machine = createIngestMachine<AgentSession>({ effects, limits, connect: options.connect })
  const intake = createIntake<AgentSession>({
    limits: options.intakeLimits,
    work: (session, text, at) => {
      const sampled = options.stages.begin()
      try {
        machine.settle(session, text, unixMs(at))
      } catch (error) {
        failed(session, error)
      }
      if (sampled) options.stages.end()
    },
    finished: (session) => machine.finished(session, unixMs(Date.now())),
    setPaused: (session) => applyPause(session),
    now: () => performance.now(),
    defer: setImmediate,
  })

  // A defect of ours must cost one session, not the process. The first is logged whole, all are counted.
  const failed = (session: AgentSession, error: unknown): void => {
    if (!machine.counts.badFrames.has('internal'))
      log.error({ error, client: session.client }, 'a frame could not be handled')
    machine.oddFrame(session, 'internal', Date.now())
    session.socket.close(1011)
  }

  // Two may want a socket to wait: the queue when much of its session waits in it, the machine when it sends too much.
  const applyPause = (session: AgentSession): void => {
    const { socket, raw } = session
    if (socket.readyState !== socket.OPEN) return
    if (session.paused || session.throttled) stopReading(socket, raw)
    else goOnReading(socket, raw)
  }

  const sockets = createSocketServer(options.maxFrameBytes)
  const watchUnfinished = createUnfinishedWatch<AgentSession>({
    limit: options.maxUnfinishedBytes,
    bytesRead: (session) => session.raw.bytesRead,
    cut: (session) => {
      if (session.state === 'waiting') machine.refuse(session, 'too-much-before-login')
      else machine.oddFrame(session, 'oversized', Date.now())
      session.socket.terminate()
    },
  })

  const begin = (request: IncomingMessage, socket: WebSocket, raw: Socket, address: string): void => {
    const now = performance.now()
    const facts = { serial: serial++, address, primusClient: isPrimusUrl(request.url), now, at: Date.now() }
    const session: AgentSession = Object.assign(createSession(facts, limits), noneIncoming(), {
      socket,
      raw,
      pingSentAt: 0,
    })
    sessions.add(session)
    guardUnknownPeer(session, raw, () => machine.refuse(session, 'too-much-before-login'))
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      session.delivered++
      if (isBinary) return machine.oddFrame(session, 'binary', Date.now())
      try {
        machine.frame(session, data, unixMs(Date.now()))
      } catch (error) {
        failed(session, error)
      }
    })
    socket.on('pong', () => {
      const roundTripMs = session.pingSentAt === 0 ? undefined : performance.now() - session.pingSentAt
      session.pingSentAt = 0
      if (roundTripMs === undefined) session.heard = true
      else machine.roundTrip(session, roundTripMs, unixMs(Date.now()))
    })
    socket.on('ping', () => {
      // `ws` cuts a peer that pings without end and does not read the answers.
      if (socket.readyState === socket.OPEN) machine.pinged(session, Date.now())
      else machine.oddFrame(session, 'ping-flood', Date.now())
    })
    // `close` follows; without a listener an oversized frame would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const odd = frameFaultOf(error)
      if (odd !== undefined) machine.oddFrame(session, odd, Date.now())
    })
    socket.once('close', () => {
      sessions.delete(session)
      machine.closed(session, unixMs(Date.now()))
      if (sessions.size === 0) gone?.()
    })
    machine.opened(session, now)
  }

  return {
    upgrade: (request, socket, head, address) => {
      sockets.handleUpgrade(request, socket, head, (ws) => begin(request, ws, socket, address))
    },
    tick(now) {
      machine.tick(now, unixMs(Date.now()))
      watchUnfinished(sessions)
    },
    async drain(graceMs) {
      machine.drain()
      if (sessions.size > 0) {
        const cut = setTimeout(() => {
          for (const { socket } of sessions) socket.terminate()
        }, graceMs)
        await new Promise<void>((resolve) => {
          gone = resolve
        })
        clearTimeout(cut)
      }
      await intake.drained()
    },
    machine,
    intake,
  }
}

/** Cuts a peer that sends more than any login needs before it has logged in: its frames would be kept until whole. */
const guardUnknownPeer = (session: AgentSession, raw: Socket, refuse: () => void): void => {
  const watch = (): void => {
    if (session.state === 'ready') raw.off('data', watch)
    else if (raw.bytesRead > unknownPeerBytes) {
      if (session.state === 'waiting') refuse()
      session.socket.terminate()
    }
  }
  raw.on('data', watch)
}

const isPrimusUrl = (url: string | undefined): boolean => url !== undefined && /[?&]_primuscb=/.test(url)
