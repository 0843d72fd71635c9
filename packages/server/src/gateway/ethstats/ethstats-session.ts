import { dialectOf } from '@netstats/protocol/ethstats'
import type { Dialect } from '@netstats/protocol/ethstats'
import type { Told } from '../../bus/refusal-cures.ts'
import type { QueueSource } from '../queue-model.ts'
import type { Liveness } from '../../lib/liveness.ts'
import { createTokenBucket, originOf } from '@netstats/sdk/limits'
import { primusEveryMs, primusFirstMs } from '../../lib/primus-keep-alive.ts'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'

/**
 *     awaiting-hello ──hello──► authenticating ──admit──► active ──► ending ──► closed
 *        └─ time-out… ─────────────┴─ refuse ──► closed
 */
export type SessionState = 'awaiting-hello' | 'authenticating' | 'active' | 'ending' | 'closed'

/** One client's connection. Idle ones are many, so it is one flat record; buckets are made on the first need. */
export interface Session extends QueueSource, Liveness {
  readonly serial: number
  readonly address: string
  /** What shares are counted by. */
  readonly origin: string
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
  /** It has logged in: what still waits of it when it has ended counts. */
  admitted: boolean
  /** The core wants to know whether it is alive. */
  probed: boolean
  /** It was probed a second time. */
  probedTwice: boolean
  /** It has answered a ping before. */
  answersPings: boolean
  /** It was not pinged at the last check, because it had sent something. */
  pingSpared: boolean
  saidPrimusPing: boolean
  saidNodePing: boolean
  /** How long the last answer to its `node-ping` was held back: half of it is in the latency it then reports. */
  pongHeldMs: number
  /** When `primus::ping` is due, monotonic. */
  primusDueAt: number
  readonly frames: TokenBucket
  readonly bytes: TokenBucket
  /** Reads nothing until its byte budget has recovered. */
  throttled: boolean
  faults: TokenBucket | undefined
}

/** What the protocol wants done; the endpoint does it at once and synchronously. */
export interface SessionEffects<S extends Session> {
  send(session: S, text: string): void
  /** Sends the answer to a `node-ping` a little later. */
  pong(session: S, text: string): void
  /** Ends the connection with a close frame. `closed` is called when it is gone. */
  close(session: S, code: number): void
  /** Cuts the connection without a word. */
  terminate(session: S): void
  /** Sends a WebSocket ping; a pong comes back as `heard` and `roundTrip`. */
  ping(session: S): void
  /** Bytes waiting to be read by the peer. */
  unsent(session: S): number
  /** Pauses or resumes reading from the peer. */
  throttle(session: S, on: boolean): void
  /** It was refused, or ended for what it sent. */
  refused(session: S, reason: Told): void
  /** A line for the operator, at most one for each change of state. */
  log(session: S, event: 'login' | 'refused' | 'ended' | 'unread' | 'unreadable', detail: string): void
}

export interface SessionLimits {
  readonly loginTimeoutMs: number
  /** Every session gets a WebSocket ping once in this time, one that has sent something every other time. */
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

export interface SessionOpened {
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
  { serial, address, primusClient, now, at }: SessionOpened,
  limits: SessionLimits,
): Session => ({
  serial,
  address,
  origin: originOf(address),
  primusClient,
  openedAt: now,
  state: 'awaiting-hello',
  id: '',
  client: '',
  family: '',
  dialect: unknownDialect,
  admitted: false,
  probed: false,
  probedTwice: false,
  answersPings: false,
  heard: false,
  silentChecks: 0,
  pingSpared: true,
  saidPrimusPing: false,
  saidNodePing: false,
  pongHeldMs: 0,
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
