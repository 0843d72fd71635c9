/** What of the registry a server runs: sinks with their spool, and analyzers. Nothing is there where none is configured. */
import { createSupervisor } from '@netstats/runtime'
import type { TaskContext } from '@netstats/runtime'
import { systemClock } from '@netstats/sdk'
import type { ComponentContext, PartStatus } from '@netstats/sdk'
import { startAnalyzers } from '../analyzers/analyzers.ts'
import { builtInRegistry } from '../config.ts'
import type { CoreListener } from '../shard/applied.ts'
import type { CoreInput } from '../shard/inputs.ts'
import { receiversOf, receiverSinks } from '../alarms/notifier/receivers.ts'
import { openServerSinks } from '../sinks/server-sinks.ts'
import type { ServerSinks } from '../sinks/server-sinks.ts'
import { serverSelfMetrics } from '../telemetry/self-metrics.ts'
import type { Base } from './base.ts'

export interface Components extends AsyncDisposable {
  /** Undefined where there are none, and no receivers of alarms. */
  readonly sinks: ServerSinks | undefined

  /** Starts the analyzers; what they say goes to `apply`. */
  start(apply: (input: CoreInput) => void): void
  /** Resolves when what the sinks were given so far is on the disk, or given up. */
  stored(): Promise<void>
  /** For both. */
  readonly applied: CoreListener
}

/** Families of components that plugins may bring and no part runs yet. */
const notRun = ['stores', 'rules', 'panels'] as const

export const openComponents = async (base: Base): Promise<Components | undefined> => {
  const { config, registry = builtInRegistry, log, ownLog, health, metrics } = base
  const clock = systemClock
  const idle = notRun.filter((family) => registry[family].size > 0)
  if (idle.length > 0) log.warn({ families: idle }, 'plugins bring components of a kind that this version does not run')
  const entries = [...config.sinks, ...receiverSinks(receiversOf(config.alarms, registry))]
  if (entries.length + config.analyzers.length === 0) return undefined

  const counts = new Map<string, Map<string, number>>()
  const contextOf = ({ id, log, status }: TaskContext): ComponentContext => {
    let own = counts.get(id)
    if (own === undefined) counts.set(id, (own = new Map()))
    const counted = own
    const count: ComponentContext['count'] = (name, _labels, by = 1) => counted.set(name, (counted.get(name) ?? 0) + by)
    return { id, clock, log, status, count }
  }
  await using opening = new AsyncDisposableStack()
  const onStatus = ({ id, state, reason }: PartStatus): void => void health.set(id, state, reason)
  const supervisor = createSupervisor({ clock, log, onStatus })
  const sinks =
    entries.length === 0
      ? undefined
      : opening.use(
          await openServerSinks({
            entries,
            spool: config.spool,
            registry,
            data: config.data,
            supervisor,
            clock,
            log,
            status: {
              ok: () => void health.set('spool', 'ok'),
              degraded: (reason) => void health.set('spool', 'degraded', reason),
            },
            contextOf,
            selfMonitoring: ownLog && {
              config: config.selfMonitoring,
              ownLog,
              parts: () => health.parts(),
              metrics: () => serverSelfMetrics(metrics),
            },
          }),
        )
  if (sinks !== undefined) health.watch(() => sinks.watched())
  opening.use(supervisor)
  registerComponentMetrics(base, counts, sinks)

  let analyzers: ReturnType<typeof startAnalyzers> | undefined
  const opened = opening.move()
  return {
    sinks,
    start(apply) {
      analyzers = startAnalyzers({ entries: config.analyzers, registry, supervisor, clock, contextOf, apply })
    },
    stored: () => sinks?.stored() ?? Promise.resolve(),
    applied(applied) {
      const { input, changes } = applied
      for (const change of changes) analyzers?.change(change)
      analyzers?.input(input)
      sinks?.applied(applied)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** `counts`: what each component counted, by event. */
const registerComponentMetrics = (
  { metrics, ownLog }: Base,
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>,
  sinks: ServerSinks | undefined,
): void => {
  metrics.counter(
    'component_events_total',
    'What sinks and analyzers count, by component and event.',
    ['component', 'event'],
    () => Object.fromEntries([...counts].map(([component, own]) => [component, Object.fromEntries(own)])),
  )
  metrics.counter(
    'spool_dropped_total',
    'Observations given up before every sink had them, by reason and class.',
    ['reason', 'class'],
    () => sinks?.dropped() ?? {},
  )
  metrics.counter(
    'own_lines_dropped_total',
    "Lines of the server's own log that were not reported through its sinks, because there were too many.",
    [],
    () => ownLog?.dropped ?? 0,
  )
  metrics.gauge('sink_backlog_observations', 'Observations a sink still has to deliver.', ['reader'], () =>
    Object.fromEntries(sinks?.backlogs() ?? []),
  )
}
