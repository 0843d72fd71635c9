/** What a login says about the node. A server files it under its network, so the first login waits until that is known. */
import type { NodeInfo, Observation } from '@netstats/protocol'
import type { SinkContext } from '@netstats/sdk'
import type { NetstatsConfig } from './config.ts'

/** A node that cannot be asked is reported all the same, without its network if need be. */
const patienceMs = 20_000
const askAgainMs = 100

export interface NodeInfoGate {
  /** What a backlog says about the node counts until its source does. */
  take(observation: Observation): void
  info(): NodeInfo
  /** Waits for the network, for a limited time, where somebody watches the node who may say it. False where the signal aborts first. */
  done(options: { signal: AbortSignal }): Promise<boolean>
}

export const createNodeInfoGate = (config: NetstatsConfig, context: SinkContext): NodeInfoGate => {
  const { clock } = context
  let spooled: NodeInfo | undefined
  let since: number | undefined

  const info = (): NodeInfo => {
    const known = context.info(config.node) ?? spooled ?? { name: config.node }
    return { ...known, ...(config.contact === undefined ? {} : { contact: config.contact }) }
  }
  return {
    take(observation) {
      if (observation.kind === 'node-info' && observation.node === config.node) spooled = observation.body
    },
    info,
    async done({ signal }) {
      const from = (since ??= clock.monotonic())
      while (
        context.isWatched(config.node) &&
        info().networkId === undefined &&
        clock.monotonic() - from < patienceMs
      ) {
        if (signal.aborted) return false
        await clock.sleep(askAgainMs, { signal }).catch(() => undefined)
      }
      return true
    },
  }
}
