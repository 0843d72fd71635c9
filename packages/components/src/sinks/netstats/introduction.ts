/** Who the node is, for the login: a server files it under its network, so the first login waits until that is known. */
import type { NodeInfo, Observation } from '@netstats/protocol'
import type { SinkContext } from '@netstats/sdk'
import type { NetstatsConfig } from './config.ts'

/** A node that can not be asked is reported all the same, and in the end without its network. */
const patienceMs = 20_000
const askAgainMs = 100

export interface Introduction {
  /** What a backlog tells of the node counts until the node speaks itself. */
  take(observation: Observation): void
  info(): NodeInfo
  /** Waits for the network, as long as there is patience. False where the signal aborts first. */
  done(options: { signal: AbortSignal }): Promise<boolean>
}

export const createIntroduction = (config: NetstatsConfig, context: SinkContext): Introduction => {
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
      while (info().networkId === undefined && clock.monotonic() - from < patienceMs) {
        if (signal.aborted) return false
        await clock.sleep(askAgainMs, { signal }).catch(() => undefined)
      }
      return true
    },
  }
}
