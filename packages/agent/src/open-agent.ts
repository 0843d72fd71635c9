import { hostname } from 'node:os'
import { nodeId } from '@netstats/protocol'
import { createSupervisor, systemClock } from '@netstats/sdk'
import type { Clock, ComponentContext, Logger, PartStatus, StatusReporter, TaskContext } from '@netstats/sdk'
import type { ListenAddress } from '@netstats/sdk/config'
import { nameOf } from './config.ts'
import type { AgentConfig } from './config.ts'
import { createCounters } from './counters.ts'
import { openMonitor } from './monitor.ts'
import { healthOf, metricsOf } from './self-report.ts'
import { startSinks } from './sinks.ts'
import { configuredSources, createSources } from './sources.ts'
import type { SourceEntry } from './sources.ts'
import { openSpool } from './spool/mod.ts'

export interface AgentDeps {
  readonly log: Logger
  readonly clock?: Clock
  /** In the place of those that the configuration asks for. */
  readonly sources?: readonly SourceEntry[]
}

export interface AgentStatus {
  /** `ok` false means that a part does not work and a human should look. */
  readonly ok: boolean
  readonly parts: readonly PartStatus[]
  /** Observations each sink still has to deliver. */
  readonly backlogs: ReadonlyMap<string, number>
}

/** A running agent. Disposing it delivers what it can within the grace, keeps the rest on disk, and closes everything. */
export interface AgentHandle extends AsyncDisposable {
  status(): AgentStatus
  /** Where it tells of itself, if it was asked to. */
  readonly metricsAddress: ListenAddress | undefined
}

/** The spool runs under nobody's supervision: it mends itself, and says how it is. */
const createSpoolPart = (clock: Clock): StatusReporter & { status(): PartStatus } => {
  let part: PartStatus = { id: 'spool', state: 'ok', reason: '', since: clock.now(), restarts: 0 }
  const set = (state: PartStatus['state'], reason: string): void => {
    part = { ...part, state, reason, since: part.state === state ? part.since : clock.now() }
  }
  return { ok: () => set('ok', ''), degraded: (reason) => set('degraded', reason), status: () => part }
}

/** How often a farewell looks whether everything is delivered. */
const drainLookMs = 50

/**
 *   sources ─▶ spool ─▶ reader ─▶ shipper ─▶ sink      (a reader, shipper and sink for each server and node)
 *
 * Every part runs under supervision; the end comes in the order of the arrows.
 */
export const openAgent = async (config: AgentConfig, deps: AgentDeps): Promise<AgentHandle> => {
  const { log, clock = systemClock } = deps
  const counters = createCounters()
  await using stack = new AsyncDisposableStack()

  const { maxBytes, maxAge: maxAgeMs } = config.spool
  const directory = config.data
  const reporter = nodeId(config.nodes.map(nameOf)[0] ?? hostname())
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

  const entries = deps.sources ?? configuredSources(config)
  const sources = createSources({ entries, supervisor: sourceSupervisor, spool, contextOf })
  stack.use(sourceSupervisor)
  const sinks = await startSinks({ config, supervisor: sinkSupervisor, spool, sources, clock, contextOf })
  sources.start()

  const status = (): AgentStatus => {
    const parts = [spoolPart.status(), ...sourceSupervisor.statuses(), ...sinkSupervisor.statuses()]
    return { ok: parts.every((part) => part.state !== 'failed'), parts, backlogs: sinks.backlogs() }
  }
  const monitor =
    config.metrics === undefined
      ? undefined
      : await openMonitor(config.metrics.listen, {
          metrics: () => metricsOf(status(), spool.stats(), counters.samples()),
          health: () => healthOf(status()),
        })
  if (monitor !== undefined) log.info({ ...monitor.address }, 'tells of itself')

  const drain = async (): Promise<void> => {
    const limit = AbortSignal.timeout(config.shutdownGrace)
    // Who can not deliver now is not waited for.
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

  let ending: Promise<void> | undefined
  const end = async (): Promise<void> => {
    await sourceSupervisor[Symbol.asyncDispose]()
    await drain()
    await sinkSupervisor[Symbol.asyncDispose]()
    await sinks[Symbol.asyncDispose]()
    await monitor?.[Symbol.asyncDispose]()
    await spool[Symbol.asyncDispose]()
  }
  stack.move()
  return {
    status,
    metricsAddress: monitor?.address,
    [Symbol.asyncDispose]: () => (ending ??= end()),
  }
}
