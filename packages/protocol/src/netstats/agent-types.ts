/** What an agent session is told, and what it says is to be done. */
import type { ClockEstimate } from './clock-estimate.ts'
import type { Hello, Intervals, Question, Sequence, Welcome, Writable, WritableItem } from './messages.ts'
import type { At } from './server-types.ts'

/** Ed25519 over the UTF-8 bytes of `message`, base64. */
export type Sign = (message: string) => string

export interface AgentSessionOptions {
  /** Who logs in; `after`: the spool has released everything through this one, because it was acknowledged. */
  readonly hello: Omit<Hello, 'type' | 'version' | 'time'>
  /** The last sequence the spool has given out. A server that has more knows another past of this spool: `forked`. */
  readonly last?: Sequence
  /**
   * Mark of the line that the spool has under a sequence; `other` where what it has is none of this stream, undefined
   * where it has nothing there any more.
   */
  readonly markAt?: (sequence: Sequence) => number | 'other' | undefined
  /** Needed where the hello shows a key. */
  readonly sign?: Sign
  readonly loginMs?: number
  readonly clockMs?: number
  readonly ackMs?: number
  readonly flightBytes?: number
  readonly faults?: number
}

export type AgentInput =
  | { readonly type: 'opened' }
  | { readonly type: 'frame'; readonly text: string }
  /** A frame the edge could make no text of: too long or binary. Ends the session. */
  | { readonly type: 'unreadable'; readonly reason: string }
  /** Due at `wakeAt()`. */
  | { readonly type: 'tick' }
  /**
   * Observations that directly follow `after` in the spool, as many as `room()` says. What does not follow what was
   * offered last, or the place of the last `resend`, is left aside: it was read before the session went back.
   */
  | {
      readonly type: 'offer'
      readonly after: Sequence
      readonly before?: number
      readonly items: readonly WritableItem[]
    }
  /** What is so now, while older observations are on their way. Dropped unless `welcomed`. */
  | { readonly type: 'now'; readonly items: readonly Writable[] }
  | {
      readonly type: 'answer'
      readonly id: number
      readonly lines: readonly Writable[]
      readonly missing: readonly number[]
    }
  /** Say bye and end. */
  | { readonly type: 'close'; readonly reason: string }
  | { readonly type: 'closed'; readonly reason?: string }

/**
 * `refused`: not let in; `sent-away`: by a bye; `lost`: the connection or the peer failed; `closed`: by us;
 * `forked`: the server has something else than the spool under its sequences, so the spool is a copy or was put back.
 * What it holds of the stream up to `through` may be there or not: it has to be given up and told, and a new life begun.
 */
export type AgentEnd = 'refused' | 'sent-away' | 'lost' | 'closed' | 'forked'

export type AgentAction =
  /** `compress`: the frame may be sent as binary, deflated, and is long enough to be worth it. */
  | { readonly type: 'send'; readonly text: string; readonly compress: boolean }
  | { readonly type: 'welcomed'; readonly welcome: Welcome }
  /** Commit the spool through this one. */
  | { readonly type: 'acknowledged'; readonly through: Sequence }
  /** Go back: the next `offer` follows `after`. */
  | { readonly type: 'resend'; readonly after: Sequence; readonly reason: string }
  | { readonly type: 'intervals'; readonly intervals: Intervals }
  /** Answer with `answer` and this id. */
  | { readonly type: 'request'; readonly id: number; readonly question: Question }
  | { readonly type: 'measured'; readonly roundTripMs: number; readonly offsetMs: number; readonly errorMs: number }
  | { readonly type: 'fault'; readonly code: string }
  /** Close the socket. Come back no sooner than `retryMs`, where it is said. Nothing follows. */
  | {
      readonly type: 'end'
      readonly how: AgentEnd
      readonly reason: string
      readonly retryMs?: number
      readonly code: number
      /** Where it is `forked`. */
      readonly through?: Sequence
      /** The server has forgotten what it has: what is beyond `through` is of the life that it was of. */
      readonly doubt?: boolean
    }

export type AgentPhase = 'opening' | 'login' | 'open' | 'over'

export interface AgentCounts {
  batches: number
  /** Observations sent, each time. */
  observations: number
  acks: number
  nacks: number
  nows: number
  faults: number
  unknown: number
}

export interface AgentSession {
  /** What happened and when; what is to be done about it, in this order. Look at `room()` after it. */
  take(input: AgentInput, at: At): readonly AgentAction[]
  /** Monotonic time at which a `tick` is due. Infinity: never. */
  wakeAt(): number
  /** Observations that may be offered now. */
  room(): number
  readonly phase: AgentPhase
  /** Observations sent and not acknowledged. */
  readonly inFlight: number
  /** Observations offered and not sent yet. */
  readonly queued: number
  /** The server's clock minus ours. */
  clock(at: At): ClockEstimate | undefined
  readonly counts: Readonly<AgentCounts>
}
