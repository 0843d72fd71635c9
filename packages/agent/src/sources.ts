import { sources as types } from '@netstats/components'
import { nodeId } from '@netstats/protocol'
import type { Block, BlockNumber, NodeId, NodeInfo, Observation } from '@netstats/protocol'
import type {
  ComponentContext,
  Source,
  SourceContext,
  Spool,
  StatusReporter,
  Supervisor,
  TaskContext,
} from '@netstats/sdk'
import { nameOf } from './config.ts'
import type { AgentConfig, NodeEntry } from './config.ts'
import { createLatest } from './latest.ts'
import { createPaces } from './paces.ts'
import type { Paces } from './paces.ts'

export interface SourcesOptions {
  readonly config: AgentConfig
  readonly supervisor: Supervisor
  readonly spool: Spool
  /** What a component is given besides its task: clock and counting. */
  readonly contextOf: (task: TaskContext) => ComponentContext
}

export interface Sources {
  /** Starts every source under supervision; each puts what it sees into the spool. */
  readonly start: () => void
  /** Blocks of a watched node by number; none while its source is down. */
  readonly blocks: (
    node: NodeId,
    numbers: readonly BlockNumber[],
    options: { signal: AbortSignal },
  ) => Promise<readonly Block[]>
  /** What a node said of itself last. */
  readonly info: (node: NodeId) => NodeInfo | undefined
  /** The newest of each kind that a node's sources said. */
  readonly latest: (node: NodeId) => readonly Observation[]
  readonly paces: Paces
}

/** The sources of all nodes. They start on demand: the sinks must have their places in the spool first. */
export const createSources = ({ config, supervisor, spool, contextOf }: SourcesOptions): Sources => {
  const open = new Map<NodeId, Source>()
  const infos = new Map<NodeId, NodeInfo>()
  const latest = createLatest()
  const paces = createPaces()

  const run = (
    id: string,
    node: NodeId,
    openSource: (context: SourceContext) => Promise<Source>,
    keep: boolean,
  ): void => {
    supervisor.run(id, async (task) => {
      const context = contextOf(task)
      let spoken = false
      const status: StatusReporter = {
        ok: () => ((spoken = true), task.status.ok()),
        degraded: (reason) => ((spoken = true), task.status.degraded(reason)),
      }
      await using source = await openSource({ ...context, status, paceMs: () => paces.of(node) })
      if (keep) open.set(source.node, source)
      try {
        // A source that waits for the disk is slowed to what the disk can take.
        for await (const observation of source.observe({ signal: task.signal })) {
          // A source that says nothing of itself and yields is well.
          if (!spoken) status.ok()
          if (observation.kind === 'node-info') infos.set(source.node, observation.body)
          latest.take(observation)
          await spool.append([observation])
        }
      } finally {
        if (open.get(source.node) === source) open.delete(source.node)
      }
    })
  }

  const start = (): void => {
    for (const entry of config.nodes) {
      const node = nodeId(nameOf(entry))
      run(`source/ethereum.${node}`, node, (context) => types.ethereum.open(ethereumConfigOf(entry), context), true)
    }
    const { enabled, ...hostConfig } = config.host
    const [first] = config.nodes
    if (enabled && first !== undefined) {
      const node = nodeId(nameOf(first))
      run(`source/host.${node}`, node, (context) => types.host.open({ ...hostConfig, node }, context), false)
    }
  }

  return {
    start,
    blocks: async (node, numbers, options) => (await open.get(node)?.blocks?.(numbers, options)) ?? [],
    info: (node) => infos.get(node),
    latest: (node) => latest.of(node),
    paces,
  }
}

const ethereumConfigOf = (entry: NodeEntry): Parameters<typeof types.ethereum.open>[0] => {
  const { name: _, rpc, ...rest } = entry
  return { ...rest, node: nodeId(nameOf(entry)), endpoint: rpc }
}
