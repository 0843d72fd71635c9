/** What the configuration says, as the limits the parts work with. */
import type { ServerConfig } from './config.ts'
import type { DeskLimits } from './desk/desk.ts'
import { defaultSessionLimits } from './ingest/session.ts'
import type { SessionLimits } from './ingest/session.ts'
import type { IntakeLimits } from './intake/intake.ts'
import type { ServerLimits } from './self/server-facts.ts'

export const sessionLimitsOf = ({ ethstats }: ServerConfig): SessionLimits => ({
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

export const intakeLimitsOf = ({ limits, ethstats }: ServerConfig): IntakeLimits => ({
  items: limits.queueItems,
  bytes: limits.queueBytes,
  // A session's share: several times what any agent sends in one go, and two of the largest frames.
  sessionItems: 1000,
  sessionBytes: Math.min(limits.queueBytes / 2, ethstats.maxFrame * 2),
  sliceMs: 8,
})

/** The largest frames of several agents at once, and no more than a few times what may wait as whole ones. */
export const unfinishedBytesOf = ({ limits, ethstats }: ServerConfig): number =>
  Math.max(2 * limits.queueBytes, 8 * ethstats.maxFrame)

export const serverLimitsOf = ({ limits, history, feed }: ServerConfig, connections: number): ServerLimits => ({
  connections,
  queueItems: limits.queueItems,
  queueBytes: limits.queueBytes,
  pendingBytes: history.enabled ? history.pendingBytes : null,
  viewers: feed.readers,
})
