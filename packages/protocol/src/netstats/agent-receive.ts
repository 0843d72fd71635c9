/** What an agent session does with the frames of a server. */
import { ParseError } from '../errors.ts'
import { end, fault, giveUp, goBack, send, sendPing } from './agent-state.ts'
import type { AgentState } from './agent-state.ts'
import type { AgentAction } from './agent-types.ts'
import { land } from './flight.ts'
import { closeCodes, limits } from './limits.ts'
import type { Challenge, Nack, Request, Sequence, ServerMessage, Welcome } from './messages.ts'
import { pong } from './pinger.ts'
import { readServerFrame } from './read-server.ts'
import type { At } from './server-types.ts'
import { loginText } from './signing.ts'

export const receive = (s: AgentState, out: AgentAction[], text: string, at: At): void => {
  s.heardAt = at.mono
  let message: ServerMessage
  try {
    message = readServerFrame(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    fault(s, out, error.code, at)
    return
  }
  switch (message.type) {
    case 'ping':
      send(out, { type: 'pong', t1: message.t1, t2: at.now, t3: at.now })
      return
    case 'pong': {
      const measured = pong(s.pinger, message, at)
      if (measured !== undefined) out.push({ type: 'measured', ...measured })
      return
    }
    case 'bye':
      end(s, out, 'sent-away', message.reason, { retryMs: message.retryMs })
      return
    case 'refuse':
      end(s, out, s.phase === 'login' ? 'refused' : 'sent-away', message.reason, { retryMs: message.retryMs })
      return
    case 'unknown':
      s.counts.unknown++
      return
    case 'challenge':
    case 'welcome':
      if (s.phase === 'login') receiveLogin(s, out, message, at)
      else fault(s, out, `turn-${message.type}`, at)
      return
    case 'ack':
    case 'nack':
    case 'credit':
    case 'intervals':
    case 'request':
      if (s.phase === 'open') receiveOpen(s, out, message, at)
      else fault(s, out, `turn-${message.type}`, at)
  }
}

const receiveLogin = (s: AgentState, out: AgentAction[], message: Challenge | Welcome, at: At): void => {
  if (message.type === 'welcome') welcomed(s, out, message, at)
  else prove(s, out, message, at)
}

const prove = (s: AgentState, out: AgentAction[], { nonce }: Challenge, at: At): void => {
  const { sign, hello } = s.options
  if (s.challenged) {
    fault(s, out, 'turn-challenge', at)
    return
  }
  if (sign === undefined) {
    send(out, { type: 'bye', reason: 'no key' })
    end(s, out, 'refused', 'the server asks for the proof of a key that this agent does not have')
    return
  }
  s.challenged = true
  send(out, { type: 'proof', signature: sign(loginText(nonce, hello)) })
}

const welcomed = (s: AgentState, out: AgentAction[], welcome: Welcome, at: At): void => {
  const { hello } = s.options
  const { through } = welcome
  const other = otherPast(s, welcome)
  if (other !== undefined) {
    send(out, { type: 'bye', reason: 'forked' })
    const { reason, ...details } = other
    end(s, out, 'forked', reason, details)
    return
  }
  s.phase = 'open'
  s.until = Infinity
  s.welcome = welcome
  s.window = welcome.window
  s.limits = welcome.limits
  s.intervals = welcome.intervals
  out.push({ type: 'welcomed', welcome })
  const from = Math.max(hello.after, through)
  s.highest = from
  if (from > s.acked) {
    s.acked = from
    out.push({ type: 'acknowledged', through: from })
  }
  goBack(s, out, from, 'welcome')
  sendPing(s, out, at)
}

/** Whether the server has something else of this spool than the spool itself, and how far. */
const otherPast = (
  { options: { last: end = Infinity, markAt, hello } }: AgentState,
  { through, last = 0, mark, doubt }: Welcome,
): { readonly reason: string; readonly through: Sequence; readonly doubt?: true } | undefined => {
  if (doubt === true && through > hello.after) {
    return { reason: `the server does not know any more whether it has what is before ${through}`, through, doubt }
  }
  const most = Math.max(through, last)
  if (most > end) return { reason: `the server has the spool through ${most}, and it ends at ${end}`, through: most }
  const own = last > hello.after ? markAt?.(last) : undefined
  if (own === undefined || own === mark) return undefined
  return { reason: `the server has something else than the spool at ${last}`, through: last }
}

const receiveOpen = (
  s: AgentState,
  out: AgentAction[],
  message: Extract<ServerMessage, { type: 'ack' | 'nack' | 'credit' | 'intervals' | 'request' }>,
  at: At,
): void => {
  switch (message.type) {
    case 'ack':
      receiveAck(s, out, message.through, at)
      return
    case 'nack':
      receiveNack(s, out, message, at)
      return
    case 'credit':
      s.window = message.window
      return
    case 'intervals': {
      const { type: _, ...intervals } = message
      s.intervals = intervals
      out.push({ type: 'intervals', intervals })
      return
    }
    case 'request':
      receiveRequest(s, out, message, at)
  }
}

const receiveAck = (s: AgentState, out: AgentAction[], through: Sequence, at: At): void => {
  // Not of this stream: to believe it would be to lose what was never sent.
  if (through > s.highest) {
    giveUp(s, out, 'acknowledged what was never sent')
    return
  }
  s.counts.acks++
  if (through <= s.acked) return
  s.acked = through
  s.progressAt = at.mono
  s.misfits = 0
  land(s.flight, through)
  out.push({ type: 'acknowledged', through })
  // It went back further than it had to.
  if (through > s.sent) goBack(s, out, through, 'acknowledged')
}

/** So often may a batch of ours be malformed before the connection is given up. */
const mostMisfits = 3

const receiveNack = (s: AgentState, out: AgentAction[], nack: Nack, at: At): void => {
  const { through, number, reason, retryMs } = nack
  s.counts.nacks++
  if (through > s.highest || number > s.number) {
    giveUp(s, out, 'refused what was never sent')
    return
  }
  // The server has lost what it called durable, and what this spool has released.
  if (through < s.acked) {
    giveUp(s, out, 'went back behind what it had acknowledged')
    return
  }
  // Sent before the last time we went back, and no further.
  if (number < s.sinceNumber && through >= s.backAt) return
  if (reason === 'malformed' || reason === 'signature') {
    s.misfits++
    if (s.misfits >= mostMisfits) {
      giveUp(s, out, `refused our batches as ${reason}`)
      return
    }
  }
  s.progressAt = at.mono
  s.pausedUntil = at.mono + retryMs
  goBack(s, out, through, reason)
}

const receiveRequest = (s: AgentState, out: AgentAction[], request: Request, at: At): void => {
  const { type: _, id, ...question } = request
  if (s.requests.size >= limits.openRequests || s.requests.has(id)) {
    fault(s, out, 'request', at)
    return
  }
  s.requests.add(id)
  out.push({ type: 'request', id, question })
}

export const silent = (s: AgentState, out: AgentAction[], reason: string): void =>
  giveUp(s, out, reason, closeCodes.away)
