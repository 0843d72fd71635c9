/** Every frame of `netstats.v1`, as `docs/specs/netstats-protocol.md` has it. Times are Unix milliseconds. */
import type { NodeInfo } from '../kinds/mod.ts'
import type { Bodies, Kind } from '../kinds/mod.ts'
import type { Observation, ObservationOf } from '../observation.ts'

export const protocolVersion = 1

/** Sequence of an observation: counts within one spool, ascending, never used twice. 0 stands before the first. */
export type Sequence = number

/** An observation in its place of the stream. */
export interface StreamItem {
  readonly sequence: Sequence
  readonly observation: Observation
}

/** What a line is written from: an `Observation`, or one whose body is JSON text already. */
export interface Writable {
  readonly kind: Kind
  readonly observedAt: number
  readonly body: string | Bodies[Kind]
}
export interface WritableItem extends Writable {
  readonly sequence: Sequence
}

/** The time from one opening of a spool to the next: nobody else appends anything under its name. */
export interface Life {
  /** 16 lower-case hex digits. */
  readonly life: string
  /** No observation of it has a smaller sequence, and none of an earlier life has one as great. */
  readonly from: Sequence
}

export interface Hello {
  readonly type: 'hello'
  readonly version: 1
  /** Identity that logs in; by default the node's name. */
  readonly agent: string
  readonly node: string
  readonly info: NodeInfo
  /** 32 lower-case hex digits; sequences count within it. */
  readonly spool: string
  /** The spool has released everything through this one. */
  readonly after: Sequence
  /** How many observations of the stream those are. */
  readonly acknowledged: number
  /** The lives of the spool, oldest first; the last one is now. */
  readonly lives: readonly Life[]
  /** The agent's clock. */
  readonly time: number
  /** Program and version, `netstats/0.1.0`. */
  readonly software: string
  readonly token?: string
  /** Ed25519 public key, base64 of its 32 bytes. */
  readonly key?: string
  /** Compressions the agent can do. */
  readonly compress?: readonly string[]
}

export interface Proof {
  readonly type: 'proof'
  /** Ed25519 over `loginText`, base64. */
  readonly signature: string
}

export interface Batch {
  readonly type: 'batch'
  /** The observation before the first one here: without it there is a hole. How many of the stream there are through it. */
  readonly after: Sequence
  readonly before?: number
  /** 1, 2, 3… within the session. */
  readonly number: number
  readonly signature?: string
  /** Lines, also those set aside. At least 1. */
  readonly count: number
  /** Sequences of the first and the last line, whether they could be read or not, and what the last is recognised by. */
  readonly first: Sequence
  readonly last: Sequence
  readonly mark: number
  readonly items: readonly StreamItem[]
  readonly setAside: SetAside
}

/** Lines whose frame is good and that cannot be used: they are acknowledged and counted, or they would come for ever. */
export interface SetAside {
  /** Of a kind that a newer agent knows. */
  readonly unknown: number
  /** Whose body is not what its kind says. */
  readonly invalid: number
}

export interface Now {
  readonly type: 'now'
  /** 1, 2, 3… within the session. */
  readonly number: number
  readonly signature?: string
  readonly observations: readonly Observation[]
  readonly setAside: SetAside
}

export interface Answer {
  readonly type: 'answer'
  readonly id: number
  readonly signature?: string
  /** Numbers of blocks the node does not have. */
  readonly missing: readonly number[]
  readonly blocks: readonly ObservationOf<'block'>[]
  readonly headers: readonly ObservationOf<'header'>[]
  readonly setAside: SetAside
}

export interface Ping {
  readonly type: 'ping'
  readonly t1: number
}
export interface Pong {
  readonly type: 'pong'
  /** As it came in the ping. */
  readonly t1: number
  /** When the ping came and when this left, by the clock of who answers. */
  readonly t2: number
  readonly t3: number
}

export interface AgentBye {
  readonly type: 'bye'
  readonly reason: string
}

/** A type of a later version; left aside and counted. */
export interface UnknownMessage {
  readonly type: 'unknown'
}

export type AgentMessage = Hello | Proof | Batch | Now | Answer | Ping | Pong | AgentBye | UnknownMessage

export interface Challenge {
  readonly type: 'challenge'
  /** Base64 of 32 random bytes. */
  readonly nonce: string
}

export interface BatchLimits {
  readonly batchItems: number
  /** UTF-8 bytes; an observation that is larger goes alone. */
  readonly batchBytes: number
}

export interface Intervals {
  /** Between two reports of a node's statistics. */
  readonly reportMs: number
  /** An observation may wait so long for company; blocks and alarms do not. */
  readonly lingerMs: number
  /** Anyone who heard nothing for so long pings. */
  readonly pingMs: number
}

export interface Welcome {
  readonly type: 'welcome'
  /** Names this session; part of what batches sign. */
  readonly session: string
  readonly network: string
  /** The server durably has all of the spool's stream up to here. */
  readonly through: Sequence
  /** Last line that the server has of a life of this spool, durable or not, and its mark: the agent has the same there. */
  readonly last?: Sequence
  readonly mark?: number
  /** What the agent has left before `through` may be there or not. */
  readonly doubt?: boolean
  readonly time: number
  /** Most observations in flight. */
  readonly window: number
  readonly limits: BatchLimits
  readonly intervals: Intervals
  /** The agent may send binary frames, compressed like this. */
  readonly compress?: 'deflate'
  /** True: an ack says that the store has committed. False: there is no store, an ack says that it was taken in. */
  readonly durable: boolean
}

export interface Ack {
  readonly type: 'ack'
  readonly through: Sequence
}

export const nackReasons = ['busy', 'hole', 'lost', 'malformed', 'signature'] as const
export type NackReason = (typeof nackReasons)[number]

export interface Nack {
  readonly type: 'nack'
  /** Send again what follows this one. */
  readonly through: Sequence
  /** Number of the last batch that was read: an agent that has gone back since need not do it again. */
  readonly number: number
  readonly reason: string
  readonly retryMs: number
}

export interface Credit {
  readonly type: 'credit'
  readonly window: number
}

export interface IntervalsMessage extends Intervals {
  readonly type: 'intervals'
}

export type Question =
  | { readonly what: 'history'; readonly numbers: readonly number[] }
  | { readonly what: 'header'; readonly number: number }
  /** Headers, complete, as of kind `header`. */
  | { readonly what: 'headers'; readonly numbers: readonly number[] }
export type Request = { readonly type: 'request'; readonly id: number } & Question

/** Why a server refuses. Agents take any other word as well. */
export const refusals = [
  'bad-secret',
  'bad-token',
  'bad-key',
  'bad-proof',
  'wrong-id',
  'name-bound',
  'token-required',
  'revoked',
  'banned',
  'locked-out',
  'duplicate-id',
  'cloned',
  'wrong-network',
  'network-full',
  'server-full',
  'busy',
  'draining',
  'version',
  'malformed',
  'timeout',
] as const
export type RefusalReason = (typeof refusals)[number]

export interface Refuse {
  readonly type: 'refuse'
  readonly reason: string
  readonly retryMs?: number
}

export interface ServerBye {
  readonly type: 'bye'
  readonly reason: string
  readonly retryMs: number
}

export type ServerMessage =
  | Challenge
  | Welcome
  | Ack
  | Nack
  | Credit
  | IntervalsMessage
  | Request
  | Refuse
  | Ping
  | Pong
  | ServerBye
  | UnknownMessage
