/** The core role: who may report, the live state, its history, and the sessions of agents. */
import { unixMs } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import { registerAuthMetrics } from '../auth/metrics.ts'
import { openAuth } from '../auth/mod.ts'
import type { Auth } from '../auth/mod.ts'
import { createConsensus, registerConsensusMetrics } from '../consensus/mod.ts'
import type { Consensus } from '../consensus/mod.ts'
import { createChangeLog } from '../core/change-log.ts'
import { createChangeFanout } from '../core/change-fanout.ts'
import type { ChangeFanout } from '../core/change-fanout.ts'
import { createCoreRunner } from '../core/runner.ts'
import type { CoreRunner } from '../core/runner.ts'
import { registerDeliveryMetrics } from '../delivery/delivery-metrics.ts'
import type { DeliveryTracker } from '../delivery/delivery-model.ts'
import { createVolatileTracker } from '../delivery/volatile-tracker.ts'
import type { Alarms } from '../alarms/alarms.ts'
import { openServerAlarms } from './alarms.ts'
import { openGeo } from '../geo/mod.ts'
import type { Geo } from '../geo/mod.ts'
import type { OpenHistory } from '../history/history.ts'
import { registerHistoryMetrics } from '../history/history-metrics.ts'
import { watchedStore } from '../history/watched-store.ts'
import { openServerHistory } from '../history/open.ts'
import type { ShedTotals } from '../history/shed-rows.ts'
import { totalOf } from '../lib/tally.ts'
import { coreOptionsOf, sessionRegistryLimitsOf } from '../limits.ts'
import { createRosterAdmin } from '../roster/admin.ts'
import { openRoster } from '../roster/roster.ts'
import type { Roster } from '../roster/roster.ts'
import { createCloneWatch } from '../sessions/clone-watch.ts'
import type { CloneWatch } from '../sessions/clone-watch.ts'
import { createRateController } from '../sessions/rate-control.ts'
import type { RateController } from '../sessions/rate-control.ts'
import { createSessionRegistry } from '../sessions/session-registry.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import { registerSessionMetrics } from '../sessions/session-metrics.ts'
import { createCore } from '../shard/mod.ts'
import type { CoreListener } from '../shard/mod.ts'
import type { Core } from '../shard/shard-model.ts'
import { registerChainMetrics } from '../status/chain-metrics.ts'
import { registerServerMetrics } from '../status/server-metrics.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { NotifierStateStore } from '../alarms/notifier/notifier.ts'
import type { Base } from './base.ts'
import { openComponents } from './components.ts'
import type { Components } from './components.ts'
import { openNotifying } from './notifier.ts'
import type { AlarmNotifying } from './notifier.ts'
import type { Parts } from './parts.ts'

interface Live {
  readonly core: Core
  readonly changeFanout: ChangeFanout
  readonly runner: CoreRunner
  readonly consensus: Consensus
  /** Called with the new head of a network. */
  readonly onHead: Set<(network: string, number: number) => void>
}

interface Sessions {
  readonly sessions: SessionRegistry
  readonly rate: RateController
  readonly clones: CloneWatch
}

export interface CoreRole extends Live, Sessions, AlarmNotifying {
  readonly auth: Auth
  readonly geo: Geo
  /** Undefined where the configuration turns it off. */
  readonly history: OpenHistory | undefined
  readonly alarms: Alarms | undefined
  readonly deliveries: DeliveryTracker
}

/** An event loop that is held up for longer than this is a reason to slow agents down. */
const easyLoopSeconds = 0.25

export const openCoreRole = async (parts: Parts, base: Base): Promise<CoreRole> => {
  const { config, log, health, progress, metrics } = base
  const auth = await parts.open('auth', async (stack) => stack.use(await openAgentAuth(base)))
  const geo = await parts.open('geo', () => openPlaces(base))
  // What an agent is told that it is stored is in the spool of the sinks too, which is opened after the history.
  let sinks: Pick<Components, 'stored'> = { stored: () => Promise.resolve() }
  const history = await parts.open('history', async (stack) =>
    stack.use(
      await openServerHistory({
        config,
        log,
        health,
        sheds: () => shedOf(metrics),
        openStore: base.openStore,
        beforeWrite: () => sinks.stored(),
      }),
    ),
  )
  const roster = await parts.open('roster', () => openRoster(config.data))
  const components = await parts.open('components', async (stack) => stack.use(await openComponents(base)))
  if (components !== undefined) sinks = components
  let alarms: Alarms | undefined
  const alarmsApplied: CoreListener = (applied) => alarms?.applied(applied)
  const live = await parts.open('core', (stack) =>
    openLive(base, { geo, roster, history, components, alarmsApplied }, stack),
  )
  alarms = await parts.open('alarms', (stack) => openServerAlarms(base, { ...live, history, components }, stack))
  components?.start(live.runner.apply)
  const notifying = await parts.open('notifier', () =>
    openNotifying(base, auth, components?.sinks, alarms?.notes('notifier') ?? memoryStore()),
  )
  const { notifier } = notifying
  if (notifier !== undefined) alarms?.listeners.add((steps) => notifier.steps(steps))
  const deliveries = history?.deliveries ?? createVolatileTracker()
  const sessions = await parts.open('sessions', () => openSessions(base, { auth, roster, deliveries, ...live }))
  registerAuthMetrics(metrics, auth)
  registerServerMetrics(metrics, { runner: live.runner, core: live.core, geo, health })
  registerChainMetrics(metrics, {
    core: live.core,
    perNode: config.metrics.nodes,
    now: Date.now,
    monotonic: base.monotonic,
  })
  if (history !== undefined) {
    registerHistoryMetrics(metrics, history.counts)
    health.watch(() => [watchedStore(history.counts)])
  }
  registerConsensusMetrics(metrics, live.consensus)
  registerDeliveryMetrics(metrics, deliveries)
  registerSessionMetrics(metrics, { ...sessions, unknownMessages: () => progress.entry?.unknownMessages ?? 0 })
  return { auth, geo, history, alarms, deliveries, ...notifying, ...live, ...sessions }
}

const openAgentAuth = ({ config, exposure, log }: Base): Promise<Auth> => {
  const secrets = [
    ...(config.ethstats.secret === undefined ? [] : [config.ethstats.secret]),
    ...config.ethstats.moreSecrets,
  ]
  if (exposure !== 'closed') {
    const who = exposure === 'meant' ? 'every agent that reaches this port' : 'every agent of this machine'
    log.warn({}, `no ethstats secret is set: ${who} is let in; set ethstats.secret`)
  }
  return openAuth({
    data: config.data,
    config: config.auth,
    secrets: secrets.map((one) => one.reveal()),
    onlyHere: exposure === 'this-machine',
    clock: systemClock,
    log,
  })
}

const openPlaces = async ({ config, log, health }: Base): Promise<Geo> => {
  const geo = await openGeo({
    ...config.geo,
    places: config.places,
    onTrouble: (reason, error) => {
      if (health.set('geo', 'degraded', reason)) log.warn({ error }, 'nodes cannot be placed by their address')
    },
  })
  if (config.geo.enabled) health.set('geo', 'ok')
  return geo
}

/** By class and reason; of all processes that take in agents. */
const shedOf = (metrics: MetricsRegistry): ShedTotals => {
  const values = metrics.value('queue_shed_total')
  return typeof values === 'number' ? {} : (values as ShedTotals)
}

interface LiveUses {
  readonly geo: Geo
  readonly roster: Roster
  readonly history: OpenHistory | undefined
  readonly components: Components | undefined
  readonly alarmsApplied: CoreListener
}

const openLive = (
  { config, stages, health, log, monotonic }: Base,
  { geo, roster, history, components, alarmsApplied }: LiveUses,
  stack: AsyncDisposableStack,
): Live => {
  const core = createCore({
    ...coreOptionsOf(config),
    nameOf: roster.nameOf,
    keyOf: roster.keyOf,
    locate: geo.locate,
  })
  const onHead: Live['onHead'] = new Set()
  const followHeads: CoreListener = ({ changes }) => {
    for (const change of changes)
      if (change.type === 'head') for (const listener of onHead) listener(change.network, change.number)
  }
  const consensus = stack.use(
    createConsensus({
      core,
      networks: config.networks,
      now: Date.now,
      monotonic,
      defer: setImmediate,
      onSlice: (ms) => stages.observe('consensus', ms),
    }),
  )
  const runner = createCoreRunner({
    core,
    stages,
    health,
    log,
    listeners: [
      createChangeLog(log),
      followHeads,
      consensus.applied,
      ...(history === undefined ? [] : [history.recorder.applied]),
      ...(components === undefined ? [] : [components.applied]),
      alarmsApplied,
    ],
  })
  return { core, changeFanout: createChangeFanout(core), runner, consensus, onHead }
}

interface SessionUses extends Live {
  readonly auth: Auth
  readonly roster: Roster
  readonly deliveries: DeliveryTracker
}

const openSessions = (base: Base, { auth, roster, deliveries, core, runner, consensus }: SessionUses): Sessions => {
  const { config, log, health, loop, metrics } = base
  const rate = createRateController()
  const queueShare = (): number => {
    const items = totalOf(metrics.value('queue_items'))
    const bytes = totalOf(metrics.value('queue_bytes'))
    return Math.max(items / config.limits.queueItems, bytes / config.limits.queueBytes)
  }
  const clones = createCloneWatch({ log, health })
  const sessions = createSessionRegistry({
    rate,
    limits: sessionRegistryLimitsOf(config),
    authenticator: auth.agentAuthenticator,
    deliveries,
    // The queue of this process or the loop may be what is behind, not the store.
    load: () => Math.max(queueShare(), Math.min(1, Math.max(0, loop.read().p99 - easyLoopSeconds))),
    apply: runner.apply,
    networkOf: (node, networkId) => core.networkOf(node, networkId),
    mergedInto: roster.mergedInto,
    network: (key) => core.network(key),
    wantedHeaders: () => consensus.wantedHeaders(),
    onClone: (clone, at) => clones.note(clone, at),
    log: ({ id: node, login: { address } }, event, detail) => {
      if (event === 'takeover') log.info({ node, address }, 'agent took over from a dead connection')
      else log.debug({ node, address, detail }, event === 'login' ? 'agent let in' : 'agent refused')
    },
  })
  auth.admin.roster = createRosterAdmin({
    core,
    roster,
    apply: runner.apply,
    follow: () => sessions.review(unixMs(Date.now())),
    audit: auth.audit,
    now: Date.now,
  })
  return { sessions, rate, clones }
}

/** Where nothing is judged, receivers can be tested all the same. */
const memoryStore = (): NotifierStateStore => {
  let saved: unknown
  return {
    load: () => saved,
    save: (state) => {
      saved = state
    },
  }
}
