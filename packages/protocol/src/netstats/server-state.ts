/** What a server session knows, and the steps that several of its inputs have in common. */
import { nodeId } from '../units.ts'
import type { Budget } from './budget.ts'
import { createBudget, spend } from './budget.ts'
import type { Flight } from './flight.ts'
import { createFlight } from './flight.ts'
import type { ReadContext } from './lines.ts'
import { closeCodes, defaults, silentIntervals } from './limits.ts'
import type { Hello, Question, RefusalReason, Sequence } from './messages.ts'
import type { Pinger } from './pinger.ts'
import { createPinger, ping } from './pinger.ts'
import type {
  Admission,
  At,
  ServerAction,
  ServerCounts,
  ServerEnd,
  ServerPhase,
  ServerSessionOptions,
} from './server-types.ts'
import { writeFrame } from './write.ts'
import type { ServerFrame } from './write.ts'

export interface OpenRequest {
  readonly id: number
  readonly question: Question
  readonly until: number
}

export interface ServerState {
  readonly options: ServerSessionOptions
  readonly counts: ServerCounts
  readonly pinger: Pinger
  readonly flight: Flight
  readonly faults: Budget
  readonly pings: Budget
  phase: ServerPhase
  hello: Hello | undefined
  /** What frames are read with: whose the lines are. */
  context: ReadContext
  challenge: { readonly nonce: string; readonly key: string } | undefined
  provenKey: string | undefined
  admission: Admission | undefined
  compress: boolean
  /** Monotonic: until when login or draining must be over. */
  until: number
  heardAt: number
  pingedAt: number
  pingCount: number
  /** Sequence of the last line taken in: the `after` of the batch that may come next. */
  expected: Sequence
  /** The store's word, and what of it the agent was told. */
  durable: Sequence
  acked: Sequence
  /** A nack is out: batches that do not follow `expected` were sent before it was read. */
  rewinding: boolean
  number: number
  nowNumber: number
  window: number
  /** An agent may still use a larger window for a while, until it has read that it is smaller now. */
  ceiling: number
  ceilingUntil: number
  pingMs: number
  requestId: number
  requests: OpenRequest[]
}

export const createServerState = (options: ServerSessionOptions): ServerState => ({
  options,
  counts: {
    batches: 0,
    observations: 0,
    setAside: 0,
    nows: 0,
    acks: 0,
    nacks: 0,
    faults: 0,
    unknown: 0,
    skipped: 0,
  },
  pinger: createPinger(),
  flight: createFlight(),
  faults: createBudget(options.faults ?? defaults.faults, 60_000),
  pings: createBudget(20, 500),
  phase: 'opening',
  hello: undefined,
  context: { node: nodeId(''), ...(options.memo === undefined ? {} : { memo: options.memo }) },
  challenge: undefined,
  provenKey: undefined,
  admission: undefined,
  compress: false,
  until: Infinity,
  heardAt: 0,
  pingedAt: 0,
  pingCount: 0,
  expected: 0,
  durable: 0,
  acked: 0,
  rewinding: false,
  number: 0,
  nowNumber: 0,
  window: 0,
  ceiling: 0,
  ceilingUntil: 0,
  pingMs: defaults.intervals.pingMs,
  requestId: 0,
  requests: [],
})

export const send = (out: ServerAction[], frame: ServerFrame): void => {
  out.push({ type: 'send', text: writeFrame(frame) })
}

export const end = (s: ServerState, out: ServerAction[], how: ServerEnd, code: number, reason: string): void => {
  s.phase = 'over'
  for (const { question } of s.requests) out.push({ type: 'unanswered', question, reason: 'ended' })
  s.requests = []
  out.push({ type: 'end', how, code, reason })
}

export const refuse = (s: ServerState, out: ServerAction[], reason: RefusalReason, retryMs?: number): void => {
  send(out, { type: 'refuse', reason, ...(retryMs === undefined ? {} : { retryMs }) })
  const later = reason === 'busy' || reason === 'draining' || reason.endsWith('-full')
  end(s, out, 'refused', later ? closeCodes.later : closeCodes.policy, reason)
}

/** So long is an agent sent away that does not keep to the protocol. */
const afterFaultsMs = 60_000

export const disconnect = (s: ServerState, out: ServerAction[], how: ServerEnd, reason: string): void => {
  send(out, { type: 'bye', reason, retryMs: how === 'silent' ? 0 : afterFaultsMs })
  end(s, out, how, how === 'silent' ? closeCodes.away : closeCodes.protocol, reason)
}

/** Counts something malformed or out of turn; too much of it ends the session. True: it goes on. */
export const fault = (s: ServerState, out: ServerAction[], code: string, at: At): boolean => {
  s.counts.faults++
  out.push({ type: 'fault', code })
  if (spend(s.faults, at.mono)) return true
  disconnect(s, out, 'faults', 'too much malformed')
  return false
}

/** What of the stream may be acknowledged: never more than this connection has brought. */
export const settled = (s: ServerState): Sequence => Math.min(s.durable, s.expected)

export const flushAck = (s: ServerState, out: ServerAction[]): void => {
  const through = settled(s)
  if (through <= s.acked) return
  s.acked = through
  s.counts.acks++
  send(out, { type: 'ack', through })
}

/** `number`: the last batch that was read, so that the agent knows whether it has gone back since. */
export const nack = (
  s: ServerState,
  out: ServerAction[],
  reason: string,
  retryMs: number,
  number: number = s.number,
): void => {
  // What is durable is said first: who goes back must know how far it need not.
  flushAck(s, out)
  s.rewinding = true
  s.counts.nacks++
  send(out, { type: 'nack', through: s.expected, number, reason, retryMs })
}

export const sendPing = (s: ServerState, out: ServerAction[], at: At): void => {
  s.pingedAt = at.mono
  s.pingCount++
  send(out, { type: 'ping', t1: ping(s.pinger, at) })
}

/** A few measurements soon, then as many as keep the estimate good. */
const soonPings = 4

export const nextPingAt = (s: ServerState): number => {
  const regular = s.pingCount < soonPings ? s.pingMs : (s.options.clockMs ?? defaults.clockMs)
  return Math.min(s.pingedAt + regular, Math.max(s.heardAt, s.pingedAt) + s.pingMs)
}

export const silentAt = (s: ServerState): number => s.heardAt + silentIntervals * s.pingMs
