import { hostname } from 'node:os'
import { nodeId } from '@netstats/protocol'
import type { Block, BlockNumber, Header, NodeId, NodeInfo, Observation } from '@netstats/protocol'
import { createLatest, nodeNames } from '@netstats/runtime'
import type { Registry, SourceEntry, Supervisor, TaskContext } from '@netstats/runtime'
import { observationsIn } from '@netstats/sdk'
import type { Clock, ComponentContext, Source, Spool, StatusReporter } from '@netstats/sdk'
import { createPaces } from './paces.ts'
import type { Paces } from './paces.ts'
import { createSourceWatch } from './source-watch.ts'
import type { SourceWatch } from './source-watch.ts'

export interface SourcesOptions {
  readonly entries: readonly SourceEntry[]
  readonly registry: Pick<Registry, 'sources'>
  readonly supervisor: Supervisor
  readonly spool: Spool & { keepCheckpoints(owners: readonly string[]): void }
  readonly clock: Clock
  /** What a component is given besides its task: clock and counting. */
  readonly contextOf: (task: TaskContext) => ComponentContext
  /** Who has checkpoints in the spool besides the sources. */
  readonly otherOwners: readonly string[]
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
  /** Their headers, complete. */
  readonly headers: (
    node: NodeId,
    numbers: readonly BlockNumber[],
    options: { signal: AbortSignal },
  ) => Promise<readonly Header[]>
  /** What a node said of itself last. */
  readonly info: (node: NodeId) => NodeInfo | undefined
  readonly isWatched: (node: NodeId) => boolean
  /** The newest of each kind that a node's sources said. */
  readonly latest: (node: NodeId) => readonly Observation[]
  /** The node that a part is about, by the part's id. */
  readonly nodeOf: (part: string) => NodeId | undefined
  readonly paces: Paces
}

/** The sources of all nodes. They start on demand: the sinks must have their places in the spool first. */
export const createSources = (options: SourcesOptions): Sources => {
  const { entries, registry, supervisor, spool, clock, contextOf, otherOwners } = options
  /** Of each node the source that is asked for its blocks. */
  const readers = new Map<NodeId, Pick<Source, 'blocks' | 'headers'>>()
  const infos = new Map<NodeId, NodeInfo>()
  const latest = createLatest()
  const paces = createPaces()
  const nodesOfParts = new Map<string, NodeId>()
  const names = nodeNames(entries, registry, hostname())
  const watched = new Set(names.filter((_, i) => registry.sources.get(entries[i]?.type ?? '')?.watchesNode))

  const run = (entry: SourceEntry, of: string): void => {
    const { type, node: _, name: __, ...options } = entry
    const definition = registry.sources.get(type)
    if (definition === undefined) throw new TypeError(`no source of type ${type}`)
    const node = nodeId(of)
    const owner = ownerOf(entry, of)
    nodesOfParts.set(owner, node)
    supervisor.run(owner, (task) =>
      unlessStuck(clock, task.signal, async (watch, signal, replaced) => {
        const context = contextOf(task)
        let spoken = false
        const status: StatusReporter = {
          ok: () => ((spoken = true), task.status.ok()),
          degraded: (reason) => ((spoken = true), task.status.degraded(reason)),
        }
        await using source = await definition.open(
          { ...options, node },
          {
            ...context,
            clock: watch.clock,
            status,
            paceMs: () => paces.of(node),
            checkpoints: () => spool.checkpoints(owner),
          },
        )
        watch.waiting()
        if (source.blocks !== undefined) readers.set(node, source)
        try {
          // A source that waits for the disk is slowed to what the disk can take.
          for await (const given of source.observe({ signal })) {
            watch.working()
            if (replaced.aborted) return
            // A source that says nothing of itself and yields is well.
            if (!spoken) status.ok()
            for (const observation of observationsIn(given)) {
              if (observation.kind === 'node-info') infos.set(node, observation.body)
              latest.take(observation)
            }
            await spool.append('kind' in given ? [given] : given, owner)
            watch.waiting()
          }
        } finally {
          if (readers.get(node) === source) readers.delete(node)
        }
      }),
    )
  }

  return {
    start: () => {
      const owners = entries.map((entry, i) => ownerOf(entry, names[i] ?? hostname()))
      spool.keepCheckpoints([...owners, ...otherOwners])
      for (const [i, entry] of entries.entries()) run(entry, names[i] ?? hostname())
    },
    blocks: async (node, numbers, options) => (await readers.get(node)?.blocks?.(numbers, options)) ?? [],
    headers: async (node, numbers, options) => (await readers.get(node)?.headers?.(numbers, options)) ?? [],
    info: (node) => infos.get(node),
    isWatched: (node) => watched.has(node),
    latest: (node) => latest.of(node),
    nodeOf: (part) => nodesOfParts.get(part),
    paces,
  }
}

/**
 * Runs a source until it ends, or is stuck: then it is told to end, left behind with whatever it hangs in, and the part
 * fails, so that it is started again.
 */
const unlessStuck = async (
  clock: Clock,
  outer: AbortSignal,
  run: (watch: SourceWatch, signal: AbortSignal, replaced: AbortSignal) => Promise<void>,
): Promise<void> => {
  const watch = createSourceWatch(clock)
  const over = new AbortController()
  // Opening it is the first that it is asked for.
  watch.waiting()
  try {
    await Promise.race([
      run(watch, AbortSignal.any([outer, over.signal]), over.signal),
      watch.untilStuck({ signal: over.signal }),
    ])
  } finally {
    over.abort(new Error('another one takes its place'))
  }
}

/** The id of a source, under which its checkpoints are kept. */
const ownerOf = ({ type, name }: SourceEntry, node: string): string => `source/${type}.${name ?? node}`
