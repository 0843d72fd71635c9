import { dialectOf } from '@netstats/protocol/ethstats'
import type { Dialect } from '@netstats/protocol/ethstats'
import type { ShedClass } from '@netstats/protocol'
import type { IntakeSource } from '../intake/intake.ts'
import { primusEveryMs, primusFirstMs } from './keep-alive.ts'
import { createTokenBucket } from './token-bucket.ts'
import type { Rate, TokenBucket } from './token-bucket.ts'

/**
 *     waiting ──hello──► asking ──admitted──► ready ──► ending ──► closed
 *        └─ time-out… ─────┴─ refused by the desk ─► closed
 */
export type SessionState = 'waiting' | 'asking' | 'ready' | 'ending' | 'closed'

/** One agent's connection. Idle ones are many, so it is one flat record; buckets are made on the first need. */
export interface Session extends IntakeSource {
  readonly serial: number
  readonly address: string
  /** The upgrade's URL had `_primuscb`. */
  readonly primusClient: boolean
  /** Monotonic milliseconds. */
  readonly openedAt: number
  state: SessionState
  /** Bound by the first good hello; frames that claim another are refused. */
  id: string
  client: string
  family: string
  dialect: Dialect
  /** It was let in: what still waits of it when it has ended counts. */
  admitted: boolean
  /** The desk wants to know whether it lives. */
  probed: boolean
  /** It was asked a second time whether it lives. */
  probedTwice: boolean
  /** It has answered a ping before. */
  answersPings: boolean
  /** Something came in since the last look. */
  heard: boolean
  silentRounds: number
  /** It was not pinged at the last look, because it had spoken. */
  pingSpared: boolean
  saidPrimusPing: boolean
  saidNodePing: boolean
  /** When `primus::ping` is due, monotonic. */
  primusDueAt: number
  readonly frames: TokenBucket
  readonly bytes: TokenBucket
  /** Reads nothing until its byte budget has recovered. */
  throttled: boolean
  faults: TokenBucket | undefined
}

/** What the machine wants done; the edge does it at once and synchronously. */
export interface SessionEffects<S extends Session> {
  send(session: S, text: string): void
  /** Ends the connection with a close frame. `closed` is called when it is gone. */
  close(session: S, code: number): void
  /** Cuts the connection without a word. */
  terminate(session: S): void
  /** Sends a WebSocket ping; a pong comes back as `heard` and `roundTrip`. */
  ping(session: S): void
  /** Bytes waiting to be read by the peer. */
  unsent(session: S): number
  queue(session: S, text: string, shedClass: ShedClass, at: number): void
  /** Stops or goes on reading from the peer. */
  throttle(session: S, on: boolean): void
  /** Counts a frame given up because its session sends more than it may. */
  shed(shedClass: ShedClass): void
  /** No more frames of this session; `finished` comes when those queued are done. */
  end(session: S): void
  /** A line for the operator, at most one for each change of state. */
  log(session: S, event: 'login' | 'refused' | 'ended', detail: string): void
}

export interface SessionLimits {
  readonly loginTimeoutMs: number
  /** Every session gets a WebSocket ping once in this time, one that speaks every other time. */
  readonly pingEveryMs: number
  /** Time between `primus::ping` to those who need it. */
  readonly primusEveryMs: number
  /** A session not heard of for this long is cut. */
  readonly silenceMs: number
  readonly frames: Rate
  /** A session that sends more is not read from until its budget has recovered: nothing is lost, TCP slows the peer. */
  readonly bytes: Rate
  readonly faults: Rate
  /** Largest hello. */
  readonly helloBytes: number
}

export const defaultSessionLimits: SessionLimits = {
  loginTimeoutMs: 10_000,
  pingEveryMs: 30_000,
  primusEveryMs,
  silenceMs: 60_000,
  frames: { perSecond: 100, burst: 600 },
  bytes: { perSecond: 1 << 20, burst: 32 << 20 },
  faults: { perSecond: 0.2, burst: 50 },
  helloBytes: 65_536,
}

export interface SessionFacts {
  readonly serial: number
  readonly address: string
  readonly primusClient: boolean
  /** Monotonic milliseconds. */
  readonly now: number
  /** Wall clock, which frames carry and rates are measured by. */
  readonly at: number
}

const unknownDialect = dialectOf(undefined)

export const createSession = (
  { serial, address, primusClient, now, at }: SessionFacts,
  limits: SessionLimits,
): Session => ({
  serial,
  address,
  primusClient,
  openedAt: now,
  state: 'waiting',
  id: '',
  client: '',
  family: '',
  dialect: unknownDialect,
  admitted: false,
  probed: false,
  probedTwice: false,
  answersPings: false,
  heard: false,
  silentRounds: 0,
  pingSpared: true,
  saidPrimusPing: false,
  saidNodePing: false,
  primusDueAt: now + primusFirstMs(limits.primusEveryMs),
  frames: createTokenBucket(limits.frames, at),
  bytes: createTokenBucket(limits.bytes, at),
  throttled: false,
  faults: undefined,
  group: undefined,
  waiting: undefined,
  waitingBytes: 0,
  ended: false,
  paused: false,
})
