import { nodeId } from '@netstats/protocol'
import { createMapping } from '@netstats/sdk'
import type { Clock, ComponentContext, Sink, SinkContext, SpoolReader } from '@netstats/sdk'
import { ownOptions, readerNodes, sinkName } from '../registry/entries.ts'
import type { SinkEntry } from '../registry/entries.ts'
import type { Registry } from '../registry/registry.ts'
import type { OwnSource } from '../self-monitoring/part-of.ts'
import type { WatchedPart } from '../service/stuck-parts.ts'
import { createShipper } from '../shipper.ts'
import type { ShipperStats } from '../shipper.ts'
import type { ManagedSpool } from '../spool/engine.ts'
import { identityOf } from '../spool/spool-identity.ts'
import type { Supervisor, TaskContext } from '../supervisor.ts'
import { createSinkReader } from './sink-reader.ts'
import { wantsOf } from './wants.ts'
import type { PlaceOf } from './wants.ts'

export interface SinksOptions {
  readonly entries: readonly SinkEntry[]
  readonly registry: Pick<Registry, 'sinks'>
  /** Names of the nodes there are; undefined where they come and go: then each entry names its own. */
  readonly nodes: readonly string[] | undefined
  readonly supervisor: Supervisor
  readonly spool: ManagedSpool
  readonly clock: Clock
  readonly contextOf: (task: TaskContext) => ComponentContext
  /** The network of an observation's node, and its name there. */
  readonly placeOf: PlaceOf
  /** What this program calls itself where it reports of itself. */
  readonly source: OwnSource
  /** What sinks may ask of the host about nodes; `pace` is told which sink asks. */
  readonly nodesAsked: Pick<SinkContext, 'blocks' | 'headers' | 'info' | 'isWatched' | 'latest'> & {
    pace(sink: string, ...asked: Parameters<SinkContext['pace']>): void
  }
}

export interface Sinks extends AsyncDisposable {
  /** Observations each sink still has to deliver, by the name of its reader. */
  backlogs(): ReadonlyMap<string, number>
  /** When the peer of each sink last took something, by the name of its reader; not before this start. */
  deliveredAt(): ReadonlyMap<string, number>
  /** A shipper with a batch in its sink's hands that is neither settled nor given back is stuck. */
  watched(): readonly WatchedPart[]
}

/**
 * Longer than a delivery can take: its limit, and the time in which a sink has to settle once it is over. What is beyond that
 * hangs in the commit.
 */
const stuckAfterMs = 60_000

/** Starts a shipper for each sink, or for each pair of sink and node, with a place of its own in the spool. */
export const startSinks = async (options: SinksOptions): Promise<Sinks> => {
  const { entries, registry, nodes, spool, placeOf, source } = options
  const readers = new Map<string, SpoolReader>()
  const watched: WatchedPart[] = []
  const deliveredAt = new Map<string, number>()
  const disposeReaders = async (): Promise<void> => {
    await using ends = new AsyncDisposableStack()
    for (const reader of readers.values()) ends.use(reader)
  }
  try {
    for (const entry of entries) {
      for (const node of readerNodes(entry, registry, nodes)) {
        const name = node === undefined ? sinkName(entry) : `${sinkName(entry)} ${node}`
        const { policy, batchSize } = entry
        const reader = await spool.reader(name, {
          policy,
          batchSize,
          wants: wantsOf(entry, registry, node, placeOf, source),
        })
        readers.set(name, reader)
        watched.push(
          startShipper(
            name,
            entry,
            node,
            { reader, onDelivered: () => deliveredAt.set(name, options.clock.now()) },
            options,
          ),
        )
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
    deliveredAt: () => deliveredAt,
    watched: () => watched,
    [Symbol.asyncDispose]: disposeReaders,
  }
}

const startShipper = (
  name: string,
  entry: SinkEntry,
  node: string | undefined,
  place: { readonly reader: SpoolReader; readonly onDelivered: () => void },
  { registry, supervisor, clock, spool, contextOf, nodesAsked, placeOf }: SinksOptions,
): WatchedPart => {
  const definition = registry.sinks.get(entry.type)
  if (definition === undefined) throw new TypeError(`no sink of type ${entry.type}`)
  const open = (context: SinkContext): Promise<Sink> =>
    definition.nodes === 'all'
      ? definition.open(ownOptions(entry), context)
      : definition.open({ ...ownOptions(entry), node: nodeId(node ?? '') }, context)

  const mapping = createMapping(entry)
  const reader = createSinkReader(place.reader, { placeOf, clock, everyMs: entry.every ?? 0 })
  /** Grows with each attempt, batch and retry, so that one that begins again is not taken for one that stands still. */
  let before = 0
  let stats: (() => ShipperStats) | undefined
  const part = supervisor.run(`sink/${name}`, async (task) => {
    const context: SinkContext = {
      ...contextOf(task),
      ...nodesAsked,
      ...mapping,
      pace: (...asked) => nodesAsked.pace(task.id, ...asked),
      spool: identityOf(spool, reader),
    }
    await using sink = await open(context)
    const { log, status, signal } = task
    const count: SinkContext['count'] = (event, ...more) => {
      context.count(event, ...more)
      if (event === 'delivered') place.onDelivered()
    }
    const shipper = createShipper({ reader, sink, clock, log, status, count })
    stats = () => shipper.stats()
    try {
      await shipper.run({ signal })
    } finally {
      before += settledOf(stats()) + 1
      stats = undefined
    }
  })
  return {
    id: part.id,
    boundMs: stuckAfterMs,
    progress() {
      const now = stats?.()
      return now === undefined || now.inFlight === 0 ? undefined : before + settledOf(now)
    },
  }
}

const settledOf = ({ delivered, rejected, retries }: ShipperStats): number => delivered + rejected + retries
