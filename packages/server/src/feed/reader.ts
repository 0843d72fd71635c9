/** One connection as the hub sees it: what it follows, how far behind it is, and what it may still ask. */
import { createTokenBucket } from '../ingest/token-bucket.ts'
import type { TokenBucket } from '../ingest/token-bucket.ts'
import type { Channel } from './channel.ts'
import type { FeedLimits } from './limits.ts'

/** Where a reader's frames go; the WebSocket of it, or a list in tests. */
export interface Sink {
  send(frame: Buffer): void
  /** Bytes given to `send` that have not left. */
  readonly buffered: number
  ping(): void
  /** Ends the connection in order: what was sent before still arrives. */
  close(code: number, reason: string): void
  /** Ends it at once: for a peer that does not read. */
  terminate(): void
}

/** A reader's place in a channel. */
export interface Membership {
  readonly channel: Channel
  readonly ids: Set<number>
  /** Needs a snapshot before deltas mean anything to it. */
  stale: boolean
}

export interface Reader {
  readonly sink: Sink
  readonly address: string
  readonly subscriptions: Map<number, Channel>
  readonly memberships: Map<Channel, Membership>
  readonly requests: TokenBucket
  readonly faults: TokenBucket
  /** Since when more is unsent than allowed; undefined while it keeps up. */
  behindSince: number | undefined
  nextPingAt: number
  pingUnanswered: boolean
  /** Some membership is stale: look at it at the next tick. */
  owed: boolean
  closed: boolean
}

export const createReader = (sink: Sink, address: string, limits: FeedLimits, now: number): Reader => ({
  sink,
  address,
  subscriptions: new Map(),
  memberships: new Map(),
  requests: createTokenBucket(limits.requests, now),
  faults: createTokenBucket(limits.faults, now),
  behindSince: undefined,
  nextPingAt: now + limits.pingMs,
  pingUnanswered: false,
  owed: false,
  closed: false,
})
