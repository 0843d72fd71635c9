/** What a server session is told, and what it says is to be done. */
import type { Header } from '../kinds/mod.ts'
import type { Observation, ObservationOf } from '../observation.ts'
import type { ClockEstimate } from './clock-estimate.ts'
import type { BatchLimits, Hello, Intervals, NackReason, Question, RefusalReason, SetAside } from './messages.ts'
import type { Sequence, StreamItem } from './messages.ts'
import type { BodyMemo } from './lines.ts'

/** Both clocks of the one who runs a session, read once an event. `now`: Unix ms; `mono`: ms that never step. */
export interface At {
  readonly now: number
  readonly mono: number
}

/** Ed25519 over the UTF-8 bytes of `message`; key and signature in base64. False for whatever is wrong, never throws. */
export type Verify = (publicKey: string, message: string, signature: string) => boolean

export interface ServerSessionOptions {
  /** Shared by all sessions of a process: a block that another agent sent is recognised by its text. */
  readonly memo?: BodyMemo
  /** Without it nobody can log in by key. */
  readonly verify?: Verify
  /** Offer compression to agents that can. Default true. */
  readonly compress?: boolean
  readonly loginMs?: number
  readonly clockMs?: number
  readonly drainMs?: number
  readonly flightBytes?: number
  readonly faults?: number
}

/** What a host lets an agent in with. */
export interface Admission {
  /** Random, 1 to 64 characters of base64url: batches of keyed sessions sign it. */
  readonly session: string
  readonly network: string
  /** The store has all of this spool's stream up to here; 0: nothing. */
  readonly through: Sequence
  readonly last?: Sequence | undefined
  readonly mark?: number | undefined
  readonly doubt?: boolean | undefined
  readonly window: number
  readonly intervals: Intervals
  readonly limits: BatchLimits
  /** Public key that everything with lines must be signed by. Only after its proof. */
  readonly key?: string
  /** False: there is no store, acknowledged is what was taken in. */
  readonly durable: boolean
}

export type ServerInput =
  | { readonly type: 'opened' }
  /** A text frame, or a binary one inflated. `bytes`: what it took on the wire. */
  | { readonly type: 'frame'; readonly text: string; readonly bytes?: number }
  /** A frame the edge could make no text of: too long, not inflatable, binary without permission. Ends the session. */
  | { readonly type: 'unreadable'; readonly reason: string }
  /** Due at `wakeAt()`, and after `durable`. */
  | { readonly type: 'tick' }
  /** Answers `login`: the agent has to prove this key first. `nonce`: base64 of 32 random bytes. */
  | { readonly type: 'challenge'; readonly nonce: string; readonly key: string }
  | { readonly type: 'admit'; readonly admission: Admission }
  | { readonly type: 'refuse'; readonly reason: RefusalReason; readonly retryMs?: number }
  /** The store has committed the stream up to here. The ack leaves with the next tick, one for all. */
  | { readonly type: 'durable'; readonly through: Sequence }
  /** Batches after `through` were not taken (`busy`) or were given up (`lost`). */
  | { readonly type: 'nack'; readonly through: Sequence; readonly reason: NackReason; readonly retryMs: number }
  | { readonly type: 'credit'; readonly window: number }
  | { readonly type: 'intervals'; readonly intervals: Intervals }
  | { readonly type: 'request'; readonly question: Question; readonly timeoutMs?: number }
  /** Send the agent away: bye, and the end once it has gone or `drainMs` later. */
  | { readonly type: 'drain'; readonly reason: string; readonly retryMs: number }
  | { readonly type: 'closed' }

/** A batch that follows the one before it without a hole. */
export interface DeliveredBatch {
  readonly after: Sequence
  readonly before: number
  /** What is durable once this batch is: the sequence of its last line. */
  readonly last: Sequence
  readonly mark: number
  /** Lines, also those set aside. */
  readonly count: number
  readonly items: readonly StreamItem[]
  readonly setAside: SetAside
  readonly bytes: number
}

/**
 * `refused`: by the host or for want of a good login; `closed`: by the peer; `bye`: it said so; `silent`: nothing heard;
 * `faults`: too much malformed; `overrun`: more in flight than it had credit for; `drained`: sent away.
 */
export type ServerEnd = 'refused' | 'closed' | 'bye' | 'silent' | 'faults' | 'overrun' | 'drained'

export type ServerAction =
  | { readonly type: 'send'; readonly text: string }
  /** Decide: `challenge`, `admit` or `refuse`. */
  | { readonly type: 'login'; readonly hello: Hello }
  /** After a `challenge`. True: decide again, `admit` or `refuse`. False: the session refuses by itself. */
  | { readonly type: 'proved'; readonly ok: boolean }
  | { readonly type: 'deliver'; readonly batch: DeliveredBatch }
  /** What is so at this moment: for the live picture only. */
  | { readonly type: 'now'; readonly observations: readonly Observation[]; readonly setAside: SetAside }
  /** `question` is the object that was asked with. Blocks are marked historical. */
  | {
      readonly type: 'answered'
      readonly question: Question
      readonly blocks: readonly ObservationOf<'block'>[]
      readonly headers: readonly Header[]
      readonly missing: readonly number[]
    }
  | {
      readonly type: 'unanswered'
      readonly question: Question
      readonly reason: 'timeout' | 'ended' | 'too-many'
    }
  /** A pong came: what it says, not what `clock()` makes of it. */
  | { readonly type: 'measured'; readonly roundTripMs: number; readonly offsetMs: number; readonly errorMs: number }
  /** Something malformed or out of turn, for counting: a code, or a word such as `replay`. */
  | { readonly type: 'fault'; readonly code: string }
  /** Close the socket with this code. Nothing follows. */
  | { readonly type: 'end'; readonly how: ServerEnd; readonly code: number; readonly reason: string }

export type ServerPhase = 'opening' | 'hello' | 'login' | 'proof' | 'open' | 'draining' | 'over'

export interface ServerCounts {
  batches: number
  observations: number
  setAside: number
  nows: number
  acks: number
  nacks: number
  faults: number
  /** Frames of types that a later version knows. */
  unknown: number
  /** Batches left aside because an earlier one was not taken: they come again. */
  skipped: number
}

export interface ServerSession {
  /** What happened and when; what is to be done about it, in this order. */
  take(input: ServerInput, at: At): readonly ServerAction[]
  /** Monotonic time at which a `tick` is due. Infinity: never. */
  wakeAt(): number
  readonly phase: ServerPhase
  /** The peer may send compressed frames. */
  readonly compress: boolean
  /** Observations taken in and not durable yet. */
  readonly inFlight: number
  /** The agent's clock minus ours; undefined until measured. Known before the first batch comes. */
  clock(at: At): ClockEstimate | undefined
  readonly counts: Readonly<ServerCounts>
}
