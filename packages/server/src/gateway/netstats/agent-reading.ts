/**
 * When an agent is read from: not while the bus is full, and not while its budget is used up. What had been read of it by
 * then waits, no more than came with the last bytes.
 */
import { mostInflated } from '@netstats/protocol/netstats'
import { bump } from '../counts.ts'
import { pauseReading, resumeReading } from '../frame-reader.ts'
import { tryInflate } from './inflate.ts'
import type { AgentPeer } from './peer.ts'
import type { Frame, ReadingBudget } from './reading-budget.ts'
import type { AgentSessions } from './sessions.ts'

export interface AgentReading {
  receive(peer: AgentPeer, data: Buffer, isBinary: boolean): void
  /** Works on what waits of those whose budget has recovered, and reads from them again. */
  recover(): void
  /** Does not read from agents that send while this is on. */
  hold(on: boolean): void
  /** Its connection is gone. */
  forget(peer: AgentPeer): void
}

export const createAgentReading = (
  { counts, feed }: Pick<AgentSessions, 'counts' | 'feed'>,
  budget: ReadingBudget,
): AgentReading => {
  /** Not read from while the bus is full, and until their budget has recovered. */
  const paused = new Set<AgentPeer>()
  const throttled = new Set<AgentPeer>()
  let held = false

  const pause = (set: Set<AgentPeer>, peer: AgentPeer): void => {
    set.add(peer)
    pauseReading(peer.socket, peer.raw)
  }

  const resume = (peer: AgentPeer): void => {
    if (!paused.has(peer) && !throttled.has(peer)) resumeReading(peer.socket, peer.raw)
  }

  const read = (peer: AgentPeer, frame: Frame): void => {
    const { data, isBinary } = frame
    const settle = budget.charge(peer, frame)
    if (!isBinary) return feed(peer, { type: 'frame', text: data.toString(), bytes: data.length })
    if (!peer.session.compress) return feed(peer, { type: 'unreadable', reason: 'binary without permission' })
    const inflated = tryInflate(data, mostInflated(data.length))
    if (inflated === undefined) {
      bump(counts.faults, 'inflate')
      return feed(peer, { type: 'unreadable', reason: 'not deflated text within bounds' })
    }
    settle(inflated.length)
    feed(peer, { type: 'frame', text: inflated.toString(), bytes: data.length })
  }

  return {
    receive(peer, data, isBinary) {
      peer.delivered++
      counts.frames++
      counts.bytes += data.length
      if (peer.state === 'ended') return
      if (held && !paused.has(peer)) pause(paused, peer)
      if (peer.unread.length === 0 && budget.mayRead(peer)) return read(peer, { data, isBinary })
      peer.unread.push({ data, isBinary })
      if (throttled.has(peer)) return
      counts.throttled++
      pause(throttled, peer)
    },
    recover() {
      if (held) return
      for (const peer of throttled) {
        while (peer.unread.length > 0 && peer.state !== 'ended' && budget.mayRead(peer))
          read(peer, peer.unread.shift() as Frame)
        if (peer.state === 'ended') peer.unread.length = 0
        if (peer.unread.length > 0 || !budget.mayRead(peer)) continue
        throttled.delete(peer)
        resume(peer)
      }
    },
    hold(on) {
      held = on
      if (on) return
      const waiting = [...paused]
      paused.clear()
      for (const peer of waiting) resume(peer)
    },
    forget(peer) {
      paused.delete(peer)
      throttled.delete(peer)
    },
  }
}
