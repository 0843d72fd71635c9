/** Bounds of the feed and what happens at each. */
import type { Rate } from '../ingest/token-bucket.ts'

export interface FeedLimits {
  /** Connections in all and from one address; one more is told so and closed. */
  readonly readers: number
  readonly readersPerAddress: number
  /** One subscription more on a connection is answered with an error. */
  readonly subscriptions: number
  /** Bytes of one request; a larger one closes the connection. */
  readonly requestBytes: number
  /** Requests of one connection; more are answered with an error and not done. */
  readonly requests: Rate
  /** Faulty requests of one connection; more close it. */
  readonly faults: Rate
  /** Different topics and windows served at a time, in all; one more is answered with an error. */
  readonly channels: number
  /** How long a channel without members stays, so that a reader that comes back can go on. */
  readonly dormantMs: number
  /** Deltas kept a channel; a reader that missed more gets a snapshot. */
  readonly ring: { readonly count: number; readonly bytes: number }
  /** A reader with more unsent bytes gets nothing but, once it drained, a fresh snapshot. */
  readonly bufferedBytes: number
  /** A reader that stays behind for longer is closed. */
  readonly slowMs: number
  /** Between two WebSocket pings; a reader that did not answer the last one is closed. */
  readonly pingMs: number
  /** Between two `tick` messages. */
  readonly tickMs: number
  /** Share of one core that publishing may take; beyond it windows are told less often. */
  readonly workShare: number
}

export const defaultFeedLimits: FeedLimits = {
  readers: 10_000,
  readersPerAddress: 1000,
  subscriptions: 32,
  requestBytes: 64 * 1024,
  requests: { perSecond: 20, burst: 100 },
  faults: { perSecond: 0.2, burst: 20 },
  channels: 5000,
  dormantMs: 30_000,
  ring: { count: 128, bytes: 96 * 1024 },
  bufferedBytes: 256 * 1024,
  slowMs: 30_000,
  pingMs: 30_000,
  tickMs: 5000,
  workShare: 0.2,
}
