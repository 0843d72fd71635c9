/** What an agent session knows, and the steps that several of its inputs have in common. */
import type { AgentAction, AgentCounts, AgentEnd, AgentPhase, AgentSessionOptions } from './agent-types.ts'
import type { Budget } from './budget.ts'
import { createBudget, spend } from './budget.ts'
import type { Flight } from './flight.ts'
import { callBack, createFlight } from './flight.ts'
import { closeCodes, defaults, silentIntervals } from './limits.ts'
import type { BatchLimits, Intervals, Sequence, Welcome } from './messages.ts'
import type { Pinger } from './pinger.ts'
import { createPinger, ping } from './pinger.ts'
import type { At } from './server-types.ts'
import { writeFrame } from './write.ts'
import type { AgentFrame } from './write.ts'

/** An observation that waits to be sent. */
export interface Queued {
  readonly sequence: Sequence
  /** How many of the stream there are before it. */
  readonly before: number
  readonly line: string
  readonly bytes: number
  /** Monotonic, when it was offered. */
  readonly since: number
}

export interface AgentState {
  readonly options: AgentSessionOptions
  readonly counts: AgentCounts
  readonly pinger: Pinger
  readonly flight: Flight
  readonly faults: Budget
  phase: AgentPhase
  challenged: boolean
  welcome: Welcome | undefined
  /** Monotonic: until when the welcome must have come. */
  until: number
  heardAt: number
  pingedAt: number
  /** When something in flight was last heard of, or put there first. */
  progressAt: number
  /** Acknowledged; sent by this connection at most; sent; offered: each at or behind the next, but for the second. */
  acked: Sequence
  highest: Sequence
  sent: Sequence
  tail: Sequence
  queue: Queued[]
  queuedBytes: number
  /** Nothing waits for company up to this one. */
  urgent: Sequence
  number: number
  nowNumber: number
  /** Number of the first batch since the session last went back, and whereto. */
  sinceNumber: number
  backAt: Sequence
  /** Monotonic; undefined: go on. */
  pausedUntil: number | undefined
  window: number
  limits: BatchLimits
  intervals: Intervals
  requests: Set<number>
  /** Malformed batches of ours in a row. */
  misfits: number
}

export const createAgentState = (options: AgentSessionOptions): AgentState => {
  const { after } = options.hello
  return {
    options,
    counts: { batches: 0, observations: 0, acks: 0, nacks: 0, nows: 0, faults: 0, unknown: 0 },
    pinger: createPinger(),
    flight: createFlight(),
    faults: createBudget(options.faults ?? defaults.faults, 60_000),
    phase: 'opening',
    challenged: false,
    welcome: undefined,
    until: Infinity,
    heardAt: 0,
    pingedAt: 0,
    progressAt: 0,
    acked: after,
    highest: after,
    sent: after,
    tail: after,
    queue: [],
    queuedBytes: 0,
    urgent: 0,
    number: 0,
    nowNumber: 0,
    sinceNumber: 1,
    backAt: after,
    pausedUntil: undefined,
    window: 0,
    limits: { batchItems: defaults.batchItems, batchBytes: defaults.batchBytes },
    intervals: defaults.intervals,
    requests: new Set(),
    misfits: 0,
  }
}

export const send = (out: AgentAction[], frame: AgentFrame): void => {
  out.push({ type: 'send', text: writeFrame(frame), compress: false })
}

/** Frames with lines are what compression is for. */
export const sendLines = (s: AgentState, out: AgentAction[], text: string): void => {
  const compress = s.welcome?.compress === 'deflate' && text.length >= defaults.compressFrom
  out.push({ type: 'send', text, compress })
}

interface EndDetails {
  readonly retryMs?: number | undefined
  readonly code?: number
  readonly through?: Sequence
  readonly doubt?: boolean
}

export const end = (
  s: AgentState,
  out: AgentAction[],
  how: AgentEnd,
  reason: string,
  { retryMs, code = closeCodes.normal, ...details }: EndDetails = {},
): void => {
  s.phase = 'over'
  s.queue = []
  out.push({ type: 'end', how, reason, code, ...(retryMs === undefined ? {} : { retryMs }), ...details })
}

/** The server does not keep to the protocol, or cannot be what it says: say so and start over. */
export const giveUp = (s: AgentState, out: AgentAction[], reason: string, code: number = closeCodes.protocol): void => {
  send(out, { type: 'bye', reason })
  end(s, out, 'lost', reason, { code })
}

/** Counts something malformed or out of turn; too much of it ends the session. True: it goes on. */
export const fault = (s: AgentState, out: AgentAction[], code: string, at: At): boolean => {
  s.counts.faults++
  out.push({ type: 'fault', code })
  if (spend(s.faults, at.mono)) return true
  giveUp(s, out, 'too much malformed')
  return false
}

/** Forget what is sent after `to` and what waits: the host offers it again from there. */
export const goBack = (s: AgentState, out: AgentAction[], to: Sequence, reason: string): void => {
  callBack(s.flight, to)
  s.queue = []
  s.queuedBytes = 0
  s.sent = to
  s.tail = to
  s.backAt = to
  s.sinceNumber = s.number + 1
  out.push({ type: 'resend', after: to, reason })
}

export const sendPing = (s: AgentState, out: AgentAction[], at: At): void => {
  s.pingedAt = at.mono
  send(out, { type: 'ping', t1: ping(s.pinger, at) })
}

export const nextPingAt = (s: AgentState): number =>
  Math.min(
    s.pingedAt + (s.options.clockMs ?? 2 * defaults.clockMs),
    Math.max(s.heardAt, s.pingedAt) + s.intervals.pingMs,
  )

export const silentAt = (s: AgentState): number => s.heardAt + silentIntervals * s.intervals.pingMs

export const unansweredAt = (s: AgentState): number =>
  s.flight.count > 0 ? s.progressAt + (s.options.ackMs ?? defaults.ackMs) : Infinity
