/** What is counted and measured of the live state, and of what is around it. */
import type { ClassicHub } from '../classic/classic-hub.ts'
import type { CoreRunner } from '../core/runner.ts'
import type { Geo } from '../geo/mod.ts'
import type { Core } from '../shard/shard-model.ts'
import type { Health } from '../telemetry/health.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'

export const registerClassicMetrics = (registry: MetricsRegistry, classic: Pick<ClassicHub, 'counts'>): void => {
  registry.gauge('classic_viewers', 'Classic dashboards by channel.', ['channel'], () => ({
    primus: classic.counts.viewers,
    external: classic.counts.external,
  }))
  registry.counter('classic_messages_total', 'Messages sent to classic dashboards.', [], () => classic.counts.messages)
  registry.counter(
    'classic_skipped_total',
    'Times a classic dashboard fell behind and was put off to a new init.',
    [],
    () => classic.counts.skipped,
  )
  registry.counter(
    'classic_ignored_total',
    'Messages of classic dashboards that sent too much, not answered.',
    [],
    () => classic.counts.ignored,
  )
  registry.counter(
    'classic_ended_total',
    'Connections of classic dashboards that ended, by reason.',
    ['reason'],
    () => ({
      ...classic.counts.ended,
    }),
  )
}

export interface Measured {
  readonly runner: CoreRunner
  readonly core: Core
  readonly geo: Geo
  readonly health: Pick<Health, 'parts'>
}

export const registerServerMetrics = (registry: MetricsRegistry, { runner, core, geo, health }: Measured): void => {
  registry.gauge('part_up', 'Whether a part is well.', ['part'], () =>
    Object.fromEntries(health.parts().map(({ id, state }) => [id, state === 'ok' ? 1 : 0])),
  )
  registry.counter('part_restarts_total', 'Times a part that failed was started again.', ['part'], () =>
    Object.fromEntries(health.parts().map(({ id, restarts }) => [id, restarts])),
  )
  registry.counter('core_changes_total', 'What the core concluded, by type.', ['type'], () => runner.changes)
  registry.counter('core_errors_total', 'Inputs the core failed on; any is a defect.', [], () => runner.errors)
  registry.counter('core_inputs_total', 'Inputs applied to the live state.', [], () => core.counts().inputs)
  registry.counter('core_set_aside_total', 'What the live state left aside, by reason.', ['reason'], () => {
    const counts = core.counts()
    return Object.fromEntries(setAside.map(([key, reason]) => [reason, counts[key]]))
  })
  registry.gauge('blocks', 'Blocks kept, of all networks.', [], () => core.counts().blocks)
  registry.counter('placements_total', 'Nodes that connected, by how their place was found.', ['by'], () => ({
    ...geo.counts,
  }))
  registry.gauge('networks', 'Networks known.', [], () => core.networks().length)
  const named = new Set<string>()
  registry.gauge('nodes', 'Nodes known, by network: the largest twenty, and all others together.', ['network'], () => {
    const nodes: Record<string, number> = {}
    let others = 0
    const all = [...core.networks()].sort((a, b) => b.nodeCount - a.nodeCount)
    all.forEach(({ key, nodeCount }, i) => {
      // Agents choose the names of networks: who scrapes for a year must not collect them without end.
      if (i < 20 && named.size < maxNamed) named.add(key)
      if (i < 20 && named.has(key)) nodes[key] = nodeCount
      else others += nodeCount
    })
    // Last, also where a network is called so.
    return { ...nodes, other: others + (nodes['other'] ?? 0) }
  })
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
