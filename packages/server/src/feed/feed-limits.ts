/** Bounds of the feed and what happens at each. */
import type { PoolLimits, Rate } from '@netstats/sdk/limits'

export interface FeedLimits {
  /** Connections in all and from one address; one more is told so and closed. */
  readonly viewers: number
  readonly viewersPerAddress: number
  /** One subscription more on a connection is answered with an error. */
  readonly subscriptions: number
  /** Bytes of one request; a larger one closes the connection. */
  readonly requestBytes: number
  /** Requests of one connection; more are answered with an error and not done. */
  readonly requests: Rate
  /** Faulty requests of one connection; more close it. */
  readonly faults: Rate
  /**
   * Different topics and windows served at a time, besides those that every dashboard opens, in all and for one address; one
   * more is answered with an error.
   */
  readonly topics: number
  readonly topicsPerAddress: number
  /** How long a channel without members stays, so that a viewer that comes back can go on. */
  readonly dormantMs: number
  /** Deltas kept a channel; a viewer that missed more gets a snapshot. */
  readonly replay: { readonly count: number; readonly bytes: number }
  /** A viewer with more unsent bytes gets nothing but, once it drained, a fresh snapshot. */
  readonly bufferedBytes: number
  /** A viewer that stays behind for longer is closed. */
  readonly slowMs: number
  /** Between two WebSocket pings; a viewer that did not answer the last one is closed. */
  readonly pingMs: number
  /** Between two `tick` messages. */
  readonly tickMs: number
  /** Share of one core that publishing may take; beyond it windows are told less often. */
  readonly workShare: number
}

export const defaultFeedLimits: FeedLimits = {
  viewers: 10_000,
  viewersPerAddress: 1000,
  subscriptions: 32,
  requestBytes: 64 * 1024,
  requests: { perSecond: 20, burst: 100 },
  faults: { perSecond: 0.2, burst: 20 },
  topics: 5000,
  topicsPerAddress: 500,
  dormantMs: 30_000,
  replay: { count: 128, bytes: 96 * 1024 },
  bufferedBytes: 256 * 1024,
  slowMs: 30_000,
  pingMs: 30_000,
  tickMs: 5000,
  workShare: 0.2,
}

const poolOf = (places: number, each: number, reserve: number): PoolLimits => ({
  places,
  each,
  reserve,
  few: Math.max(1, Math.floor(reserve / 30)),
})

/** A tenth of the places of dashboards, and a fifth of their views, is kept for addresses that have few. */
export const viewerPoolOf = ({ viewers, viewersPerAddress }: FeedLimits): PoolLimits =>
  poolOf(viewers, viewersPerAddress, Math.floor(viewers / 10))
export const viewPoolOf = ({ topics, topicsPerAddress }: FeedLimits): PoolLimits =>
  poolOf(topics, topicsPerAddress, Math.floor(topics / 5))
