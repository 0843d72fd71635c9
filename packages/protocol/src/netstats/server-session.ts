/**
 * The server's side of one connection.
 *
 *     opening ── opened ──▶ hello ── hello ──▶ login ── admit ──▶ open ── drain ──▶ draining
 *                                              │  ▲                │                    │
 *                                    challenge ▼  │ good proof     │ batches ⇄ acks     │ gone, or too slow
 *                                              proof               │                    │
 *     in each: refuse, bye, closed, silence, too many faults ──────┴────────▶ over ◀────┘
 */
import type { ClockEstimate } from './clock-estimate.ts'
import { callBack, land } from './flight.ts'
import { closeCodes, defaults, limits } from './limits.ts'
import type { Intervals } from './messages.ts'
import { clockOf } from './pinger.ts'
import { receive } from './server-receive.ts'
import { ask, expireRequests } from './server-requests.ts'
import {
  createServerState,
  end,
  flushAck,
  nack,
  nextPingAt,
  refuse,
  send,
  disconnect,
  sendPing,
  settled,
  silentAt,
} from './server-state.ts'
import type { ServerState } from './server-state.ts'
import type {
  Admission,
  At,
  ServerAction,
  ServerCounts,
  ServerInput,
  ServerPhase,
  ServerSession,
  ServerSessionOptions,
} from './server-types.ts'

/** The server's side of one connection, from `opened` to `end`. Sans-I/O: it is told what happened and says what to do. */
export const createServerSession = (options: ServerSessionOptions = {}): ServerSession => new Session(options)

/** A class, because a server has tens of thousands: methods on a prototype cost each of them nothing. */
class Session implements ServerSession {
  readonly #state: ServerState
  constructor(options: ServerSessionOptions) {
    this.#state = createServerState(options)
  }
  take(input: ServerInput, at: At): readonly ServerAction[] {
    const out: ServerAction[] = []
    if (this.#state.phase !== 'over') step(this.#state, out, input, at)
    return out
  }
  wakeAt(): number {
    return wakeAt(this.#state)
  }
  get phase(): ServerPhase {
    return this.#state.phase
  }
  get compress(): boolean {
    return this.#state.compress
  }
  get inFlight(): number {
    return this.#state.flight.count
  }
  clock(at: At): ClockEstimate | undefined {
    return clockOf(this.#state.pinger, at)
  }
  get counts(): Readonly<ServerCounts> {
    return this.#state.counts
  }
}

const step = (s: ServerState, out: ServerAction[], input: ServerInput, at: At): void => {
  switch (input.type) {
    case 'frame':
      if (s.phase !== 'opening') receive(s, out, { text: input.text, bytes: input.bytes ?? input.text.length, at })
      return
    case 'tick':
      tick(s, out, at)
      return
    case 'durable':
      s.durable = Math.max(s.durable, input.through)
      land(s.flight, s.durable)
      return
    case 'nack':
      goBack(s, out, input)
      return
    case 'opened':
      if (s.phase !== 'opening') return
      s.phase = 'hello'
      s.heardAt = at.mono
      s.until = at.mono + (s.options.loginMs ?? defaults.loginMs)
      return
    case 'challenge':
      if (s.phase !== 'login') return
      s.phase = 'proof'
      s.challenge = { nonce: input.nonce, key: input.key }
      send(out, { type: 'challenge', nonce: input.nonce })
      return
    case 'admit':
      if (s.phase === 'login') admit(s, out, input.admission, at)
      return
    case 'refuse':
      if (s.phase === 'login') refuse(s, out, input.reason, input.retryMs)
      return
    case 'credit':
      if (s.phase === 'open') setWindow(s, out, Math.min(input.window, limits.window), at)
      return
    case 'intervals':
      if (s.phase === 'open') setIntervals(s, out, input.intervals)
      return
    case 'request':
      ask(s, out, input.question, input.timeoutMs, at)
      return
    case 'drain':
      drain(s, out, input.reason, input.retryMs, at)
      return
    case 'unreadable':
      disconnect(s, out, 'faults', input.reason)
      return
    case 'closed':
      end(s, out, 'closed', closeCodes.normal, 'closed by the agent')
  }
}

const admit = (s: ServerState, out: ServerAction[], admission: Admission, at: At): void => {
  const { hello } = s
  if (hello === undefined) return
  const { session, network, through, last, mark, doubt, intervals, durable } = admission
  if (admission.key !== undefined && admission.key !== s.provenKey)
    throw new RangeError('a session cannot be keyed by what was not proved')
  s.admission = admission
  s.phase = 'open'
  s.until = Infinity
  // What the spool has released cannot come any more, whether we have it or not.
  s.expected = Math.max(through, hello.after)
  s.acked = s.expected
  s.durable = Math.max(s.durable, through)
  s.window = Math.min(admission.window, limits.window)
  s.pingMs = intervals.pingMs
  s.compress = s.options.compress !== false && hello.compress?.includes('deflate') === true
  // Before the welcome, so that its pong comes before the first batch and the clock is known to anyone who reads that.
  sendPing(s, out, at)
  send(out, {
    type: 'welcome',
    session,
    network,
    through,
    ...(last === undefined || mark === undefined ? {} : { last, mark }),
    ...(doubt === true ? { doubt } : {}),
    time: at.now,
    window: s.window,
    limits: admission.limits,
    intervals,
    ...(s.compress ? { compress: 'deflate' } : {}),
    durable,
  })
}

const tick = (s: ServerState, out: ServerAction[], at: At): void => {
  switch (s.phase) {
    case 'hello':
    case 'proof':
      if (at.mono >= s.until) refuse(s, out, 'timeout')
      return
    case 'login':
      // It is us who took too long.
      if (at.mono >= s.until) refuse(s, out, 'busy', defaults.loginMs)
      return
    case 'draining':
      if (at.mono >= s.until) end(s, out, 'drained', closeCodes.away, 'sent away')
      return
    case 'open':
      if (at.mono >= silentAt(s)) {
        disconnect(s, out, 'silent', 'nothing heard')
        return
      }
      flushAck(s, out)
      expireRequests(s, out, at)
      if (at.mono >= nextPingAt(s)) sendPing(s, out, at)
      return
    case 'opening':
    case 'over':
  }
}

const wakeAt = (s: ServerState): number => {
  if (s.phase !== 'open') return s.phase === 'over' ? Infinity : s.until
  // At once: an ack waits.
  if (settled(s) > s.acked) return -Infinity
  let next = Math.min(silentAt(s), nextPingAt(s))
  for (const { until } of s.requests) next = Math.min(next, until)
  return next
}

const goBack = (
  s: ServerState,
  out: ServerAction[],
  { through, reason, retryMs }: Extract<ServerInput, { type: 'nack' }>,
): void => {
  if (s.phase !== 'open') return
  // Never behind what was acknowledged: the agent has released it. A batch that was sent after an earlier nack meets
  // the same fate in the host, and is no reason to go back once more.
  const target = Math.max(through, s.acked)
  if (target >= s.expected) return
  s.expected = target
  callBack(s.flight, target)
  nack(s, out, reason, Math.min(retryMs, limits.waitMs))
}

const setWindow = (s: ServerState, out: ServerAction[], window: number, at: At): void => {
  if (window === s.window) return
  if (window < s.window) {
    s.ceiling = Math.max(s.window, at.mono < s.ceilingUntil ? s.ceiling : 0)
    // By then it has read the frame, or is taken for dead.
    s.ceilingUntil = at.mono + silentAt(s) - s.heardAt
  }
  s.window = window
  send(out, { type: 'credit', window })
}

const setIntervals = (s: ServerState, out: ServerAction[], intervals: Intervals): void => {
  s.pingMs = intervals.pingMs
  send(out, { type: 'intervals', ...intervals })
}

const drain = (s: ServerState, out: ServerAction[], reason: string, retryMs: number, at: At): void => {
  if (s.phase === 'draining') return
  if (s.phase !== 'open') {
    refuse(s, out, 'draining', retryMs)
    return
  }
  flushAck(s, out)
  send(out, { type: 'bye', reason, retryMs })
  s.phase = 'draining'
  s.until = at.mono + (s.options.drainMs ?? defaults.drainMs)
}
