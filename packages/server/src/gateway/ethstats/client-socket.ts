/** A client's socket: what its session may do to it, and what it hears from it. */
import type { Socket } from 'node:net'
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import type { WebSocket } from 'ws'
import type { PartialFrame } from '../../net/partial-frames.ts'
import { frameFaultOf } from '../../net/web-sockets.ts'
import { pauseReading, resumeReading } from '../frame-reader.ts'
import type { Pongs } from '../pongs.ts'
import type { RefusalNotes } from '../refusal-notes.ts'
import type { Session, SessionEffects } from './ethstats-session.ts'
import type { EthstatsProtocol } from './protocol.ts'
import { pingFrame, textFrame } from './text-frame.ts'
import { guardUnknownPeer } from './unknown-peer.ts'

// Before its login a peer may send this much: enough for any hello and what impatient agents send after it.
const unknownPeerBytes = 1 << 20

export interface ClientSession extends Session, PartialFrame {
  readonly socket: WebSocket
  readonly raw: Socket
  pingSentAt: number
}

/** Two may pause a socket: the queue when much of its session waits in it, the protocol when it sends too much. */
export const applyPause = ({ socket, raw, paused, throttled }: ClientSession): void => {
  if (socket.readyState !== socket.OPEN) return
  if (paused || throttled) pauseReading(socket, raw)
  else resumeReading(socket, raw)
}

/**
 * Answers to pings are most of what is sent. Without compression `ws` writes each frame at once, so writing a frame past it,
 * whole and at once, keeps the order; it halves the cost of the answer.
 */
export const sendText = ({ socket, raw }: ClientSession, text: string): void => {
  if (socket.readyState !== socket.OPEN) return
  const frame = textFrame(text)
  if (frame === undefined) socket.send(text)
  else raw.write(frame, 'latin1')
}

interface EffectsOptions {
  readonly log: Logger
  readonly onKnown?: ((raw: Socket) => void) | undefined
  readonly onRefused?: RefusalNotes['add'] | undefined
}

export const createSocketEffects = (
  { log, onKnown, onRefused }: EffectsOptions,
  pongs: Pick<Pongs<ClientSession>, 'add'>,
): SessionEffects<ClientSession> => ({
  send: sendText,
  pong: (session, text) => pongs.add(session, text),
  close: ({ socket, raw }, code) => {
    socket.close(code)
    // One that is not read from could never answer the close.
    resumeReading(socket, raw)
  },
  terminate: ({ socket }) => socket.terminate(),
  ping: (session) => {
    if (session.socket.readyState !== session.socket.OPEN) return
    if (session.pingSentAt === 0) session.pingSentAt = performance.now()
    session.raw.write(pingFrame, 'latin1')
  },
  unsent: ({ socket }) => socket.bufferedAmount,
  throttle: applyPause,
  refused: ({ id, address }, reason) => onRefused?.({ name: id, address, reason, via: 'ethstats', at: Date.now() }),
  log: ({ raw, address, id, client }, event, detail) => {
    if (event === 'login') onKnown?.(raw)
    const fields = { address, node: id, detail }
    if (event === 'unreadable')
      log.warn({ ...fields, client }, 'blocks of this client cannot be read, for this field of theirs')
    else if (event === 'unread')
      log.warn({ ...fields, client }, 'this field of blocks cannot be read, and is shown as not known')
    else if (event === 'refused') log.debug(fields, 'client refused')
    else log.debug(fields, event === 'login' ? 'client logged in' : 'session of a client ended')
  },
})

/** Hands on what the socket says. `failed` is called for a defect of ours. */
export const listenTo = (
  session: ClientSession,
  protocol: EthstatsProtocol<ClientSession>,
  failed: (session: ClientSession, error: unknown) => void,
): void => {
  const { socket, raw } = session
  guardUnknownPeer(
    raw,
    unknownPeerBytes,
    () => session.state === 'active',
    () => {
      if (session.state === 'awaiting-hello') protocol.refuse(session, 'too-much-before-login')
      socket.terminate()
    },
  )
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    session.delivered++
    if (isBinary) return protocol.protocolError(session, 'binary', Date.now())
    try {
      protocol.frame(session, data, unixMs(Date.now()))
    } catch (error) {
      failed(session, error)
    }
  })
  socket.on('pong', () => {
    const roundTripMs = session.pingSentAt === 0 ? undefined : performance.now() - session.pingSentAt
    session.pingSentAt = 0
    if (roundTripMs === undefined) session.heard = true
    else protocol.roundTrip(session, roundTripMs, unixMs(Date.now()))
  })
  socket.on('ping', () => {
    // `ws` cuts a peer that pings without end and does not read the answers.
    if (socket.readyState === socket.OPEN) protocol.pinged(session, Date.now())
    else protocol.protocolError(session, 'ping-flood', Date.now())
  })
  // `close` follows; without a listener an oversized frame would end the process.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const fault = frameFaultOf(error)
    if (fault !== undefined) protocol.protocolError(session, fault, Date.now())
  })
}
