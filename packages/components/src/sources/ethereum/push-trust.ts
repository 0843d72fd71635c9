/**
 * Whether to subscribe to heads. Some gateways accept a subscription and then close the connection: each session would end
 * so, with a longer wait after each, and the node would fall behind. After two of them the same connection is only asked.
 */
import type { Clock } from '@netstats/sdk'

const hangUpsToBelieve = 2
/** A connection that lived so long beside its subscription was not closed because of it. */
const soonMs = 5000
/** Gateways change: then a subscription is tried again. */
const againAfterMs = 10 * 60_000

export interface PushTrust {
  allowed(): boolean
  /** Heads were subscribed to on this connection. */
  subscribed(): void
  /** The connection was closed by the other side. */
  closed(): void
}

export const createPushTrust = (clock: Pick<Clock, 'monotonic'>): PushTrust => {
  let hangUps = 0
  let subscribedAt = -Infinity
  let allowedFrom = -Infinity
  return {
    allowed: () => clock.monotonic() >= allowedFrom,
    subscribed: () => {
      subscribedAt = clock.monotonic()
    },
    closed: () => {
      const now = clock.monotonic()
      if (subscribedAt === -Infinity) return
      hangUps = now - subscribedAt < soonMs ? hangUps + 1 : 0
      subscribedAt = -Infinity
      if (hangUps >= hangUpsToBelieve) allowedFrom = now + againAfterMs
    },
  }
}
