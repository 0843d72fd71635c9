/**
 * The ethstats protocol without sockets: frames, pongs and ticks go in; effects come out at once. It reads no clock and makes
 * no timers: one tick a second serves all sessions.
 *
 *     frame ──► class, budget ──► ingress queue ──► receive ──► messages to the core, answers to the client
 *        └────► hello ──► logins                       ▲
 *        └────► small and answered at once ────────────┘
 */
import type { UnixMs } from '@netstats/protocol'
import { peekEvent, shedClassOfEvent } from '@netstats/protocol/ethstats'
import type { EthstatsEvent } from '@netstats/protocol/ethstats'
import type { Bus } from '../../bus/bus.ts'
import { isFaulty } from '../../bus/refusal-cures.ts'
import type { Refusal } from '../../bus/refusals.ts'
import type { FairShare } from '@netstats/sdk/limits'
import { takeTokens } from '@netstats/sdk/limits'
import { bump } from '../counts.ts'
import type { EthstatsCounts } from '../counts.ts'
import type { IngressQueue } from '../queue.ts'
import type { Session, SessionEffects, SessionLimits } from './ethstats-session.ts'
import { createFrameBudget } from './frame-budget.ts'
import { createFrameHandler } from './frame-handler.ts'
import { createGroups } from './groups.ts'
import { createLogins } from './logins.ts'
import { createSessionLiveness } from './session-liveness.ts'
import { countFault, createSessionTable, endSession, refuse } from './session-table.ts'

export type ProtocolError = 'binary' | 'oversized' | 'not-utf8' | 'protocol-error' | 'ping-flood' | 'internal'

export interface EthstatsProtocol<S extends Session> {
  opened(session: S, now: number): void
  /** A frame of the socket: it waits in the queue, where it is not small and answered at once. */
  frame(session: S, data: Buffer, at: UnixMs): void
  /** A frame whose turn in the queue has come. */
  receive(session: S, text: string, at: UnixMs): void
  /** A frame that never became text, or that could not be handled. All but binary ones end the session. */
  protocolError(session: S, code: ProtocolError, at: number): void
  /** A WebSocket ping of the peer, which `ws` answers. */
  pinged(session: S, at: number): void
  roundTrip(session: S, ms: number, at: UnixMs): void
  closed(session: S, at: UnixMs): void
  finished(session: S, at: UnixMs): void
  refuse(session: S, reason: Refusal): void
  tick(now: number, at: UnixMs): void
  drain(): void
  readonly counts: EthstatsCounts
  readonly states: Readonly<Record<'awaiting-hello' | 'authenticating' | 'active', number>>
  readonly blockMemo: { readonly hits: number; readonly misses: number }
}

export interface ProtocolOptions<S extends Session> {
  readonly effects: SessionEffects<S>
  readonly limits: SessionLimits
  readonly bus: Bus
  /** Where frames wait for their turn; it hands them to `receive`, and ended sessions to `finished`. */
  readonly queue: Pick<IngressQueue<S>, 'offer' | 'end' | 'shed'>
  /** What is read of all clients and agents, by address. */
  readonly readShare?: Pick<FairShare, 'mayGoOn' | 'charge'> | undefined
}

/** Small frames that are answered or merely counted; they never wait behind blocks. */
const immediate: ReadonlySet<EthstatsEvent> = new Set(['node-ping', 'node-pong', 'primus', 'spark-latency'])
const immediateBytes = 4096

// oxlint-disable-next-line max-lines-per-function -- frames, timers and commands of the core act on the same session table, frame budget and liveness
export const createEthstatsProtocol = <S extends Session>(options: ProtocolOptions<S>): EthstatsProtocol<S> => {
  const { effects, limits, queue } = options
  const send = options.bus.connect((command) => logins.onCommand(command))
  const table = createSessionTable(effects, limits, send)
  const { counts, known } = table
  const groups = createGroups()
  const budget = createFrameBudget(table, options.readShare)
  const liveness = createSessionLiveness(table)
  const handler = createFrameHandler(table)
  const logins = createLogins({ table, handler, liveness, groups })

  return {
    opened(session, now) {
      table.now = Math.max(table.now, now)
      table.awaitingHello.add(session)
    },
    frame(session, data, at) {
      liveness.heard(session)
      counts.bytes += data.length
      const event = peekEvent(data)
      counts.events[event ?? 'unknown']++
      if (session.state !== 'active') return logins.frame(session, event, data, at)
      const shedClass = shedClassOfEvent(event)
      if (!budget.spend(session, shedClass, data.length, at)) return queue.shed(shedClass, 'rate')
      if (event !== undefined && immediate.has(event) && data.length <= immediateBytes)
        return handler.handleFrame(session, data.toString(), at)
      queue.offer(session, data.toString(), shedClass, at)
    },
    receive: (session, text, at) => handler.handleFrame(session, text, at),
    protocolError(session, code, at) {
      // Binary frames mean nothing here and are left aside, as long as they are few.
      if (code === 'binary') return countFault(table, session, code, at)
      bump(counts.badFrames, code)
      if (session.state !== 'active' && isFaulty(code)) effects.refused(session, code)
      endSession(table, session, code === 'not-utf8' ? 'protocol-error' : code === 'ping-flood' ? 'faults' : code)
    },
    pinged(session, at) {
      liveness.heard(session)
      if (!takeTokens(session.frames, limits.frames, at)) countFault(table, session, 'ping-flood', at)
    },
    roundTrip(session, roundTripMs, at) {
      liveness.answered(session)
      if (session.state === 'active') send({ type: 'round-trip', session: session.serial, at, roundTripMs })
    },
    closed(session, at) {
      endSession(table, session, 'peer')
      session.state = 'closed'
      table.awaitingHello.delete(session)
      table.authenticating.delete(session)
      budget.leave(session)
      liveness.leave(session)
      if (known.has(session.serial)) send({ type: 'closed', session: session.serial, at })
      queue.end(session)
    },
    finished(session, at) {
      if (!known.delete(session.serial)) return
      if (session.admitted) bump(counts.clients, session.family, -1)
      groups.leave(session.group)
      session.group = undefined
      session.admitted = false
      send({ type: 'gone', session: session.serial, at })
    },
    refuse: (session, reason) => refuse(table, session, reason),
    tick(now, at) {
      table.now = now
      for (const session of table.awaitingHello) {
        if (now - session.openedAt < limits.loginTimeoutMs) break
        refuse(table, session, 'login-timeout')
      }
      budget.recover(at)
      liveness.tick(at)
    },
    drain() {
      table.draining = true
      for (const session of table.awaitingHello) refuse(table, session, 'draining')
      for (const session of table.authenticating) refuse(table, session, 'draining')
      for (const session of table.active) endSession(table, session, 'drain')
    },
    counts,
    get states() {
      const { awaitingHello, authenticating, active } = table
      return { 'awaiting-hello': awaitingHello.size, authenticating: authenticating.size, active: active.size }
    },
    blockMemo: handler.blockMemo,
  }
}
