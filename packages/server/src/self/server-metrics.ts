import type { ClassicHub } from '../classic/hub.ts'
import type { CoreRunner } from '../core-runner.ts'
import type { Desk } from '../desk/desk.ts'
import type { Feed } from '../feed/mod.ts'
import type { IngestSnapshot } from '../ingest/snapshot.ts'
import type { Geo } from '../geo/mod.ts'
import type { Core } from '../shard/model.ts'
import { registerAgentMetrics } from './agent-metrics.ts'
import { registerDeskMetrics, registerFeedMetrics, registerIngestMetrics, registerIntakeMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'
import { registerProcessMetrics } from './process-metrics.ts'
import type { LoopWatch } from './process-metrics.ts'

export interface Measured {
  /** Of all processes that take in agents. */
  readonly ingest: () => IngestSnapshot
  readonly desk: Desk
  readonly feed: Feed
  readonly classic: ClassicHub
  readonly runner: CoreRunner
  readonly loop: LoopWatch
  readonly core: Core
  readonly geo: Geo
}

/** Everything the server tells of itself on `/metrics`. */
export const registerServerMetrics = (metrics: Metrics, measured: Measured): void => {
  const { ingest, feed, classic, runner, loop, core } = measured
  registerProcessMetrics(metrics, loop)
  registerIngestMetrics(metrics, ingest)
  registerAgentMetrics(metrics, () => ingest().netstats)
  registerDeskMetrics(metrics, measured.desk)
  registerIntakeMetrics(metrics, () => ingest().intake)
  registerFeedMetrics(metrics, () => feed.gauges())
  metrics.gauge('classic_readers', 'Classic readers by channel.', ['channel'], (add) => {
    add({ channel: 'primus' }, classic.counts.readers)
    add({ channel: 'external' }, classic.counts.external)
  })
  metrics.counter('classic_messages', 'Messages sent to classic readers.', [], (add) =>
    add({}, classic.counts.messages),
  )
  metrics.counter('classic_skipped', 'Times a classic reader fell behind and was put off to a new init.', [], (add) =>
    add({}, classic.counts.skipped),
  )
  metrics.counter('classic_ignored', 'Messages of classic readers that said too much, not answered.', [], (add) =>
    add({}, classic.counts.ignored),
  )
  metrics.counter('classic_ended', 'Connections of classic readers that ended, by reason.', ['reason'], (add) => {
    for (const [reason, count] of Object.entries(classic.counts.ended)) add({ reason }, count)
  })
  metrics.counter('core_changes', 'What the core concluded, by type.', ['type'], (add) => {
    for (const [type, count] of runner.changes) add({ type }, count)
  })
  metrics.counter('core_errors', 'Inputs the core failed on; any is a defect.', [], (add) => add({}, runner.errors))
  metrics.counter('core_inputs', 'Inputs applied to the live state.', [], (add) => add({}, core.counts().inputs))
  metrics.counter('core_set_aside', 'What the live state left aside, by reason.', ['reason'], (add) => {
    const counts = core.counts()
    for (const [key, reason] of setAside) add({ reason }, counts[key])
  })
  metrics.gauge('blocks', 'Blocks kept, of all networks.', [], (add) => add({}, core.counts().blocks))
  metrics.counter('places', 'Nodes that connected, by how their place was found.', ['by'], (add) => {
    for (const [by, count] of Object.entries(measured.geo.counts)) add({ by }, count)
  })
  metrics.gauge('networks', 'Networks known.', [], (add) => add({}, core.networks().length))
  const named = new Set<string>()
  metrics.gauge(
    'nodes',
    'Nodes known, by network: the largest twenty, and all others together.',
    ['network'],
    (add) => {
      let others = 0
      const all = [...core.networks()].sort((a, b) => b.nodeCount - a.nodeCount)
      all.forEach(({ key, nodeCount }, i) => {
        // Agents choose the names of networks: who scrapes for a year must not collect them without end.
        if (i < 20 && named.size < maxNamed) named.add(key)
        if (i < 20 && named.has(key)) add({ network: key }, nodeCount)
        else others += nodeCount
      })
      add({ network: 'other' }, others)
    },
  )
}

const maxNamed = 200
const setAside = [
  ['unknownNode', 'unknown-node'],
  ['unknownNetwork', 'unknown-network'],
  ['nodesRefused', 'node-refused'],
  ['blocksBelowWindow', 'block-below-window'],
  ['blocksContradicting', 'block-contradicting'],
  ['blocksDropped', 'block-dropped'],
  ['locateFailed', 'place-failed'],
] as const
