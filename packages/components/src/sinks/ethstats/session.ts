/**
 * One login at an ethstats server as a pure state machine, in geth's order:
 *
 *   hello → ready → node-ping → node-pong → latency, report → live: (node-ping → node-pong → latency) …
 *     └ no ready, close: refused           └ no pong within 5 s: lost
 *
 * A server reads in order, so the pong of a ping proves that it has read whatever was written before that ping. `prove`
 * asks for such a pong: with a ping at once, or right after the pong that is awaited already.
 *
 * It is told what happened and when; it says what to send and when it wants to be woken.
 */
import type { ServerMessage } from '@netstats/protocol/ethstats'

/** A server that says nothing to a hello, as classic ones do to some, would be waited for without end. */
const readyWithinMs = 10_000
const pongWithinMs = 5000

const noReady = `the server did not answer the login within ${readyWithinMs / 1000} s; check that the address is that of an ethstats server`
const noPong = `the server did not answer a ping within ${pongWithinMs / 1000} s`
const refused = 'the server refused the login; check the secret, and that no other reporter has this name'

export type SessionPhase = 'login' | 'reporting' | 'live' | 'over'

export interface SessionState {
  readonly phase: SessionPhase
  readonly readyBy: number
  /** When the node-ping was sent whose pong is awaited. */
  readonly pingSentAt: number | undefined
  readonly nextPingAt: number
  readonly pingIntervalMs: number
  /** Pings sent so far. */
  readonly pings: number
  /** The ping under way was sent too early to prove what was asked for since: another one follows its pong. */
  readonly pingAgain: boolean
}

export type SessionInput =
  | { readonly type: 'tick' | 'prove' }
  | { readonly type: 'message'; readonly message: ServerMessage }

/** `refused`: the server does not want us now; `lost`: the connection failed. */
export type SessionEnd = 'refused' | 'lost'

export type SessionAction =
  | { readonly type: 'hello' | 'node-ping' | 'report' }
  | { readonly type: 'latency'; readonly ms: number }
  /** The pong of this ping came; the first ping is 1. */
  | { readonly type: 'proven'; readonly ping: number }
  | { readonly type: 'primus-pong'; readonly time: string }
  | { readonly type: 'history'; readonly numbers: readonly number[] | undefined }
  | { readonly type: 'end'; readonly how: SessionEnd; readonly reason: string }

export interface Step {
  readonly state: SessionState
  readonly actions: readonly SessionAction[]
}

export const startSession = (at: number, { pingIntervalMs }: { pingIntervalMs: number }): Step => ({
  state: {
    phase: 'login',
    readyBy: at + readyWithinMs,
    pingSentAt: undefined,
    nextPingAt: Infinity,
    pingIntervalMs,
    pings: 0,
    pingAgain: false,
  },
  actions: [{ type: 'hello' }],
})

/** When the next `tick` is due. */
export const wakeAt = (state: SessionState): number => {
  if (state.phase === 'over') return Infinity
  if (state.phase === 'login') return state.readyBy
  return state.pingSentAt === undefined ? state.nextPingAt : state.pingSentAt + pongWithinMs
}

export const stepSession = (state: SessionState, input: SessionInput, at: number): Step => {
  if (state.phase === 'over') return { state, actions: [] }
  switch (input.type) {
    case 'tick':
      return tick(state, at)
    case 'prove':
      return prove(state, at)
    case 'message':
      return receive(state, input.message, at)
  }
}

/** The ping whose pong proves what was written before `prove`. */
export const provingPing = (state: SessionState): number => (state.pingAgain ? state.pings + 1 : state.pings)

const prove = (state: SessionState, at: number): Step => {
  if (state.phase === 'live' && state.pingSentAt === undefined) return ping(state, at)
  return { state: { ...state, pingAgain: true }, actions: [] }
}

const tick = (state: SessionState, at: number): Step => {
  if (at < wakeAt(state)) return { state, actions: [] }
  if (state.phase === 'login') return end(state, 'refused', noReady)
  if (state.pingSentAt !== undefined) return end(state, 'lost', noPong)
  return ping(state, at)
}

const receive = (state: SessionState, message: ServerMessage, at: number): Step => {
  switch (message.type) {
    case 'ready':
      return state.phase === 'login' ? ping({ ...state, phase: 'reporting' }, at) : { state, actions: [] }
    case 'node-pong':
      return pong(state, at)
    case 'history':
      return { state, actions: state.phase === 'login' ? [] : [{ type: 'history', numbers: message.numbers }] }
    case 'primus-ping':
      return { state, actions: [{ type: 'primus-pong', time: message.time }] }
    case 'server-close':
      return end(state, 'refused', state.phase === 'login' ? refused : 'the server sent us away')
    case 'primus-pong':
    case 'unknown':
      return { state, actions: [] }
  }
}

const ping = (state: SessionState, at: number): Step => ({
  state: {
    ...state,
    pingSentAt: at,
    nextPingAt: at + state.pingIntervalMs,
    pings: state.pings + 1,
    pingAgain: false,
  },
  actions: [{ type: 'node-ping' }],
})

const pong = (state: SessionState, at: number): Step => {
  // A pong nobody waits for is dropped: it must not be measured against a later ping.
  if (state.pingSentAt === undefined) return { state, actions: [] }
  const latency: SessionAction = { type: 'latency', ms: Math.floor((at - state.pingSentAt) / 2) }
  const proven: SessionAction = { type: 'proven', ping: state.pings }
  const next = { ...state, phase: 'live', pingSentAt: undefined } as const
  const actions = state.phase === 'reporting' ? [proven, latency, { type: 'report' } as const] : [proven, latency]
  if (!state.pingAgain) return { state: next, actions }
  const again = ping(next, at)
  return { state: again.state, actions: [...actions, ...again.actions] }
}

const end = (state: SessionState, how: SessionEnd, reason: string): Step => ({
  state: { ...state, phase: 'over' },
  actions: [{ type: 'end', how, reason }],
})
