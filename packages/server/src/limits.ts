/** What the configuration says, as the limits the parts work with. */
import { limits as bounds } from '@netstats/protocol/netstats'
import { exposureOf } from './exposure.ts'
import type { ServerConfig } from './config.ts'
import type { CoreOptions } from './shard/options.ts'
import type { PoolLimits, Rate } from '@netstats/sdk/limits'
import type { SessionRegistryLimits } from './sessions/registry-options.ts'
import { defaultFeedLimits } from './feed/feed-limits.ts'
import type { FeedLimits } from './feed/feed-limits.ts'
import { defaultSessionLimits } from './gateway/ethstats/ethstats-session.ts'
import type { SessionLimits } from './gateway/ethstats/ethstats-session.ts'
import type { GatewaySettings } from './gateway/gateway.ts'
import type { QueueLimits } from './gateway/queue-model.ts'
import { tryBasePath } from './net/base-path.ts'
import type { WebSettings } from './net/web-policy.ts'
import type { ServerLimits } from './status/server-status.ts'

const sessionLimitsOf = ({ ethstats }: ServerConfig): SessionLimits => ({
  ...defaultSessionLimits,
  loginTimeoutMs: ethstats.loginTimeout,
  pingEveryMs: ethstats.pingEvery,
  primusEveryMs: ethstats.primusPingEvery,
  silenceMs: ethstats.silence,
  frames: { perSecond: ethstats.messagesPerSecond, burst: ethstats.messagesPerSecond * 6 },
  bytes: { ...defaultSessionLimits.bytes, burst: Math.max(defaultSessionLimits.bytes.burst, ethstats.maxFrame * 2) },
})

export const coreOptionsOf = ({ nodes }: ServerConfig): Partial<CoreOptions> => ({
  reconnectMs: nodes.reconnectGrace,
  forgetAfterMs: nodes.forgetAfter,
  forgetReplacedMs: nodes.forgetReplacedAfter,
})

export const sessionRegistryLimitsOf = ({ ethstats }: ServerConfig): SessionRegistryLimits => ({
  takeoverMs: ethstats.takeover,
  backfillTimeoutMs: 30_000,
  backfillSessions: ethstats.historySessions,
})

const queueLimitsOf = ({ limits, ethstats }: ServerConfig): QueueLimits => ({
  items: limits.queueItems,
  bytes: limits.queueBytes,
  // A session's share: several times what any agent sends in one go, and two of the largest frames.
  sessionItems: 1000,
  sessionBytes: Math.min(limits.queueBytes / 2, ethstats.maxFrame * 2),
  sliceMs: 8,
})

/** The largest frames of several agents at once, and no more than a few times what may wait as whole ones. */
const partialBytesOf = ({ limits, ethstats }: ServerConfig): number =>
  Math.max(2 * limits.queueBytes, 8 * ethstats.maxFrame)

export const serverLimitsOf = ({ limits, history, feed }: ServerConfig, connections: number): ServerLimits => ({
  connections,
  queueItems: limits.queueItems,
  queueBytes: limits.queueBytes,
  bufferBytes: history.enabled ? history.bufferBytes : null,
  viewers: feed.viewers,
})

/** Addresses that may use their share of reading to the full at the same time. */
const addressesAtFullShare = 3
/** Eight seconds' worth at once: a backlog's first batches, and any frame. */
const readingRate = (perSecond: number): Rate => ({
  perSecond,
  burst: Math.max(8 * perSecond, 2 * bounds.frameBytes),
})

export const webSettingsOf = ({ publicUrl, hosts, feed, classic, listen }: ServerConfig): WebSettings => ({
  hosts,
  publicOrigin: publicUrl === undefined ? undefined : new URL(publicUrl).origin,
  feedOrigins: feed.origins,
  classicOrigins: classic.origins,
  port: listen.port,
})

/** Where the public address leads below its host, unless that is said apart. */
export const basePathOf = ({ basePath, publicUrl }: ServerConfig): string =>
  basePath ?? (publicUrl === undefined ? '' : (tryBasePath(new URL(publicUrl).pathname) ?? ''))

export const feedLimitsOf = ({ feed }: ServerConfig): FeedLimits => ({
  ...defaultFeedLimits,
  viewers: feed.viewers,
  viewersPerAddress: feed.viewersPerAddress,
  topics: feed.views,
  topicsPerAddress: feed.viewsPerAddress,
  pingMs: feed.pingEvery,
})

/** Places kept for HTTP when WebSockets have taken all others, so that health can still be asked. */
export const reservedConnections = 64
/** Connections are spread over workers by chance; a share that is exact would be too small for some. */
const slack = 1.2

type Share = (whole: number) => number

/** Places of one process that can hold `each` connections. */
const socketPoolsOf = ({ limits, feed }: ServerConfig, each: number, share: Share) => {
  const places = Math.max(1, each - reservedConnections)
  const reserve = Math.min(64, Math.floor(places / 8))
  const viewers = Math.ceil(places / 2)
  const loggingIn = Math.ceil(places * 0.75)
  return {
    connections: {
      places,
      each: Math.min(share(limits.connectionsPerAddress), places),
      reserve,
      few: fewOf(reserve),
    },
    viewers: {
      places: viewers,
      each: Math.min(share(feed.viewersPerAddress), Math.ceil(viewers / 4)),
      reserve: Math.floor(viewers / 10),
      few: fewOf(viewers / 10),
    },
    loggingIn: {
      places: loggingIn,
      each: Math.ceil(places / 3),
      reserve: Math.floor(loggingIn / 8),
      few: fewOf(loggingIn / 8),
    },
  }
}

const plainPoolOf = ({ limits }: ServerConfig, each: number, share: Share): PoolLimits => {
  const places = Math.max(reservedConnections, Math.floor(each / 4))
  return {
    places,
    each: Math.min(share(limits.httpPerAddress), Math.ceil(places / 4)),
    reserve: Math.floor(places / 8),
    // A browser opens six.
    few: 6,
  }
}

/** Of the places that are kept for addresses that have few, one of them may have this many. */
const fewOf = (reserve: number): number => Math.max(1, Math.min(8, Math.floor(reserve / 8)))

/**
 * What takes in agents, as one of so many processes: what holds for all of them together is shared among them, also what
 * one address may do, whose connections are spread like those of all.
 */
export const gatewaySettingsOf = (config: ServerConfig, each: number, workers = 1): GatewaySettings => {
  const share = (whole: number): number => (workers === 1 ? whole : Math.ceil((whole / workers) * slack))
  const { limits } = config
  const queue = queueLimitsOf(config)
  return {
    sessions: sessionLimitsOf(config),
    queue: {
      ...queue,
      items: share(queue.items),
      bytes: share(queue.bytes),
      sessionBytes: Math.min(queue.sessionBytes, share(queue.bytes) / 2),
    },
    admission: {
      ...socketPoolsOf(config, each, share),
      connectRate: { perSecond: share(limits.connectsPerSecond), burst: share(limits.connectsPerSecond * 4) },
    },
    plain: plainPoolOf(config, each, share),
    maxConnections: each,
    loginQueue: {
      rate: { perSecond: share(limits.loginsPerSecond), burst: share(limits.loginsPerSecond) / 4 },
      waitMs: 2000,
      sliceMs: 4,
    },
    maxFrameBytes: config.ethstats.maxFrame,
    maxPartialBytes: share(partialBytesOf(config)),
    reading: {
      session: readingRate(config.agents.readPerSecond),
      each: readingRate(share(limits.readPerAddress)),
      all: readingRate(share(limits.readPerAddress * addressesAtFullShare)),
    },
    agentPingMs: config.agents.pingEvery,
    compress: config.agents.compress,
    trustedProxies: config.trustedProxies,
    onlyHere: exposureOf(config) === 'this-machine',
    web: webSettingsOf(config),
    basePath: basePathOf(config),
  }
}
