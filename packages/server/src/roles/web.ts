/** The web role: dashboards on the feed and the classic protocol, REST, pages, and what the server says of itself. */
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { guardUpgrade, registerGuard } from '../api/guard.ts'
import { registerApi, registerApiMetrics, registerStatic } from '../api/mod.ts'
import { createClassicHub } from '../classic/classic-hub.ts'
import type { ClassicHub } from '../classic/classic-hub.ts'
import { createFeed, createFeedMeters, feedRefusal, registerFeedGauges } from '../feed/mod.ts'
import type { Feed } from '../feed/mod.ts'
import { basePathOf, feedLimitsOf, serverLimitsOf, webSettingsOf } from '../limits.ts'
import { createClientOf } from '../net/client-of.ts'
import type { ClientOf } from '../net/client-of.ts'
import { createHttp } from '../net/http.ts'
import type { Tls } from '../net/tls/open.ts'
import type { Upgrade, UpgradeOptions } from '../net/upgrades.ts'
import { createWebGuard } from '../net/web-guard.ts'
import type { WebGuard } from '../net/web-guard.ts'
import { createSocketServer } from '../net/web-sockets.ts'
import { createServerStatus } from '../status/server-status.ts'
import { registerClassicMetrics } from '../status/server-metrics.ts'
import { registerStatusRoutes } from '../status/status-routes.ts'
import type { Base } from './base.ts'
import type { CoreRole } from './core.ts'
import type { GatewayRole } from './gateway.ts'
import type { Parts } from './parts.ts'

interface Viewers {
  readonly feed: Feed
  readonly classic: ClassicHub
  /** Closes the connections of all dashboards. */
  readonly disconnectViewers: () => Promise<void>
}

export interface WebRole extends Viewers {
  readonly app: FastifyInstance
  readonly clientOf: ClientOf
  readonly upgrades: UpgradeOptions
}

export interface WebUses extends CoreRole, GatewayRole {
  readonly tls: Tls | undefined
}

interface ViewerParts extends Viewers {
  readonly clientOf: ClientOf
  readonly web: WebGuard
}

const builtDashboard = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))

export const openWebRole = async (parts: Parts, base: Base, uses: WebUses): Promise<WebRole> => {
  const clientOf = createClientOf(base.config.trustedProxies)
  const web = createWebGuard({
    settings: webSettingsOf(base.config),
    believes: (request) => clientOf.believes(request),
    onFault: uses.gateway.fault,
    addressOf: clientOf.address,
    log: base.log,
    now: base.monotonic,
  })
  const viewers = await parts.open('viewers', (stack) => openViewers(base, uses, web, stack))
  const viewerParts = { ...viewers, clientOf, web }
  const upgrades = upgradesOf(base, uses, viewerParts)
  const app = await parts.open('http', (stack) => {
    const { gateway, tls } = uses
    const { each, log } = base
    const app = createHttp({ ...upgrades, maxConnections: each, limitPlain: gateway.limitPlain, tls, log })
    stack.defer(() => app.close())
    return app
  })
  await parts.open('api', () => registerRoutes(base, uses, app, viewerParts))
  return { ...viewers, app, clientOf, upgrades }
}

const openViewers = (
  base: Base,
  { core, changeFanout, onHead, history, alarms }: WebUses,
  web: WebGuard,
  stack: AsyncDisposableStack,
): Viewers => {
  const { config, stages, metrics, identity } = base
  const classic = createClassicHub(core, changeFanout, {
    pingEveryMs: config.feed.pingEvery,
    primusEveryMs: config.ethstats.primusPingEvery,
    onSlice: (ms) => stages.observe('classic', ms),
  })
  onHead.add(classic.head)
  const feed = createFeed({
    core,
    dirty: stack.use(changeFanout.reader()),
    epoch: `${identity.id.slice(0, 8)}-${identity.epoch}`,
    version: base.version,
    limits: feedLimitsOf(config),
    recorded: history && { logs: history.recentLogs, metrics: history.latestMetrics },
    alarms,
    meters: createFeedMeters(metrics),
    now: Date.now,
    monotonic: base.monotonic,
    refusalOf: (request) => feedRefusal(web.why(request, 'feed')),
    onSlice: (ms) => stages.observe('feed', ms),
  })
  const disconnectViewers = async (): Promise<void> => {
    await Promise.all([feed[Symbol.asyncDispose](), classic.close()])
  }
  stack.defer(disconnectViewers)
  registerFeedGauges(metrics, () => feed.gauges())
  registerClassicMetrics(metrics, classic)
  return { feed, classic, disconnectViewers }
}

const upgradesOf = (
  base: Base,
  { auth, gateway }: WebUses,
  { feed, classic, web, clientOf }: ViewerParts,
): UpgradeOptions => {
  const feedSockets = createSocketServer(1 << 16)
  const onFeed: Upgrade = (request, socket, head, address) =>
    feedSockets.handleUpgrade(request, socket, head, (ws) => feed.handle(ws, request, address))
  const guarded = guardUpgrade(auth, web)
  const viewer = (upgrade: Upgrade): Upgrade | undefined => (base.config.feed.enabled ? guarded(upgrade) : undefined)
  return {
    upgrades: {
      ...gateway.upgrades,
      primus: viewer((request, socket, head) => classic.upgrade('primus', request, socket, head)),
      external: viewer((request, socket, head) => classic.upgrade('external', request, socket, head)),
      feed: viewer(onFeed),
    },
    admission: gateway.admission,
    loginQueue: gateway.loginQueue,
    web,
    basePath: basePathOf(base.config),
    addressOf: clientOf.address,
    isFromAfar: gateway.isFromAfar,
    onRefused: gateway.refused,
    onFault: gateway.fault,
    isDraining: () => base.progress.draining,
    now: base.monotonic,
  }
}

const registerRoutes = (base: Base, uses: WebUses, app: FastifyInstance, { clientOf, web }: ViewerParts): void => {
  const { config, log, version, metrics, health, identity, monotonic, progress } = base
  const { auth, core, consensus, deliveries, history, alarms, receivers } = uses
  registerGuard(app, auth, clientOf.address)
  // With workers the port answers before all of them listen; a balancer must not send anybody until then.
  const isReady = (): boolean => progress.entry !== undefined && !progress.draining
  // A plugin of its own: what compresses is ready by then.
  void app.register((self, _, done) => {
    registerStatusRoutes(self, {
      health,
      registry: metrics,
      isReady,
      version,
      serverId: identity.id,
      // Health is asked for by any name, also by a page that made one lead here.
      mayLook: (request) =>
        auth.httpAuthenticator.identify(request) !== undefined && web.why(request, 'feed') === undefined,
    })
    done()
  })
  const status = createServerStatus({
    version,
    server: identity.id,
    health,
    registry: metrics,
    isReady,
    limits: serverLimitsOf(config, base.each),
    workers: () => progress.entry?.processes ?? [],
  })
  const api = registerApi(app, {
    core,
    consensus,
    status,
    auth,
    isSecure: ({ raw }) => clientOf.isSecure(raw),
    web,
    prefixOf: ({ raw }) => clientOf.prefix(raw) ?? basePathOf(config),
    ...(history && { history: history.reader }),
    deliveries,
    alarms,
    receivers,
    version,
    log,
    now: Date.now,
    monotonic,
    clientOf: ({ raw }) => clientOf.address(raw),
  })
  registerApiMetrics(metrics, api)
  registerStatic(app, { root: base.dashboard ?? builtDashboard, monotonic })
}
