import { sinks as types } from '@netstats/components'
import type { SinkDefinition } from '@netstats/components'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createShipper } from '@netstats/sdk'
import type {
  Clock,
  ComponentContext,
  ManagedSpool,
  SinkContext,
  SpoolReader,
  Supervisor,
  TaskContext,
} from '@netstats/sdk'
import { nameOf, sinkName } from './config.ts'
import type { AgentConfig, SinkEntry } from './config.ts'
import type { Sources } from './sources.ts'

export interface SinksOptions {
  readonly config: AgentConfig
  readonly supervisor: Supervisor
  readonly spool: ManagedSpool
  readonly sources: Sources
  readonly clock: Clock
  readonly contextOf: (task: TaskContext) => ComponentContext
}

export interface Sinks extends AsyncDisposable {
  /** Observations each sink still has to deliver, by the name of its reader. */
  backlogs(): ReadonlyMap<string, number>
}

/** Starts a shipper for every pair of sink and node, each with a place of its own in the spool. */
export const startSinks = async (options: SinksOptions): Promise<Sinks> => {
  const { config, spool } = options
  const readers = new Map<string, SpoolReader>()
  const disposeReaders = async (): Promise<void> => {
    for (const reader of readers.values()) await reader[Symbol.asyncDispose]()
  }
  try {
    for (const sink of config.sinks) {
      for (const node of config.nodes.map(nameOf).filter((name) => sink.nodes?.includes(name) ?? true)) {
        const name = `${sinkName(sink)} ${node}`
        const { policy, batchSize } = sink
        const reader = await spool.reader(name, { policy, batchSize, wants: wantsOf(sink, node) })
        readers.set(name, reader)
        startShipper(sink, node, reader, options)
      }
    }
    // A sink that was taken out of the configuration must not hold back the spool for ever.
    await spool.keepReaders([...readers.keys()])
  } catch (error) {
    await disposeReaders()
    throw error
  }
  return {
    backlogs: () => new Map([...readers].map(([name, reader]) => [name, reader.backlog()])),
    [Symbol.asyncDispose]: disposeReaders,
  }
}

/** Of the kinds that the sink can carry those that it was told to. */
export const wantsOf = (sink: SinkEntry, node: string): ((observation: Observation) => boolean) => {
  const carried = definitionOf(sink).kinds
  const asked = sink.kinds
  const isWanted = ({ kind }: Observation): boolean =>
    (carried?.includes(kind) ?? true) && (asked === undefined || asked.includes(kind))
  return (observation) => observation.node === node && isWanted(observation)
}

const definitionOf = (entry: SinkEntry): SinkDefinition => {
  const definition = Object.values<SinkDefinition>(types).find((one) => one.type === entry.type)
  if (definition === undefined) throw new TypeError(`no sink of type ${entry.type}`)
  return definition
}

const startShipper = (entry: SinkEntry, node: string, reader: SpoolReader, options: SinksOptions): void => {
  const { supervisor, clock, sources, spool, contextOf } = options
  const definition = definitionOf(entry)
  const { type: _type, name: _name, nodes: _nodes, kinds: _kinds, policy: _policy, batchSize: _size, ...own } = entry

  supervisor.run(`sink/${sinkName(entry)} ${node}`, async (task) => {
    const context: SinkContext = {
      ...contextOf(task),
      blocks: sources.blocks,
      info: sources.info,
      latest: sources.latest,
      pace: (of, reportMs) => sources.paces.ask(task.id, of, reportMs),
      spool,
    }
    // What the schema of the sink made of its part of the configuration, with the node it reports.
    const config = { ...own, node: nodeId(node) }
    await using sink = await definition.open(config, context)
    const { log, status, signal } = task
    const shipper = createShipper({ reader, sink, clock, log, status, count: (...args) => context.count(...args) })
    await shipper.run({ signal })
  })
}
