/** Deliveries to an ethstats server, as the shipper makes them. */
import { nodeId } from '@netstats/protocol'
import type { Block, Observation } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import type { Batch, Clock, Delivery, Sink } from '@netstats/sdk'
import { configFor, createTestContext, exampleBlock, exampleStats } from '@netstats/sdk/testing'
import { ethstats } from '../sinks/ethstats/mod.ts'
import type { EthstatsServer } from './ethstats-server.ts'

export const node = nodeId('alpha')
export const never = new AbortController().signal

interface OpenOptions {
  readonly clock?: Clock
  readonly blocks?: readonly Block[]
  readonly config?: Record<string, unknown>
}

export const open = async (
  server: EthstatsServer,
  { clock = systemClock, blocks = [], config = {} }: OpenOptions = {},
) => {
  const context = createTestContext({ clock, blocks })
  const parsed = configFor(ethstats, { node: 'alpha', endpoint: server.url, secret: 's3cret', ...config })
  return { context, sink: await ethstats.open(parsed, context) }
}

let sequence = 0
export const batch = (...observations: readonly Observation[]): Batch => {
  const items = observations.map((observation) => ({ sequence: ++sequence, observation }))
  return { spool: 's', after: 0, before: 0, items, last: sequence }
}

export const info = (client = 'Geth/v1.13.15'): Observation => ({
  kind: 'node-info',
  node,
  observedAt: systemClock.now(),
  body: { name: 'alpha', client, networkId: '1337', reporter: 'netstats/9.9.9' },
})
export const block = (n: number, at = systemClock.now()): Observation => ({
  kind: 'block',
  node,
  observedAt: at,
  body: exampleBlock(n),
})
export const stats = (at = systemClock.now()): Observation => ({ ...exampleStats(25, node), observedAt: at })
export const pending = (n: number): Observation => ({
  kind: 'pending',
  node,
  observedAt: systemClock.now(),
  body: { pending: n },
})

/** As the shipper: again after the wait that was asked for, until it is settled. */
export const settle = async (sink: Sink, whole: Batch): Promise<Delivery> => {
  for (;;) {
    const delivery = await sink.deliver(whole, { signal: never })
    if (delivery.status !== 'retry') return delivery
    await systemClock.sleep(Math.min(delivery.afterMs ?? 50, 50), { signal: never })
  }
}
