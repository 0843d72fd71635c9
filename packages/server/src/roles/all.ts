/**
 * All roles in one process:
 *
 *     agents ──/api, /agent──► gateway ─ queue ─► core ◄─ reads ─ feed ──/feed──► dashboards
 *                                               ▲   └──────── classic ──/primus, /external──► classic dashboards
 *                                             tick  ▲ └────── REST ──/api/v1
 *                                                   │              │
 *                                       history: recorder ─► store ◄┘
 *
 * A role is a list of parts, so that a process can have some of them: what the gateway needs of the core is the link to
 * its sessions, and what the web needs of both is what they show.
 */
import { systemClock } from '@netstats/sdk'
import { formatListenAddress } from '@netstats/sdk/config'
import { openServerAdminSocket } from '../admin/open-admin-socket.ts'
import { openEntry } from '../cluster/entry.ts'
import type { Entry } from '../cluster/entry.ts'
import { endsWithin } from '../lib/with-timeout.ts'
import { gatewaySettingsOf, reservedConnections } from '../limits.ts'
import { registerTlsMetrics } from '../net/tls/metrics.ts'
import { openTls } from '../net/tls/open.ts'
import type { Tls } from '../net/tls/open.ts'
import { openBase } from './base.ts'
import type { Base, ServerOptions } from './base.ts'
import { openCoreRole } from './core.ts'
import type { CoreRole } from './core.ts'
import { openGatewayRole } from './gateway.ts'
import type { GatewayRole } from './gateway.ts'
import type { Parts } from './parts.ts'
import { openTicks } from './ticks.ts'
import { openWebRole } from './web.ts'
import type { WebRole } from './web.ts'

export interface AllRoles extends CoreRole, GatewayRole, WebRole {
  readonly base: Base
  readonly tls: Tls | undefined
  readonly entry: Entry
}

export const openAllRoles = async (parts: Parts, options: ServerOptions): Promise<AllRoles> => {
  const base = await openBase(parts, options)
  const { config, log, health } = base
  const tls = await parts.open('tls', async (stack) => {
    const tls = stack.use(config.tls && (await openTls({ config: config.tls, clock: systemClock, log, health })))
    if (tls !== undefined) registerTlsMetrics(base.metrics, tls, Date.now)
    return tls
  })
  const core = await openCoreRole(parts, base)
  const gateway = await openGatewayRole(parts, base, core)
  const web = await openWebRole(parts, base, { ...core, ...gateway, tls })
  await parts.open('restored history', () => core.history?.begin(core.core))
  core.alarms?.begin(core.runner.apply)
  await parts.open('admin', async (stack) => {
    stack.use(
      await openServerAdminSocket({
        data: config.data,
        reader: core.history?.reader,
        retention: config.history.retention,
        auth: core.auth.admin,
        receivers: core.receivers,
        copyAuth: core.auth.copyTo,
        copyAlarms: core.alarms?.copyTo,
        log,
        health,
      }),
    )
  })
  const roles = { ...core, ...gateway, ...web, base, tls }
  const entry = await parts.open('listeners', (stack) => openListeners(roles, stack))
  await parts.open('ticks', (stack) => openTicks(base, roles, stack))
  await parts.open('drain', (stack) => {
    // What came last is shown before the viewers are sent away.
    stack.defer(() => web.classic.tick(base.monotonic()))
    stack.defer(() => web.feed.tick())
    stack.defer(() => drain({ ...roles, entry }))
  })
  return { ...roles, entry }
}

const openListeners = async (roles: Omit<AllRoles, 'entry'>, stack: AsyncDisposableStack): Promise<Entry> => {
  const { config, each, log, health, progress } = roles.base
  const entry = await openEntry({
    app: roles.app,
    data: config.data,
    listen: config.listen,
    workers: config.workers,
    connections: config.limits.connections,
    known: roles.core.counts().nodes,
    maxConnections: each,
    each: Math.max(1, each - reservedConnections),
    settings: (workers) => gatewaySettingsOf(config, each, workers),
    upgrades: roles.upgrades,
    clientOf: roles.clientOf,
    tls: config.tls,
    core: roles.sessions,
    onRefused: roles.noteRefused,
    clock: systemClock,
    log,
    health,
  })
  stack.defer(() => entry.close())
  // Nobody can connect any more when those who are connected are sent away: a listener closes when all have left it.
  stack.defer(roles.disconnectViewers)
  progress.entry = entry
  log.info(
    {
      address: formatListenAddress(entry.address),
      server: roles.base.identity.id,
      connections: each,
      workers: entry.workers,
    },
    'listening',
  )
  return entry
}

/** Ends all sessions of agents; what they have sent is worked through, within a bound. */
const drain = async ({ base, sessions, gateway, entry }: AllRoles): Promise<void> => {
  const { config, health, log, progress, metrics } = base
  progress.draining = true
  sessions.drain()
  health.set('http', 'stopped', 'draining')
  log.info({ sessions: sessions.registered }, 'draining')
  const drained = await endsWithin(
    Promise.all([gateway.drain(config.drainTimeout), entry.drain(config.drainTimeout)]),
    config.drainTimeout + 1000,
  )
  if (!drained) {
    const frames = metrics.value('queue_items')
    log.warn({ frames }, 'stopped before all waiting frames were worked through')
  }
}
