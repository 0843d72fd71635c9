/**
 * The socket edge of the acknowledged protocol: `ws` on one side, the sessions on the other.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { limits as bounds, subProtocol } from '@netstats/protocol/netstats'
import type { BodyMemo } from '@netstats/protocol/netstats'
import type { WebSocket } from 'ws'
import { turnAway } from '../../upgrades.ts'
import { createSocketServer, frameFaultOf } from '../../web-sockets.ts'
import { bump } from '../counts.ts'
import { goOnReading, stopReading } from '../reading.ts'
import { createUnfinishedWatch } from '../unfinished.ts'
import type { AgentCounts } from './counts.ts'
import { tryInflate } from './inflate.ts'
import type { AgentPeer } from './peer.ts'
import { createAgentSessions } from './sessions.ts'
import type { AgentSessionsOptions } from './sessions.ts'

export interface NetstatsEndpointOptions extends AgentSessionsOptions {
  /** What frames that have begun and not ended may hold, over all connections. */
  readonly maxUnfinishedBytes: number
}

export interface NetstatsEndpoint {
  /** Takes over an upgrade request that was admitted. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer, address: string) => void
  /** Some four times a second: a share of the sessions each time. */
  tick(): void
  /** Reads nothing from agents that speak while the way to the desk is full. */
  hold(on: boolean): void
  /** Sends all agents away, and cuts those that do not go within `graceMs`. */
  drain(graceMs: number): Promise<void>
  readonly counts: AgentCounts
  readonly states: { readonly greeting: number; readonly asking: number; readonly open: number }
  readonly credit: { readonly window: number; readonly inFlight: number }
  readonly memo: BodyMemo
}

/** Who asks for something else than netstats.v1 would not understand what it is told. */
const offersProtocol = ({ headers }: IncomingMessage): boolean =>
  (headers['sec-websocket-protocol'] ?? '').split(',').some((one) => one.trim() === subProtocol)

const shares = 4
/** Bytes that may wait for a peer that does not read. */
const unsentLimit = 4 << 20

export const createNetstatsEndpoint = (options: NetstatsEndpointOptions): NetstatsEndpoint => {
  const sessions = createAgentSessions(options)
  const { counts, peers, feed, end } = sessions
  const paused = new Set<AgentPeer>()
  const sockets = createSocketServer(bounds.frameBytes, subProtocol)
  let share = 0
  let held = false
  let gone: (() => void) | undefined

  const watchUnfinished = createUnfinishedWatch<AgentPeer>({
    limit: options.maxUnfinishedBytes,
    bytesRead: (peer) => peer.raw.bytesRead,
    cut: (peer) => {
      bump(counts.faults, 'oversized')
      end(peer, 'oversized', () => peer.socket.terminate())
    },
  })

  const onMessage = (peer: AgentPeer, data: Buffer, isBinary: boolean): void => {
    peer.delivered++
    counts.frames++
    counts.bytes += data.length
    if (peer.state === 'over') return
    if (held && !paused.has(peer)) {
      paused.add(peer)
      stopReading(peer.socket, peer.raw)
    }
    if (!isBinary) return feed(peer, { type: 'frame', text: data.toString(), bytes: data.length })
    if (!peer.session.compress) return feed(peer, { type: 'unreadable', reason: 'binary without permission' })
    const text = tryInflate(data, bounds.frameBytes)
    if (text === undefined) return feed(peer, { type: 'unreadable', reason: 'not deflated text within bounds' })
    feed(peer, { type: 'frame', text, bytes: data.length })
  }

  const begin = (socket: WebSocket, raw: Socket, address: string): void => {
    const peer = sessions.open(socket, raw, address)
    socket.on('message', (data: Buffer, isBinary: boolean) => onMessage(peer, data, isBinary))
    socket.on('pong', () => sessions.answered(peer))
    // `close` follows; without a listener an oversized frame would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const odd = frameFaultOf(error)
      if (odd === undefined) return
      bump(counts.faults, odd)
      if (odd === 'oversized') end(peer, 'oversized', () => undefined)
    })
    socket.once('close', () => {
      paused.delete(peer)
      sessions.closed(peer)
      if (peers.size === 0) gone?.()
    })
    feed(peer, { type: 'opened' })
  }

  return {
    upgrade: (request, socket, head, address) => {
      if (!offersProtocol(request)) {
        bump(counts.faults, 'no-sub-protocol')
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
      sessions.spreadPace()
      if (share === 0) watchUnfinished(peers.values())
    },
    hold(on) {
      held = on
      if (on) return
      for (const { socket, raw } of paused) goOnReading(socket, raw)
      paused.clear()
    },
    async drain(graceMs) {
      sessions.drain()
      if (peers.size === 0) return
      const cut = setTimeout(() => {
        for (const { socket } of peers.values()) socket.terminate()
      }, graceMs)
      await new Promise<void>((resolve) => {
        gone = resolve
      })
      clearTimeout(cut)
    },
    counts,
    states: sessions.states,
    get credit() {
      return sessions.credit
    },
    memo: sessions.memo,
  }
}
