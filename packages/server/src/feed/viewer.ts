/** One connection as the hub sees it: what it follows, how far behind it is, and what it may still ask. */
import { createTokenBucket } from '@netstats/sdk/limits'
import type { TokenBucket } from '@netstats/sdk/limits'
import type { TopicState } from './topic-state.ts'
import type { FeedLimits } from './feed-limits.ts'
import { createLiveness } from '../lib/liveness.ts'
import type { Liveness } from '../lib/liveness.ts'

/** Where a viewer's frames go; the WebSocket of it, or a list in tests. */
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

/** A viewer's place in a state. */
export interface Membership {
  readonly state: TopicState
  readonly ids: Set<number>
  /** Needs a snapshot before deltas mean anything to it. */
  stale: boolean
}

export interface Viewer extends Liveness {
  readonly sink: Sink
  /** What shares are counted by. */
  readonly origin: string
  readonly subscriptions: Map<number, TopicState>
  readonly memberships: Map<TopicState, Membership>
  readonly requests: TokenBucket
  readonly faults: TokenBucket
  /** Since when more is unsent than allowed; undefined while it keeps up. */
  behindSince: number | undefined
  nextPingAt: number
  /** Some membership is stale: look at it at the next tick. */
  owed: boolean
  closed: boolean
}

export const createViewer = (sink: Sink, origin: string, limits: FeedLimits, now: number): Viewer => ({
  sink,
  origin,
  subscriptions: new Map(),
  memberships: new Map(),
  requests: createTokenBucket(limits.requests, now),
  faults: createTokenBucket(limits.faults, now),
  behindSince: undefined,
  nextPingAt: now + limits.pingMs,
  ...createLiveness(),
  owed: false,
  closed: false,
})
