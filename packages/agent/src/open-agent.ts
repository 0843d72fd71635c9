import type { AgentStatus } from './agent-status.ts'
import { hostname } from 'node:os'
import { nodeId } from '@netstats/protocol'
import {
  createOwnLog,
  createSupervisor,
  nodeNames,
  ownSources,
  runSelfMonitor,
  selfMonitoringPart,
  startSinks,
} from '@netstats/runtime'
import { severityNames, systemClock } from '@netstats/sdk'
import type { Clock, ComponentContext, Logger, PartStatus, StatusReporter } from '@netstats/sdk'
import type { Registry, TaskContext, WatchedPart } from '@netstats/runtime'
import type { ListenAddress } from '@netstats/sdk/config'
import { localAlarmsPart, runLocalAlarms } from './alarms/local-alarms.ts'
import { builtInRegistry } from './config.ts'
import type { AgentConfig } from './config.ts'
import { createCounters } from './counters.ts'
import { openMonitor } from './monitor.ts'
import { createSelfMetrics } from './self-metrics.ts'
import { createPartNames, healthOf, metricsOf } from './self-report.ts'
import { createSources } from './sources.ts'
import { openSpool } from '@netstats/runtime/spool'

export interface AgentDeps {
  readonly log: Logger
  readonly clock?: Clock
  /** The components that the configuration was made with; the built-in ones where absent. */
  readonly registry?: Registry
  /** Of the program, for `/metrics`. */
  readonly version?: string
}

/** A running agent. Disposing it delivers what it can within the grace, keeps the rest on disk, and closes everything. */
export interface AgentHandle extends AsyncDisposable {
  status(): AgentStatus
  /** Parts whose standstill means that the agent has to be started again. */
  watched(): readonly WatchedPart[]
  /** Where it serves `/metrics` and `/healthz`, if it was asked to. */
  readonly metricsAddress: ListenAddress | undefined
}

/** The spool is not supervised: it repairs itself, and says how it is. */
const createSpoolPart = (clock: Clock): StatusReporter & { status(): PartStatus } => {
  let part: PartStatus = { id: 'spool', state: 'ok', reason: '', since: clock.now(), restarts: 0 }
  const set = (state: PartStatus['state'], reason: string): void => {
    part = { ...part, state, reason, since: part.state === state ? part.since : clock.now() }
  }
  return { ok: () => set('ok', ''), degraded: (reason) => set('degraded', reason), status: () => part }
}

/** How often the end looks whether everything is delivered. */
const drainLookMs = 50

/**
 *   sources ─▶ spool ─▶ reader ─▶ shipper ─▶ sink      (a reader, shipper and sink for each server and node)
 *
 * Every part runs under supervision; the end comes in the order of the arrows.
 */
// oxlint-disable-next-line max-lines-per-function -- the parts in the order in which they are opened, which is that of their end in reverse
export const openAgent = async (config: AgentConfig, deps: AgentDeps): Promise<AgentHandle> => {
  const { clock = systemClock, registry = builtInRegistry } = deps
  const { selfMonitoring } = config
  const source = ownSources.agent
  const severity = severityNames.indexOf(selfMonitoring.severity)
  const ownLog = selfMonitoring.enabled ? createOwnLog({ log: deps.log, clock, source, severity }) : undefined
  const log = ownLog?.log ?? deps.log
  const counters = createCounters()
  const partNames = createPartNames()
  await using stack = new AsyncDisposableStack()

  const { maxBytes, maxAge: maxAgeMs } = config.spool
  const directory = config.data
  const nodes = [...new Set(nodeNames(config.sources, registry, hostname()))]
  const reporter = nodeId(nodes[0] ?? hostname())
  const spoolPart = createSpoolPart(clock)
  const spool = stack.use(await openSpool({ directory, maxBytes, maxAgeMs, clock, log, reporter, status: spoolPart }))
  const sinkSupervisor = stack.use(createSupervisor({ clock, log }))
  const sourceSupervisor = createSupervisor({ clock, log })

  const contextOf = (task: TaskContext): ComponentContext => {
    const { id, log, status } = task
    const part = id.slice(0, id.indexOf('/'))
    const count: ComponentContext['count'] = (name, labels = {}, by = 1) =>
      counters.add(`netstats_${part}_${name}_total`, { component: id, ...labels }, by)
    return { id, clock, log, status, count }
  }

  stack.use(sourceSupervisor)
  const sources = createSources({
    entries: config.sources,
    registry,
    supervisor: sourceSupervisor,
    spool,
    clock,
    contextOf,
    otherOwners: [selfMonitoringPart, localAlarmsPart],
  })
  const { blocks, headers, info, isWatched, latest, paces } = sources
  const sinks = stack.use(
    await startSinks({
      entries: config.sinks,
      registry,
      nodes,
      supervisor: sinkSupervisor,
      spool,
      clock,
      contextOf,
      source,
      placeOf: (observation) => ({ observation, network: info(observation.node)?.networkId }),
      nodesAsked: { blocks, headers, info, isWatched, latest, pace: (sink, node, ms) => paces.ask(sink, node, ms) },
    }),
  )
  // Before the readers it uses; disposing it twice does no harm.
  stack.use(sinkSupervisor)
  sources.start()

  const status = (): AgentStatus => {
    const parts = [spoolPart.status(), ...sourceSupervisor.statuses(), ...sinkSupervisor.statuses()]
    return { ok: parts.every((part) => part.state !== 'failed'), parts, backlogs: sinks.backlogs() }
  }
  if (ownLog !== undefined) {
    const measure = createSelfMetrics()
    const own = {
      config: selfMonitoring,
      source,
      node: reporter,
      nodeOf: sources.nodeOf,
      clock,
      ownLog,
      spool,
      parts: () => status().parts,
      metrics: () => measure({ status: status(), spool: spool.stats() }),
    }
    sourceSupervisor.run(selfMonitoringPart, async ({ signal, status: of }) => {
      of.ok()
      await runSelfMonitor(own, { signal })
    })
  }
  if (config.alarms.enabled) {
    const local = {
      config: config.alarms,
      nodes: nodes.map(nodeId),
      clock,
      store: spool,
      latest,
      spool: () => spool.stats(),
      reporter,
    }
    sourceSupervisor.run(localAlarmsPart, async ({ signal, status: of }) => {
      of.ok()
      await runLocalAlarms(local, { signal })
    })
  }
  const monitor =
    config.metrics === undefined
      ? undefined
      : await openMonitor(config.metrics.listen, {
          metrics: () =>
            metricsOf({
              status: status(),
              spool: spool.stats(),
              counted: counters.samples(),
              linesDropped: ownLog?.dropped ?? 0,
              version: deps.version ?? 'unknown',
              nameOf: partNames,
            }),
          health: () => healthOf(status()),
        })
  if (monitor !== undefined) log.info({ ...monitor.address }, 'reports on itself')

  const drain = async (): Promise<void> => {
    const limit = AbortSignal.timeout(config.shutdownGrace)
    // A sink that cannot deliver now is not waited for.
    const isWell = (reader: string): boolean =>
      sinkSupervisor
        .statuses()
        .some(({ id, state }) => id === `sink/${reader}` && (state === 'ok' || state === 'starting'))
    const left = (): boolean => [...sinks.backlogs()].some(([reader, count]) => count > 0 && isWell(reader))
    while (left() && !limit.aborted) await clock.sleep(drainLookMs, { signal: limit }).catch(() => undefined)
    const waiting = [...sinks.backlogs()].filter(([, count]) => count > 0)
    if (waiting.length > 0)
      log.info({ observations: Object.fromEntries(waiting) }, 'the rest waits on disk for the next start')
  }

  // The last one is ended first, and each whatever became of those before.
  const ends = new AsyncDisposableStack()
  ends.use(spool)
  ends.use(monitor)
  ends.use(sinks)
  ends.use(sinkSupervisor)
  ends.defer(drain)
  ends.use(sourceSupervisor)
  let ending: Promise<void> | undefined
  stack.move()
  return {
    status,
    watched: () => sinks.watched(),
    metricsAddress: monitor?.address,
    [Symbol.asyncDispose]: () => (ending ??= ends.disposeAsync()),
  }
}
