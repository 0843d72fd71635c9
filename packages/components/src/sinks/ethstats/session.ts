/**
 * One login at an ethstats server as a pure state machine, in geth's order:
 *
 *   hello → ready → node-ping → node-pong → latency, report → live: (node-ping → node-pong → latency) …
 *     └ no ready, close: refused           └ no pong within 5 s: lost
 *
 * It is told what happened and when; it says what to send and when it wants to be woken.
 */
import type { ServerMessage } from '@netstats/protocol/ethstats'

/** A server that says nothing to a hello, as classic ones do to some, would be waited for without end. */
const readyWithinMs = 10_000
const pongWithinMs = 5000

export type SessionPhase = 'login' | 'reporting' | 'live' | 'over'

export interface SessionState {
  readonly phase: SessionPhase
  readonly readyBy: number
  /** When the node-ping was sent whose pong is awaited. */
  readonly pingSentAt: number | undefined
  readonly nextPingAt: number
  readonly pingIntervalMs: number
}

export type SessionInput = { readonly type: 'tick' } | { readonly type: 'message'; readonly message: ServerMessage }

/** `refused`: the server does not want us now; `lost`: the connection failed. */
export type SessionEnd = 'refused' | 'lost'

export type SessionAction =
  | { readonly type: 'hello' | 'node-ping' | 'report' }
  | { readonly type: 'latency'; readonly ms: number }
  | { readonly type: 'primus-pong'; readonly time: string }
  | { readonly type: 'history'; readonly numbers: readonly number[] | undefined }
  | { readonly type: 'end'; readonly how: SessionEnd; readonly reason: string }

export interface Step {
  readonly state: SessionState
  readonly actions: readonly SessionAction[]
}

export const startSession = (at: number, { pingIntervalMs }: { pingIntervalMs: number }): Step => ({
  state: { phase: 'login', readyBy: at + readyWithinMs, pingSentAt: undefined, nextPingAt: Infinity, pingIntervalMs },
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
  return input.type === 'tick' ? tick(state, at) : receive(state, input.message, at)
}

const tick = (state: SessionState, at: number): Step => {
  if (at < wakeAt(state)) return { state, actions: [] }
  if (state.phase === 'login') return end(state, 'refused', `no answer to the login within ${readyWithinMs / 1000} s`)
  if (state.pingSentAt !== undefined) return end(state, 'lost', `no node-pong within ${pongWithinMs / 1000} s`)
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
      return end(state, 'refused', state.phase === 'login' ? 'the server refused the login' : 'the server sent us away')
    case 'primus-pong':
    case 'unknown':
      return { state, actions: [] }
  }
}

const ping = (state: SessionState, at: number): Step => ({
  state: { ...state, pingSentAt: at, nextPingAt: at + state.pingIntervalMs },
  actions: [{ type: 'node-ping' }],
})

const pong = (state: SessionState, at: number): Step => {
  // A pong nobody waits for is dropped: it must not be measured against a later ping.
  if (state.pingSentAt === undefined) return { state, actions: [] }
  const latency: SessionAction = { type: 'latency', ms: Math.floor((at - state.pingSentAt) / 2) }
  const next = { ...state, phase: 'live', pingSentAt: undefined } as const
  return { state: next, actions: state.phase === 'reporting' ? [latency, { type: 'report' }] : [latency] }
}

const end = (state: SessionState, how: SessionEnd, reason: string): Step => ({
  state: { ...state, phase: 'over' },
  actions: [{ type: 'end', how, reason }],
})
