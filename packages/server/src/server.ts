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
import { reasonOf } from '@netstats/sdk'
import { formatListenAddress } from '@netstats/sdk/config'
import type { Store } from '@netstats/sdk/store'
import { registerApi, registerApiMetrics, registerStatic } from './api/mod.ts'
import { createClassicHub } from './classic/hub.ts'
import type { ServerConfig } from './config.ts'
import { openServerControl } from './control/open-server-control.ts'
import { createCoreRunner } from './core-runner.ts'
import { createDirtyHub } from './feed/dirty-hub.ts'
import { createFeed } from './feed/mod.ts'
import { openGeo } from './geo/mod.ts'
import type { History } from './history/model.ts'
import { registerHistoryMetrics } from './history/metrics.ts'
import { openServerHistory } from './history/open.ts'
import { createHttp, httpFaults } from './http.ts'
import type { HttpFault, Upgrade } from './http.ts'
import { openIdentity } from './identity.ts'
import { createAdmission } from './ingest/admission.ts'
import { createAddressOf } from './ingest/client-address.ts'
import { createEthstatsEndpoint } from './ingest/endpoint.ts'
import { createSecretCheck } from './ingest/secrets.ts'
import { listen, reachable } from './listen.ts'
import { intakeLimitsOf, serverLimitsOf, sessionLimitsOf, unfinishedBytesOf } from './limits.ts'
import { createFacts } from './self/gather-facts.ts'
import { createHealth } from './self/health.ts'
import { createMetrics } from './self/metrics.ts'
import { ownWork } from './self/own-work.ts'
import { createProcessFacts } from './self/process-facts.ts'
import { registerServerMetrics } from './self/server-metrics.ts'
import { defaultMaxConnections } from './self/open-files.ts'
import { watchEventLoop } from './self/process-metrics.ts'
import { registerSelfRoutes } from './self/routes.ts'
import { createStageTimes } from './self/stage-times.ts'
import type { ShedCounts } from './intake/shed-counts.ts'
import { createCore } from './shard/mod.ts'
import type { Core } from './shard/model.ts'
import { createSocketServer } from './web-sockets.ts'

export interface ServerOptions {
  readonly config: ServerConfig
  readonly log: Logger
  /** Shown in `/healthz` and told to feed readers. */
  readonly version: string
  /** Folder of the built dashboard; the one of this repository by default. A page says so where it is not built. */
  readonly dashboard?: string
  /** Opens the store of the history; the one in the data folder by default. */
  readonly openStore?: () => Promise<Store>
}

/** A running server. Disposing it drains and closes everything it opened, within a bound. */
export interface ServerHandle extends AsyncDisposable {
  /** Where it really listens: the port is never 0. */
  readonly address: { readonly host: string; readonly port: number }
  readonly url: string
  /** The live state, to look at. */
  readonly core: Core
  /** Undefined where the configuration turns it off. */
  readonly history: History | undefined
  parts(): readonly PartStatus[]
}

const builtDashboard = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const tickMs = 1000
const feedTickMs = 125
const sweepEvery = 10
const classicTickMs = 500
/** Places kept for HTTP when WebSockets have taken all others, so that health can still be asked. */
const reservedConnections = 64

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
  const maxConnections = config.limits.connections ?? defaultMaxConnections()

  const health = createHealth(Date.now)
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
  const sheds = (): ShedCounts => endpoint.intake.sheds
  const history = await openServerHistory({ config, log, health, sheds, openStore: options.openStore })
  const core = createCore({ locate: geo.locate, observer: history?.recorder ?? null })
  const dirty = createDirtyHub(core)
  const classic = createClassicHub(core, dirty, {
    pingEveryMs: config.feed.pingEvery,
    primusEveryMs: config.ethstats.primusPingEvery,
    onSlice: (ms) => stages.observe('classic', ms),
  })
  const runner = createCoreRunner({ core, stages, health, log, onHead: classic.head, recorder: history?.recorder })
  const admission = createAdmission({
    connections: Math.max(1, maxConnections - reservedConnections),
    connectionsPerAddress: config.limits.connectionsPerAddress,
    connectRate: { perSecond: config.limits.connectsPerSecond, burst: config.limits.connectsPerSecond * 4 },
  })
  const endpoint = createEthstatsEndpoint({
    core,
    apply: runner.apply,
    accepts: createSecretCheck(secrets.map((one) => one.reveal())),
    limits: sessionLimitsOf(config),
    intakeLimits: intakeLimitsOf(config),
    maxFrameBytes: config.ethstats.maxFrame,
    maxUnfinishedBytes: unfinishedBytesOf(config),
    log,
    stages,
  })
  const addressOf = createAddressOf(config.trustedProxies)
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
  let draining = false

  const feedSockets = createSocketServer(1 << 16)
  const onFeed: Upgrade = (request, socket, head, address) =>
    feedSockets.handleUpgrade(request, socket, head, (ws) => feed.handle(ws, request, address))
  const open = config.feed.enabled
  const faults = Object.fromEntries(httpFaults.map((one) => [one, 0])) as Record<HttpFault, number>
  const app = createHttp({
    upgrades: {
      api: endpoint.upgrade,
      primus: open ? (request, socket, head) => classic.upgrade('primus', request, socket, head) : undefined,
      external: open ? (request, socket, head) => classic.upgrade('external', request, socket, head) : undefined,
      feed: open ? onFeed : undefined,
    },
    admission,
    addressOf,
    onRefused: (reason) => endpoint.machine.counts.refused[reason]++,
    onFault: (reason) => faults[reason]++,
    isDraining: () => draining,
    maxConnections,
    log,
    now: monotonic,
  })
  registerServerMetrics(metrics, { endpoint, feed, classic, runner, admission, loop, core, geo, httpFaults: faults })
  if (history !== undefined) registerHistoryMetrics(metrics, history.counts)
  registerSelfRoutes(app, { health, metrics, isReady: () => !draining, version, serverId: identity.id })
  const work = () => ownWork({ endpoint, feed, classic, httpFaults: faults })
  const facts = createFacts({
    version,
    server: identity.id,
    health,
    core,
    runner,
    feed,
    history: history?.counts,
    isReady: () => !draining,
    limits: serverLimitsOf(config, maxConnections),
    processes: [createProcessFacts({ role: 'server', name: 'server', loop, work })],
  })
  const api = registerApi(app, {
    core,
    facts,
    ...(history && { history: history.reader }),
    version,
    log,
    now: Date.now,
    monotonic,
    clientOf: ({ raw: { socket, headers } }) => {
      const forwarded = headers['x-forwarded-for']
      return addressOf(socket.remoteAddress, typeof forwarded === 'string' ? forwarded : undefined)
    },
  })
  registerApiMetrics(metrics, api)
  registerStatic(app, { root: options.dashboard ?? builtDashboard, monotonic })

  await history?.begin(core)
  const address = await listen(app, config.listen).catch(async (error: unknown) => {
    loop[Symbol.dispose]()
    await history?.[Symbol.asyncDispose]()
    feedReader[Symbol.dispose]()
    await feed[Symbol.asyncDispose]()
    throw error
  })
  const control =
    history &&
    (await openServerControl({
      data: config.data,
      reader: history.reader,
      retention: config.history.retention,
      log,
      health,
    }))
  for (const part of ['http', 'core', 'ingest/ethstats', 'intake', 'feed', 'classic']) health.set(part, 'ok')

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
  let ticks = 0
  const tick = setInterval(() => {
    const now = monotonic()
    runner.apply({ type: 'tick', at: unixMs(Date.now()) })
    guard('ingest/ethstats', () => endpoint.tick(now))
    if (++ticks % sweepEvery === 0) admission.sweep(now)
    loop.tick(now)
    const shed = totalOf(endpoint.intake.sheds)
    if (shed > shedBefore)
      health.set('intake', 'degraded', 'more comes in than can be worked through; low classes are dropped')
    else health.set('intake', 'ok')
    shedBefore = shed
  }, tickMs)
  const feedTick = setInterval(() => guard('feed', () => feed.tick()), feedTickMs)
  const classicTick = setInterval(() => guard('classic', () => classic.tick(monotonic())), classicTickMs)

  log.info({ address: formatListenAddress(address), server: identity.id, connections: maxConnections }, 'listening')

  const close = async (): Promise<void> => {
    draining = true
    health.set('http', 'stopped', 'draining')
    log.info({ sessions: endpoint.machine.states.ready }, 'draining')
    const bound = AbortSignal.timeout(config.drainTimeout + 1000)
    const drained = await within(endpoint.drain(config.drainTimeout), bound)
    if (!drained) log.warn({ frames: endpoint.intake.items }, 'stopped before all waiting frames were worked through')
    // What came last is shown before the readers are sent away.
    guard('feed', () => feed.tick())
    guard('classic', () => classic.tick(monotonic()))
    clearInterval(tick)
    clearInterval(feedTick)
    clearInterval(classicTick)
    await Promise.all([feed[Symbol.asyncDispose](), classic.close()])
    feedReader[Symbol.dispose]()
    loop[Symbol.dispose]()
    await app.close()
    await control?.[Symbol.asyncDispose]()
    await history?.[Symbol.asyncDispose]()
    log.info({}, 'stopped')
  }
  let closing: Promise<void> | undefined

  return {
    address,
    url: `http://${formatListenAddress(reachable(address))}`,
    core,
    history,
    parts: () => health.parts(),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

const totalOf = (sheds: Readonly<Record<string, Readonly<Record<string, number>>>>): number => {
  let total = 0
  for (const reasons of Object.values(sheds)) for (const value of Object.values(reasons)) total += value
  return total
}

/** True where it ended in time. */
const within = (work: Promise<void>, signal: AbortSignal): Promise<boolean> =>
  Promise.race([
    work.then(() => true),
    new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true })),
  ])
