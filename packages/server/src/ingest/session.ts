import { dialectOf } from '@netstats/protocol/ethstats'
import type { Dialect } from '@netstats/protocol/ethstats'
import type { ShedClass } from '@netstats/protocol'
import type { CoreInput, NetworkView } from '../shard/model.ts'
import type { IntakeSource } from '../intake/intake.ts'
import { primusEveryMs, primusFirstMs } from './keep-alive.ts'
import { createTokenBucket } from './token-bucket.ts'
import type { Rate, TokenBucket } from './token-bucket.ts'

/**
 *     waiting ──hello, good──► ready ──► ending ──► closed
 *        │  └─ id is live ─► claiming ─ old one dead ─► ready
 *        └─ bad secret, time-out… ─────┴─ old one alive ─► closed
 */
export type SessionState = 'waiting' | 'claiming' | 'ready' | 'ending' | 'closed'

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
  /** Names its owner among all networks. */
  key: string
  networkId: string | undefined
  /** Key of the network the core put it in. */
  network: string
  client: string
  family: string
  dialect: Dialect
  canAnswerHistory: boolean
  /** The core was told that it connected and not yet that it left. */
  announced: boolean
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
  /** Heights asked for and not yet answered. */
  asked: readonly number[] | undefined
  askedAt: number
  genesisAsked: boolean
  historyFailures: number
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
  apply(input: CoreInput): void
  networkOf(node: string, networkId: string | undefined): string | undefined
  network(key: string): NetworkView | undefined
  /** A line for the operator, at most one for each change of state. */
  log(session: S, event: 'login' | 'refused' | 'ended' | 'takeover', detail: string): void
}

export interface SessionLimits {
  readonly loginTimeoutMs: number
  /** Every session gets a WebSocket ping once in this time, one that speaks every other time. */
  readonly pingEveryMs: number
  /** Time between `primus::ping` to those who need it. */
  readonly primusEveryMs: number
  /** A session not heard of for this long is cut. */
  readonly silenceMs: number
  /** How long an older session of the same id has to prove that it lives. */
  readonly takeoverMs: number
  readonly historyTimeoutMs: number
  /** Sessions of one network that are asked for history at a time. */
  readonly historySessions: number
  readonly frames: Rate
  /** A session that sends more is not read from until its budget has recovered: nothing is lost, TCP slows the peer. */
  readonly bytes: Rate
  readonly faults: Rate
  /** Largest hello. */
  readonly helloBytes: number
  /** Failed logins of one address before it is locked out. */
  readonly failures: Rate
}

export const defaultSessionLimits: SessionLimits = {
  loginTimeoutMs: 10_000,
  pingEveryMs: 30_000,
  primusEveryMs,
  silenceMs: 60_000,
  takeoverMs: 3000,
  historyTimeoutMs: 30_000,
  historySessions: 2,
  frames: { perSecond: 100, burst: 600 },
  bytes: { perSecond: 1 << 20, burst: 32 << 20 },
  faults: { perSecond: 0.2, burst: 50 },
  helloBytes: 65_536,
  failures: { perSecond: 0.2, burst: 30 },
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
  key: '',
  networkId: undefined,
  network: '',
  client: '',
  family: '',
  dialect: unknownDialect,
  canAnswerHistory: false,
  announced: false,
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
  asked: undefined,
  askedAt: 0,
  genesisAsked: false,
  historyFailures: 0,
  waiting: undefined,
  waitingBytes: 0,
  ended: false,
  paused: false,
})
