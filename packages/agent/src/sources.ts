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

/** A source to run, and how to open it. */
export interface SourceEntry {
  /** Component id, `source/ethereum.validator-1`. */
  readonly id: string
  readonly node: NodeId
  /** It is the one that is asked for blocks of its node. */
  readonly blocks: boolean
  readonly open: (context: SourceContext) => Promise<Source>
}

export interface SourcesOptions {
  readonly entries: readonly SourceEntry[]
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
export const createSources = ({ supervisor, spool, contextOf, entries }: SourcesOptions): Sources => {
  const open = new Map<NodeId, Source>()
  const infos = new Map<NodeId, NodeInfo>()
  const latest = createLatest()
  const paces = createPaces()

  const run = ({ id, node, open: openSource, blocks }: SourceEntry): void => {
    supervisor.run(id, async (task) => {
      const context = contextOf(task)
      let spoken = false
      const status: StatusReporter = {
        ok: () => ((spoken = true), task.status.ok()),
        degraded: (reason) => ((spoken = true), task.status.degraded(reason)),
      }
      await using source = await openSource({ ...context, status, paceMs: () => paces.of(node) })
      if (blocks) open.set(source.node, source)
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

  return {
    start: () => entries.forEach(run),
    blocks: async (node, numbers, options) => (await open.get(node)?.blocks?.(numbers, options)) ?? [],
    info: (node) => infos.get(node),
    latest: (node) => latest.of(node),
    paces,
  }
}

/** What the configuration asks for: the nodes, and the machine told with the first of them. */
export const configuredSources = (config: AgentConfig): readonly SourceEntry[] => {
  const nodes = config.nodes.map((entry): SourceEntry => {
    const node = nodeId(nameOf(entry))
    const open: SourceEntry['open'] = (context) => types.ethereum.open(ethereumConfigOf(entry), context)
    return { id: `source/ethereum.${node}`, node, blocks: true, open }
  })
  const { enabled, ...host } = config.host
  const node = nodes[0]?.node
  if (!enabled || node === undefined) return nodes
  const open: SourceEntry['open'] = (context) => types.host.open({ ...host, node }, context)
  return [...nodes, { id: `source/host.${node}`, node, blocks: false, open }]
}

const ethereumConfigOf = (entry: NodeEntry): Parameters<typeof types.ethereum.open>[0] => {
  const { name: _, rpc, ...rest } = entry
  return { ...rest, node: nodeId(nameOf(entry)), endpoint: rpc }
}
