/**
 * The socket edge of the acknowledged protocol: `ws` on one side, the sessions on the other.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { limits as bounds, subProtocol } from '@netstats/protocol/netstats'
import type { BodyMemo } from '@netstats/protocol/netstats'
import type { WebSocket } from 'ws'
import { turnAway } from '../../net/upgrades.ts'
import type { FairShare } from '@netstats/sdk/limits'
import { createSocketServer, frameFaultOf } from '../../net/web-sockets.ts'
import { bump } from '../counts.ts'
import { createPartialFrameLimit } from '../../net/partial-frames.ts'
import { guardUnknownPeer } from '../ethstats/unknown-peer.ts'
import type { AgentCounts } from './netstats-counts.ts'
import type { AgentPeer } from './peer.ts'
import { createAgentReading } from './agent-reading.ts'
import { createReadingBudget } from './reading-budget.ts'
import type { ReadingLimits } from './reading-budget.ts'
import { createAgentSessions } from './sessions.ts'
import type { AgentSessions } from './sessions.ts'
import type { AgentSessionsOptions } from './sessions-state.ts'
import { createDeparture } from '../departure.ts'

export interface NetstatsEndpointOptions extends AgentSessionsOptions {
  /** What frames that have begun and not ended may hold, over all connections. */
  readonly maxPartialBytes: number
  readonly reading: ReadingLimits
  /** What is read of all agents, by address; also of those that speak the other protocol. */
  readonly readShare: FairShare
}

export interface NetstatsEndpoint {
  /** Takes over an upgrade request that was admitted. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer, address: string) => void
  /** Some four times a second: a share of the sessions each time. */
  tick(): void
  /** Does not read from agents that send while the bus is full. */
  hold(on: boolean): void
  /** Sends all agents away, and cuts those that do not go within `graceMs`. */
  drain(graceMs: number): Promise<void>
  readonly counts: AgentCounts
  readonly states: Readonly<Record<'awaiting-hello' | 'authenticating' | 'active', number>>
  readonly credit: { readonly window: number; readonly inFlight: number }
  readonly memo: BodyMemo
}

/** A peer that asks for something else than netstats.v1 would not understand the answers. */
const offersProtocol = ({ headers }: IncomingMessage): boolean =>
  (headers['sec-websocket-protocol'] ?? '').split(',').some((one) => one.trim() === subProtocol)

const shares = 4
/** Bytes that may wait for a peer that does not read. */
const unsentLimit = 4 << 20
/** Before its welcome a peer may send this much: a hello and a proof are less. */
const unknownPeerBytes = 256 << 10

export const createNetstatsEndpoint = (options: NetstatsEndpointOptions): NetstatsEndpoint => {
  const sessions = createAgentSessions(options)
  const { counts, peers, feed, end } = sessions
  const budget = createReadingBudget(options.reading, options.readShare, () => performance.now())
  const reading = createAgentReading(sessions, budget)
  const sockets = createSocketServer(bounds.frameBytes, subProtocol)
  let share = 0
  const departure = createDeparture(peers)

  const tellRefused = (name: string, address: string, reason: 'no-sub-protocol' | 'too-much-before-login'): void =>
    options.onRefused?.({ name, address, reason, via: 'netstats', at: Date.now() })

  const limitPartialFrames = partialFrameLimitOf(sessions, options.maxPartialBytes)

  const begin = (socket: WebSocket, raw: Socket, address: string): void => {
    const peer = sessions.open(socket, raw, address, budget.open())
    guardUnknownPeer(
      raw,
      unknownPeerBytes,
      () => peer.state === 'active',
      () => {
        counts.refused['too-much-before-login']++
        tellRefused(peer.called, address, 'too-much-before-login')
        end(peer, undefined, () => socket.terminate())
      },
    )
    socket.on('message', (data: Buffer, isBinary: boolean) => reading.receive(peer, data, isBinary))
    socket.on('pong', () => sessions.answered(peer))
    // `close` follows; without a listener an oversized frame would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const fault = frameFaultOf(error)
      if (fault === undefined) return
      bump(counts.faults, fault)
      if (fault === 'oversized') end(peer, 'oversized', () => undefined)
    })
    socket.once('close', () => {
      reading.forget(peer)
      sessions.closed(peer)
      departure.gone()
    })
    feed(peer, { type: 'opened' })
  }

  return {
    upgrade: (request, socket, head, address) => {
      if (!offersProtocol(request)) {
        bump(counts.faults, 'no-sub-protocol')
        tellRefused('', address, 'no-sub-protocol')
        return turnAway(socket, 400, 'Bad Request', `Sec-WebSocket-Protocol: ${subProtocol}\r\n`)
      }
      sockets.handleUpgrade(request, socket, head, (ws) => begin(ws, socket, address))
    },
    tick() {
      share = (share + 1) % shares
      const now = performance.now()
      for (const peer of peers.values()) {
        if (peer.serial % shares !== share) continue
        if (peer.socket.bufferedAmount > unsentLimit) end(peer, 'slow-reader', () => peer.socket.terminate())
        else if (now >= peer.wakeAt) feed(peer, { type: 'tick' })
      }
      reading.recover()
      sessions.spreadRate()
      if (share === 0) limitPartialFrames(peers.values())
    },
    hold: (on) => reading.hold(on),
    async drain(graceMs) {
      sessions.drain()
      await departure.all(graceMs, () => {
        for (const { socket } of peers.values()) socket.terminate()
      })
    },
    counts,
    states: sessions.states,
    get credit() {
      return sessions.credit
    },
    memo: sessions.memo,
  }
}

const partialFrameLimitOf = ({ counts, end }: AgentSessions, limit: number) =>
  createPartialFrameLimit<AgentPeer>({
    limit,
    bytesRead: (peer) => peer.raw.bytesRead,
    cut: (peer) => {
      bump(counts.faults, 'oversized')
      end(peer, 'oversized', () => peer.socket.terminate())
    },
  })
