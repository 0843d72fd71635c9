/**
 * Puts the server together and takes it apart in reverse order.
 *
 *     agents ──/api──► endpoint ─ queue ─► core ◄─ reads ─ feed ──/feed──► dashboards
 *                                           ▲ └──────────── classic ──/primus, /external──► classic dashboards
 *                                         tick ▲ └────────── REST ──/api/v1
 *                                              │                  │
 *                                  history: recorder ─► store ◄───┘
 */
import { fileURLToPath } from 'node:url'
import { unixMs } from '@netstats/protocol'
import type { Logger, PartStatus } from '@netstats/sdk'
import { reasonOf, systemClock } from '@netstats/sdk'
import { formatListenAddress } from '@netstats/sdk/config'
import type { Store } from '@netstats/sdk/store'
import { openAccess } from './access/mod.ts'
import type { Access } from './access/mod.ts'
import { registerAccessMetrics } from './access/metrics.ts'
import { guardUpgrade, registerGuard } from './api/guard.ts'
import { registerApi, registerApiMetrics, registerStatic } from './api/mod.ts'
import { createClassicHub } from './classic/hub.ts'
import type { ServerConfig } from './config.ts'
import { openServerControl } from './control/open-server-control.ts'
import { createCoreRunner } from './core-runner.ts'
import { createDirtyHub } from './feed/dirty-hub.ts'
import { createFeed } from './feed/mod.ts'
import { openGeo } from './geo/mod.ts'
import type { History } from './history/model.ts'
import { registerDeliveryMetrics } from './history/delivery-metrics.ts'
import { createVolatileDeliveries } from './history/volatile-deliveries.ts'
import { registerHistoryMetrics } from './history/metrics.ts'
import { openServerHistory } from './history/open.ts'
import { createHttp } from './http.ts'
import type { Upgrade, UpgradeOptions } from './upgrades.ts'
import { openIdentity } from './identity.ts'
import { createClientOf } from './client-of.ts'
import { openFront } from './front.ts'
import type { Front } from './front.ts'
import { createGateway } from './ingest/gateway.ts'
import { addSnapshots } from './ingest/snapshot.ts'
import type { IngestSnapshot } from './ingest/snapshot.ts'
import { createDesk } from './desk/desk.ts'
import { createRegulator } from './desk/regulator.ts'
import { reachable } from './listen.ts'
import { deskLimitsOf, gatewaySettingsOf, reservedConnections, serverLimitsOf } from './limits.ts'
import { createFacts } from './self/gather-facts.ts'
import { createHealth } from './self/health.ts'
import { createMetrics } from './self/metrics.ts'
import { ingestWork, readerWork } from './self/own-work.ts'
import { addTallies, totalOf } from './self/tally.ts'
import { createProcessFacts } from './self/process-facts.ts'
import { registerServerMetrics } from './self/server-metrics.ts'
import { defaultMaxConnections } from './self/open-files.ts'
import { watchEventLoop } from './self/process-metrics.ts'
import { registerSelfRoutes } from './self/routes.ts'
import { createStageTimes } from './self/stage-times.ts'
import type { ShedCounts } from './intake/shed-counts.ts'
import { createCore } from './shard/mod.ts'
import type { Core } from './shard/model.ts'
import { registerTlsMetrics } from './tls/metrics.ts'
import { openTls } from './tls/open.ts'
import { createSocketServer } from './web-sockets.ts'

export interface ServerOptions {
  readonly config: ServerConfig
  readonly log: Logger
  /** Shown in `/healthz` and told to feed readers. */
  readonly version: string
  /** Folder of the built dashboard; the one of this repository by default. A page says so where it is not built. */
  readonly dashboard?: string
  /** Connections a process can hold; by default what the system lets it open. */
  readonly mayOpen?: number
  /** Opens the store of the history; the one in the data folder by default. */
  readonly openStore?: () => Promise<Store>
}

/** A running server. Disposing it drains and closes everything it opened, within a bound. */
export interface ServerHandle extends AsyncDisposable {
  /** Where it really listens: the port is never 0. */
  readonly address: { readonly host: string; readonly port: number }
  readonly url: string
  /** Processes that take in agents beside this one. */
  readonly workers: number
  /** The live state, to look at. */
  readonly core: Core
  /** Undefined where the configuration turns it off. */
  readonly history: History | undefined
  readonly access: Access
  /** Reads the certificate again, where there is one. */
  reload(): Promise<void>
  parts(): readonly PartStatus[]
}

const builtDashboard = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const tickMs = 1000
const agentTickMs = 250
const feedTickMs = 125
const classicTickMs = 500
/** A loop that is held up for longer than this is a reason to slow agents down. */
const easyLoopSeconds = 0.25

export const openServer = async (options: ServerOptions): Promise<ServerHandle> => {
  const { config, log, version } = options
  const monotonic = (): number => performance.now()
  const identity = await openIdentity(config.data)
  const secrets = [
    ...(config.ethstats.secret === undefined ? [] : [config.ethstats.secret]),
    ...config.ethstats.moreSecrets,
  ]
  if (secrets.length === 0) {
    log.warn({}, 'no ethstats secret is set: every agent that reaches this port is let in; set ethstats.secret')
  }
  const access = await openAccess({
    data: config.data,
    config: config.access,
    secrets: secrets.map((one) => one.reveal()),
    clock: systemClock,
    log,
  })
  const { mayOpen = defaultMaxConnections() } = options
  // A process holds no more than it may open, whatever is wanted in all.
  const each = Math.min(config.limits.connections ?? mayOpen, mayOpen)

  const health = createHealth(Date.now)
  const tls = config.tls && (await openTls({ config: config.tls, clock: systemClock, log, health }))
  const geo = await openGeo({
    ...config.geo,
    places: config.places,
    onTrouble: (reason, error) => {
      if (health.set('geo', 'degraded', reason)) log.warn({ error }, 'nodes can not be placed by their address')
    },
  })
  if (config.geo.enabled) health.set('geo', 'ok')
  const metrics = createMetrics()
  const loop = watchEventLoop(monotonic())
  const stages = createStageTimes({ now: monotonic, observe: metrics.observeStage })
  const sheds = (): ShedCounts => ingest().intake.sheds
  const history = await openServerHistory({ config, log, health, sheds, openStore: options.openStore })
  const core = createCore({ locate: geo.locate, observer: history?.recorder ?? null })
  const dirty = createDirtyHub(core)
  const classic = createClassicHub(core, dirty, {
    pingEveryMs: config.feed.pingEvery,
    primusEveryMs: config.ethstats.primusPingEvery,
    onSlice: (ms) => stages.observe('classic', ms),
  })
  const runner = createCoreRunner({ core, stages, health, log, onHead: classic.head, recorder: history?.recorder })
  const deliveries = history?.deliveries ?? createVolatileDeliveries()
  let draining = false
  // Opened last: what it counts and holds is asked for only then.
  let front: Front | undefined
  const regulator = createRegulator()
  const desk = createDesk({
    regulator,
    limits: deskLimitsOf(config),
    gate: access.gatekeeper,
    deliveries,
    // The queue of this process or the loop may be what is behind, not the store.
    strain: () => Math.max(queueShare(), Math.min(1, Math.max(0, loop.read().p99 - easyLoopSeconds))),
    apply: runner.apply,
    networkOf: (node, networkId) => core.networkOf(node, networkId),
    network: (key) => core.network(key),
    log: ({ id: node, login: { address } }, event, detail) => {
      if (event === 'takeover') log.info({ node, address }, 'agent took over from a dead connection')
      else log.debug({ node, address, detail }, event === 'login' ? 'agent let in' : 'agent refused')
    },
  })
  const gateway = createGateway({
    settings: gatewaySettingsOf(config, each),
    connect: (down) => desk.open(down).up,
    log,
    stages,
  })
  /** Of all processes that take in agents. */
  const ingest = (): IngestSnapshot => addSnapshots(gateway.snapshot(), ...(front?.snapshots ?? []))
  const queueShare = (): number => {
    const { items, bytes } = ingest().intake
    return Math.max(items / config.limits.queueItems, bytes / config.limits.queueBytes)
  }
  const clientOf = createClientOf(config.trustedProxies)
  const feedReader = dirty.reader()
  const feed = createFeed({
    core,
    dirty: feedReader,
    epoch: `${identity.id.slice(0, 8)}-${identity.epoch}`,
    version,
    limits: { readers: config.feed.readers, pingMs: config.feed.pingEvery },
    meters: metrics.feedMeters,
    now: Date.now,
    monotonic,
    origins: config.feed.origins,
    onSlice: (ms) => stages.observe('feed', ms),
  })

  const feedSockets = createSocketServer(1 << 16)
  const onFeed: Upgrade = (request, socket, head, address) =>
    feedSockets.handleUpgrade(request, socket, head, (ws) => feed.handle(ws, request, address))
  const open = config.feed.enabled
  const guarded = guardUpgrade(access, config.feed.origins)
  const upgrades: UpgradeOptions = {
    upgrades: {
      ...gateway.upgrades,
      primus: open ? guarded((request, socket, head) => classic.upgrade('primus', request, socket, head)) : undefined,
      external: open
        ? guarded((request, socket, head) => classic.upgrade('external', request, socket, head))
        : undefined,
      feed: open ? guarded(onFeed) : undefined,
    },
    admission: gateway.admission,
    turnstile: gateway.turnstile,
    addressOf: clientOf.address,
    onRefused: gateway.refused,
    onFault: gateway.fault,
    isDraining: () => draining,
    now: monotonic,
  }
  const app = createHttp({ ...upgrades, maxConnections: each, tls, log })
  registerGuard(app, access)
  registerAccessMetrics(metrics, access)
  if (tls !== undefined) registerTlsMetrics(metrics, tls, Date.now)
  registerServerMetrics(metrics, { ingest, desk, feed, classic, runner, loop, core, geo })
  if (history !== undefined) registerHistoryMetrics(metrics, history.counts)
  registerDeliveryMetrics(metrics, deliveries)
  registerSelfRoutes(app, { health, metrics, isReady: () => !draining, version, serverId: identity.id })
  const work = () => addTallies(ingestWork(gateway.snapshot()), readerWork({ feed, classic }))
  const ownFacts = createProcessFacts({ role: 'server', name: 'server', loop, work })
  const facts = createFacts({
    version,
    server: identity.id,
    health,
    core,
    runner,
    feed,
    history: history?.counts,
    deliveries,
    regulator,
    isReady: () => !draining,
    limits: serverLimitsOf(config, each * Math.max(1, front?.workers ?? 0)),
    processes: async () => [await ownFacts(), ...((await front?.facts()) ?? [])],
  })
  const api = registerApi(app, {
    core,
    facts,
    access,
    isSecure: ({ raw }) => clientOf.isSecure(raw),
    ...(history && { history: history.reader }),
    deliveries,
    version,
    log,
    now: Date.now,
    monotonic,
    clientOf: ({ raw }) => clientOf.address(raw),
  })
  registerApiMetrics(metrics, api)
  registerStatic(app, { root: options.dashboard ?? builtDashboard, monotonic })

  await history?.begin(core)
  const control = await openServerControl({
    data: config.data,
    reader: history?.reader,
    retention: config.history.retention,
    access: access.admin,
    log,
    health,
  })
  front = await openFront({
    app,
    listen: config.listen,
    workers: config.workers,
    connections: config.limits.connections,
    known: core.counts().nodes,
    maxConnections: each,
    each: Math.max(1, each - reservedConnections),
    settings: (workers) => gatewaySettingsOf(config, each, workers),
    upgrades,
    clientOf,
    tls: config.tls,
    desk,
    clock: systemClock,
    log,
    health,
  }).catch(async (error: unknown) => {
    await control?.[Symbol.asyncDispose]()
    loop[Symbol.dispose]()
    await history?.[Symbol.asyncDispose]()
    await access[Symbol.asyncDispose]()
    await tls?.[Symbol.asyncDispose]()
    feedReader[Symbol.dispose]()
    await feed[Symbol.asyncDispose]()
    throw error
  })
  for (const part of ['http', 'core', 'desk', 'ingest/ethstats', 'ingest/netstats', 'intake', 'feed', 'classic'])
    health.set(part, 'ok')

  // A defect in one part must not take the others with it: it is logged once a change of state, and tried again.
  const failing = new Set<string>()
  const guard = (part: string, run: () => void): void => {
    try {
      run()
      if (failing.delete(part)) health.set(part, 'ok')
    } catch (error) {
      failing.add(part)
      if (health.set(part, 'degraded', `failed: ${reasonOf(error)}`)) log.error({ error, part }, 'a part failed')
    }
  }
  let shedBefore = 0
  const tick = setInterval(() => {
    const now = monotonic()
    runner.apply({ type: 'tick', at: unixMs(Date.now()) })
    guard('ingest/ethstats', () => gateway.tick(now))
    guard('desk', () => desk.tick(now, unixMs(Date.now())))
    loop.tick(now)
    const counted = ingest()
    front?.look(counted.admission.connections)
    const shed = totalOf(counted.intake.sheds)
    if (shed > shedBefore)
      health.set('intake', 'degraded', 'more comes in than can be worked through; low classes are dropped')
    else health.set('intake', 'ok')
    shedBefore = shed
  }, tickMs)
  const agentTick = setInterval(() => guard('ingest/netstats', () => gateway.agentTick()), agentTickMs)
  const feedTick = setInterval(() => guard('feed', () => feed.tick()), feedTickMs)
  const classicTick = setInterval(() => guard('classic', () => classic.tick(monotonic())), classicTickMs)

  const { address } = front
  log.info(
    { address: formatListenAddress(address), server: identity.id, connections: each, workers: front.workers },
    'listening',
  )

  const close = async (): Promise<void> => {
    draining = true
    desk.drain()
    health.set('http', 'stopped', 'draining')
    log.info({ sessions: desk.seated }, 'draining')
    const bound = AbortSignal.timeout(config.drainTimeout + 1000)
    const drained = await within(
      Promise.all([gateway.drain(config.drainTimeout), front?.drain(config.drainTimeout)]),
      bound,
    )
    if (!drained) log.warn({ frames: ingest().intake.items }, 'stopped before all waiting frames were worked through')
    // What came last is shown before the readers are sent away.
    guard('feed', () => feed.tick())
    guard('classic', () => classic.tick(monotonic()))
    clearInterval(tick)
    clearInterval(agentTick)
    clearInterval(feedTick)
    clearInterval(classicTick)
    await Promise.all([feed[Symbol.asyncDispose](), classic.close()])
    feedReader[Symbol.dispose]()
    loop[Symbol.dispose]()
    await front?.close()
    await app.close()
    await control?.[Symbol.asyncDispose]()
    await history?.[Symbol.asyncDispose]()
    await tls?.[Symbol.asyncDispose]()
    await access[Symbol.asyncDispose]()
    log.info({}, 'stopped')
  }
  let closing: Promise<void> | undefined

  return {
    address,
    get workers() {
      return front?.workers ?? 0
    },
    url: `http${tls === undefined ? '' : 's'}://${formatListenAddress(reachable(address))}`,
    core,
    history,
    access,
    async reload() {
      front?.reload()
      await tls?.reload()
    },
    parts: () => health.parts(),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/** True where it ended in time. */
const within = (work: Promise<unknown>, signal: AbortSignal): Promise<boolean> =>
  Promise.race([
    work.then(() => true),
    new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true })),
  ])
