/** What the configuration says, as the limits the parts work with. */
import type { ServerConfig } from './config.ts'
import type { DeskLimits } from './desk/desk.ts'
import { defaultSessionLimits } from './ingest/session.ts'
import type { SessionLimits } from './ingest/session.ts'
import type { GatewaySettings } from './ingest/gateway.ts'
import type { IntakeLimits } from './intake/intake.ts'
import type { ServerLimits } from './self/server-facts.ts'

const sessionLimitsOf = ({ ethstats }: ServerConfig): SessionLimits => ({
  ...defaultSessionLimits,
  loginTimeoutMs: ethstats.loginTimeout,
  pingEveryMs: ethstats.pingEvery,
  primusEveryMs: ethstats.primusPingEvery,
  silenceMs: ethstats.silence,
  frames: { perSecond: ethstats.messagesPerSecond, burst: ethstats.messagesPerSecond * 6 },
  bytes: { ...defaultSessionLimits.bytes, burst: Math.max(defaultSessionLimits.bytes.burst, ethstats.maxFrame * 2) },
})

export const deskLimitsOf = ({ ethstats }: ServerConfig): DeskLimits => ({
  takeoverMs: ethstats.takeover,
  historyTimeoutMs: 30_000,
  historySessions: ethstats.historySessions,
})

const intakeLimitsOf = ({ limits, ethstats }: ServerConfig): IntakeLimits => ({
  items: limits.queueItems,
  bytes: limits.queueBytes,
  // A session's share: several times what any agent sends in one go, and two of the largest frames.
  sessionItems: 1000,
  sessionBytes: Math.min(limits.queueBytes / 2, ethstats.maxFrame * 2),
  sliceMs: 8,
})

/** The largest frames of several agents at once, and no more than a few times what may wait as whole ones. */
const unfinishedBytesOf = ({ limits, ethstats }: ServerConfig): number =>
  Math.max(2 * limits.queueBytes, 8 * ethstats.maxFrame)

export const serverLimitsOf = ({ limits, history, feed }: ServerConfig, connections: number): ServerLimits => ({
  connections,
  queueItems: limits.queueItems,
  queueBytes: limits.queueBytes,
  pendingBytes: history.enabled ? history.pendingBytes : null,
  viewers: feed.readers,
})

/** Places kept for HTTP when WebSockets have taken all others, so that health can still be asked. */
export const reservedConnections = 64
/** Connections are spread over workers by chance; a share that is exact would be too small for some. */
const slack = 1.2

/**
 * What takes in agents, as one of so many processes: what holds for all of them together is shared among them, also what
 * one address may do, whose connections are spread like those of all.
 */
export const gatewaySettingsOf = (config: ServerConfig, each: number, workers = 1): GatewaySettings => {
  const share = (whole: number): number => (workers === 1 ? whole : Math.ceil((whole / workers) * slack))
  const { limits } = config
  const intake = intakeLimitsOf(config)
  return {
    sessions: sessionLimitsOf(config),
    intake: {
      ...intake,
      items: share(intake.items),
      bytes: share(intake.bytes),
      sessionBytes: Math.min(intake.sessionBytes, share(intake.bytes) / 2),
    },
    admission: {
      connections: Math.max(1, each - reservedConnections),
      connectionsPerAddress: share(limits.connectionsPerAddress),
      connectRate: { perSecond: share(limits.connectsPerSecond), burst: share(limits.connectsPerSecond * 4) },
    },
    turnstile: {
      rate: { perSecond: share(limits.loginsPerSecond), burst: share(limits.loginsPerSecond) / 4 },
      waitMs: 2000,
      sliceMs: 4,
    },
    maxFrameBytes: config.ethstats.maxFrame,
    maxUnfinishedBytes: share(unfinishedBytesOf(config)),
    agentPingMs: config.agents.pingEvery,
    compress: config.agents.compress,
    trustedProxies: config.trustedProxies,
  }
}
