/**
 * The agent's side of one connection.
 *
 *     opening ── opened: hello ──▶ login ── welcome ──▶ open
 *                                  │  ▲                  │  offer ▶ batch, ack ▶ acknowledged, nack ▶ resend
 *                         challenge╰──╯proof             │
 *     in each: refuse, bye, close, closed, silence ──────┴──▶ over
 *
 * Of what is sent only ranges are kept: the host reads it again from the spool where it has to come again.
 */
import { receive, silent } from './agent-receive.ts'
import { cutBatches, lingerEnd, offer, room, sendAnswer, sendNow, settlePassed } from './agent-send.ts'
import { createAgentState, end, nextPingAt, send, sendPing, silentAt, unansweredAt } from './agent-state.ts'
import type { AgentState } from './agent-state.ts'
import type { AgentAction, AgentInput, AgentSession, AgentSessionOptions } from './agent-types.ts'
import { closeCodes, defaults } from './limits.ts'
import { clockOf } from './pinger.ts'
import { protocolVersion } from './messages.ts'
import type { At } from './server-types.ts'

/** The agent's side of one connection, from `opened` to `end`. Sans-I/O: it is told what happened and says what to do. */
export const createAgentSession = (options: AgentSessionOptions): AgentSession => {
  const s = createAgentState(options)
  return {
    take: (input, at) => {
      const out: AgentAction[] = []
      if (s.phase === 'over') return out
      if (s.pausedUntil !== undefined && at.mono >= s.pausedUntil) s.pausedUntil = undefined
      step(s, out, input, at)
      cutBatches(s, out, at)
      settlePassed(s, out)
      return out
    },
    wakeAt: () => wakeAt(s),
    room: () => room(s),
    get phase() {
      return s.phase
    },
    get inFlight() {
      return s.flight.count
    },
    get queued() {
      return s.queue.length
    },
    clock: (at) => clockOf(s.pinger, at),
    counts: s.counts,
  }
}

const step = (s: AgentState, out: AgentAction[], input: AgentInput, at: At): void => {
  switch (input.type) {
    case 'opened':
      if (s.phase !== 'opening') return
      s.phase = 'login'
      s.heardAt = at.mono
      s.until = at.mono + (s.options.loginMs ?? defaults.loginMs)
      send(out, { type: 'hello', version: protocolVersion, ...s.options.hello, time: at.now })
      return
    case 'frame':
      if (s.phase !== 'opening') receive(s, out, input.text, at)
      return
    case 'tick':
      tick(s, out, at)
      return
    case 'offer':
      if (s.phase === 'open') offer(s, out, input, at)
      return
    case 'now':
      sendNow(s, out, input.items)
      return
    case 'answer':
      sendAnswer(s, out, input.id, input.lines, input.missing)
      return
    case 'close':
      if (s.phase !== 'opening') send(out, { type: 'bye', reason: input.reason })
      end(s, out, 'closed', input.reason)
      return
    case 'unreadable':
      if (s.phase !== 'opening') send(out, { type: 'bye', reason: input.reason })
      end(s, out, 'lost', input.reason, { code: closeCodes.protocol })
      return
    case 'closed':
      end(s, out, 'lost', input.reason ?? 'the connection ended')
  }
}

const tick = (s: AgentState, out: AgentAction[], at: At): void => {
  if (s.phase === 'login' && at.mono >= s.until) silent(s, out, 'no welcome in time')
  if (s.phase !== 'open') return
  if (at.mono >= silentAt(s)) silent(s, out, 'nothing heard of the server')
  else if (at.mono >= unansweredAt(s)) silent(s, out, 'no word of what was sent')
  else if (at.mono >= nextPingAt(s)) sendPing(s, out, at)
}

const wakeAt = (s: AgentState): number => {
  if (s.phase === 'login') return s.until
  if (s.phase !== 'open') return Infinity
  const next = Math.min(silentAt(s), nextPingAt(s), unansweredAt(s))
  // When a pause ends the host looks at `room()`, even with nothing in the queue.
  return Math.min(next, s.pausedUntil === undefined ? lingerEnd(s) : s.pausedUntil)
}
