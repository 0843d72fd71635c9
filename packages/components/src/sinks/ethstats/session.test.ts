import type { ServerMessage } from '@netstats/protocol/ethstats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { provingPing, startSession, stepSession, wakeAt } from './session.ts'
import type { SessionAction, SessionInput, SessionState } from './session.ts'

const ready: ServerMessage = { type: 'ready' }
const pong: ServerMessage = { type: 'node-pong', clientTime: 'x', serverTime: 1 }

type Timed = Exclude<SessionInput, { type: 'message' }>
const isMessage = (input: Timed | ServerMessage): input is ServerMessage =>
  input.type !== 'tick' && input.type !== 'prove'

/** Runs inputs at their times; gives what was done, as `type@time`. */
const play = (...inputs: readonly (readonly [number, Timed | ServerMessage])[]) => {
  let { state, actions } = startSession(0, { pingIntervalMs: 10_000 })
  const done: { at: number; action: SessionAction }[] = actions.map((action) => ({ at: 0, action }))
  for (const [at, input] of inputs) {
    const asInput: SessionInput = isMessage(input) ? { type: 'message', message: input } : input
    ;({ state, actions } = stepSession(state, asInput, at))
    done.push(...actions.map((action) => ({ at, action })))
  }
  return { state, done, types: done.map(({ action }) => action.type) }
}
const tick: Timed = { type: 'tick' }
const prove: Timed = { type: 'prove' }

describe('a session at an ethstats server', () => {
  it('logs in in the order of geth', () => {
    const { types, state } = play([5, ready], [12, pong])
    expect(types).toEqual(['hello', 'node-ping', 'proven', 'latency', 'report'])
    expect(state.phase).toBe('live')
  })

  it('reports half the round trip, whole milliseconds', () => {
    const { done } = play([5, ready], [12, pong])
    expect(done.at(3)?.action).toEqual({ type: 'latency', ms: 3 })
  })

  it('measures again every interval, and only then', () => {
    const { done } = play([0, ready], [4, pong], [9999, tick], [10_000, tick], [10_006, pong], [19_999, tick])
    expect(done.map(({ at, action }) => `${action.type}@${at}`).slice(5)).toEqual([
      'node-ping@10000',
      'proven@10006',
      'latency@10006',
    ])
  })

  it('takes a server that does not answer the login within 10 s for one that refuses', () => {
    const { done } = play([9999, tick], [10_000, tick])
    expect(done.at(-1)).toMatchObject({ at: 10_000, action: { type: 'end', how: 'refused' } })
  })

  it('takes a server that does not answer a ping within 5 s for lost', () => {
    const { done } = play([0, ready], [4999, tick], [5000, tick])
    expect(done.at(-1)).toMatchObject({ at: 5000, action: { type: 'end', how: 'lost' } })
  })

  it('takes primus::server::close for a refusal, before and after the login', () => {
    expect(play([1, { type: 'server-close' }]).done.at(-1)?.action).toMatchObject({ type: 'end', how: 'refused' })
    const late = play([1, ready], [2, pong], [3, { type: 'server-close' }])
    expect(late.done.at(-1)?.action).toMatchObject({ type: 'end', how: 'refused' })
  })

  it('echoes primus pings as they came', () => {
    expect(play([1, ready], [2, { type: 'primus-ping', time: '17' }]).done.at(-1)?.action).toEqual({
      type: 'primus-pong',
      time: '17',
    })
  })

  it('hands history requests on once it is logged in, and not before', () => {
    const ask: ServerMessage = { type: 'history', numbers: [1, 2] }
    expect(play([1, ask]).types).toEqual(['hello'])
    expect(play([1, ready], [2, ask]).done.at(-1)?.action).toEqual({ type: 'history', numbers: [1, 2] })
  })

  it('drops pongs nobody waits for, a second ready, and what it does not understand', () => {
    expect(play([1, ready], [2, pong], [3, pong], [4, ready], [5, { type: 'unknown' }]).types).toEqual([
      'hello',
      'node-ping',
      'proven',
      'latency',
      'report',
    ])
  })

  it('proves what was written with a ping of its own, and counts the interval from there', () => {
    const { done, state } = play([0, ready], [4, pong], [100, prove], [107, pong])
    expect(done.slice(5).map(({ action }) => action)).toEqual([
      { type: 'node-ping' },
      { type: 'proven', ping: 2 },
      { type: 'latency', ms: 3 },
    ])
    expect(wakeAt(state)).toBe(10_100)
  })

  it('takes no pong for a proof whose ping was sent before', () => {
    const under = play([0, ready], [4, pong], [10_000, tick], [10_001, prove])
    expect(under.types.slice(5)).toEqual(['node-ping'])
    expect(provingPing(under.state)).toBe(3)
    const { done } = play([0, ready], [4, pong], [10_000, tick], [10_001, prove], [10_002, pong], [10_009, pong])
    expect(done.slice(6).map(({ at, action }) => `${action.type}@${at}`)).toEqual([
      'proven@10002',
      'latency@10002',
      'node-ping@10002',
      'proven@10009',
      'latency@10009',
    ])
  })

  it('keeps its promises whatever a server says and whenever', () => {
    const message = fc.oneof(
      fc.constant<ServerMessage>({ type: 'ready' }),
      fc.constant<ServerMessage>(pong),
      fc.constant<ServerMessage>({ type: 'history', numbers: undefined }),
      fc.constant<ServerMessage>({ type: 'primus-ping', time: '1' }),
      fc.constant<ServerMessage>({ type: 'unknown' }),
      fc.constant<ServerMessage>({ type: 'server-close' }),
    )
    const input = fc.oneof(
      fc.constant<SessionInput>(tick),
      fc.constant<SessionInput>(prove),
      message.map((one): SessionInput => ({ type: 'message', message: one })),
    )
    const steps = fc.array(fc.tuple(fc.nat(6000), input), { maxLength: 200 })
    fc.assert(
      fc.property(steps, (all) => {
        let at = 0
        let state: SessionState = startSession(0, { pingIntervalMs: 10_000 }).state
        let [pings, latencies, reports, isReady, lastFrame] = [0, 0, 0, false, 0]
        /** Pings that prove something, with how many had been sent when it was asked for. */
        const asked = new Map<number, number>()
        for (const [wait, input] of all) {
          // A host wakes the session when it asked for it, so no input comes later than that.
          const due = wakeAt(state)
          at = Math.min(at + wait, due)
          const step = stepSession(state, at === due ? tick : input, at)
          isReady ||= at !== due && input.type === 'message' && input.message.type === 'ready'
          if (at !== due && input.type === 'prove' && step.state.phase !== 'over')
            asked.set(provingPing(step.state), pings)
          for (const action of step.actions) {
            // A proof is the pong of a ping that was sent after it was asked for.
            if (action.type === 'proven') expect(action.ping).toBeGreaterThan(asked.get(action.ping) ?? 0)
            if (action.type === 'node-ping') pings++
            if (action.type === 'latency') latencies++
            if (action.type === 'report') reports++
            if (action.type !== 'end' && action.type !== 'primus-pong') expect(isReady).toBe(true)
            if (action.type === 'node-ping' || action.type === 'latency') lastFrame = at
          }
          expect(pings - latencies).toBeLessThanOrEqual(1)
          expect(latencies).toBeLessThanOrEqual(pings)
          expect(reports).toBe(latencies > 0 ? 1 : 0)
          if (step.state.phase === 'live') expect(at - lastFrame).toBeLessThanOrEqual(15_000)
          if (state.phase === 'over') {
            expect(step.actions).toEqual([])
            return
          }
          expect(wakeAt(step.state)).toBeGreaterThan(step.state.phase === 'over' ? 0 : at - 1)
          state = step.state
        }
      }),
    )
  })
})
