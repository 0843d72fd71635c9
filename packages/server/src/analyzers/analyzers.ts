/** Runs the analyzers of plugins: each reads a bounded queue of events, and what it says is applied like an observation. */
import { decodeObservation, encodeBody, unixMs } from '@netstats/protocol'
import type { AnalyzerEntry, Registry, Supervisor, TaskContext } from '@netstats/runtime'
import { channel } from '@netstats/sdk'
import type { AnalyzerEvent, AnalyzerResult, Channel, Clock, ComponentContext, NetworkChange } from '@netstats/sdk'
import type { Change } from '../shard/changes.ts'
import type { CoreInput } from '../shard/inputs.ts'

export interface AnalyzersOptions {
  readonly entries: readonly AnalyzerEntry[]
  readonly registry: Pick<Registry, 'analyzers'>
  readonly supervisor: Supervisor
  readonly clock: Clock
  readonly contextOf: (task: TaskContext) => ComponentContext
  readonly apply: (input: CoreInput) => void
}

export interface Analyzers {
  input(input: CoreInput): void
  change(change: Change): void
}

/** Events that wait for an analyzer; beyond it the oldest are dropped and counted. */
const mostEvents = 10_000

export const startAnalyzers = ({ entries, registry, ...options }: AnalyzersOptions): Analyzers => {
  const queues = new Set<Channel<AnalyzerEvent>>()
  for (const entry of entries) startAnalyzer(entry, queues, registry, options)
  const tell = (event: AnalyzerEvent): void => {
    for (const queue of queues) queue.trySend(event)
  }
  return {
    input(input) {
      // Live ones alone: what comes late, and what analyzers say themselves, would be taken for what happens now.
      if (input.type !== 'observation' || (input.mode ?? 'live') !== 'live') return
      const { at, network, observation } = input
      tell({ type: 'observation', at, network, observation })
    },
    change({ at, network, ...change }) {
      if (isPublished(change)) tell({ type: 'change', at, network, change })
    },
  }
}

const startAnalyzer = (
  entry: AnalyzerEntry,
  queues: Set<Channel<AnalyzerEvent>>,
  registry: AnalyzersOptions['registry'],
  { supervisor, clock, contextOf, apply }: Omit<AnalyzersOptions, 'entries' | 'registry'>,
): void => {
  const { type, name, ...own } = entry
  const definition = registry.analyzers.get(type)
  if (definition === undefined) throw new TypeError(`no analyzer of type ${type}`)
  supervisor.run(`analyzer/${name ?? type}`, async (task) => {
    const { signal, status } = task
    const context = contextOf(task)
    const events = channel<AnalyzerEvent>({
      capacity: mostEvents,
      overflow: 'drop-oldest',
      onDrop: (_, reason) => reason === 'full' && context.count('dropped'),
    })
    await using analyzer = await definition.open(own, context)
    queues.add(events)
    try {
      status.ok()
      for await (const result of analyzer.analyze(events.values({ signal }), { signal })) {
        context.count('results')
        apply(inputOf(result, unixMs(clock.now())))
      }
    } finally {
      queues.delete(events)
      events.close()
    }
    if (!signal.aborted) throw new Error('it ended, though its events had not')
  })
}

const said: ReadonlySet<string> = new Set(['metric', 'log', 'alarm'])

/** Plugins are not trusted to give what their types say: what would not be read back from a wire is a fault. */
const inputOf = ({ network, observation }: AnalyzerResult, at: ReturnType<typeof unixMs>): CoreInput => {
  const { kind, node, observedAt } = observation
  if (!said.has(kind)) throw new TypeError(`an analyzer says metrics, logs and alarms, not "${kind}"`)
  const checked = decodeObservation(kind, node, observedAt, encodeBody(observation))
  return { type: 'observation', at, network, observation: checked, mode: 'derived' }
}

const published: ReadonlySet<string> = new Set<NetworkChange['type']>([
  'network-added',
  'network-removed',
  'node-added',
  'node-active',
  'node-inactive',
  'node-removed',
  'head',
  'reorg',
  'split',
  'reunited',
])
const isPublished = (change: { readonly type: string }): change is NetworkChange => published.has(change.type)
