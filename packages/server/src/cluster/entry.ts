/**
 * Accepts connections in this process, or in worker processes on the same port when one process is not enough. With workers
 * the server also listens on an internal socket, to which they proxy pages, REST and viewers.
 *
 *     one process:  port ══► server             many:  port ══► workers ─ bus ───────► server
 *                                                              └─ pages, viewers ────► internal socket
 */
import { chmodSync, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import type { Clock, Logger } from '@netstats/sdk'
import type { FastifyInstance } from 'fastify'
import type { RefusalNote } from '../auth/refused-logins.ts'
import type { ClientOf } from '../net/client-of.ts'
import { openSocketPath } from '../net/unix-socket-path.ts'
import type { GatewayAcceptor } from '../bus/bus.ts'
import { requestBounds } from '../net/http-bounds.ts'
import type { Admission } from '../net/admission.ts'
import type { GatewaySettings } from '../gateway/gateway.ts'
import { canShare, claimPort, listen, listenFailure, probePort } from '../net/listen.ts'
import type { Address } from '../net/address.ts'
import type { Health } from '../telemetry/health.ts'
import type { Reading } from '../telemetry/registry.ts'
import type { TlsConfig } from '../net/tls/config.ts'
import { tellRefused } from '../net/refused-connections.ts'
import { routeUpgrades } from '../net/upgrades.ts'
import type { UpgradeOptions } from '../net/upgrades.ts'
import { workersAtStart, workersFor } from './worker-scaling.ts'
import { openWorkers } from './open-workers.ts'
import type { Workers } from './open-workers.ts'
import type { WorkerReading } from './worker.ts'

export interface EntryOptions {
  readonly app: FastifyInstance
  /** Folder with the internal socket, where there are workers. */
  readonly data: string
  readonly listen: Address
  /** As many as this; `auto`: as many as the connections need. */
  readonly workers: number | 'auto'
  /** Connections that shall be possible in all, where the operator says so. */
  readonly connections: number | undefined
  /** Nodes that were here before the server was restarted. */
  readonly known: number
  /** Connections one process can hold, and those for agents and readers among them. */
  readonly maxConnections: number
  readonly each: number
  /** Settings of a worker, by the number of workers. */
  readonly settings: (workers: number) => GatewaySettings
  readonly upgrades: UpgradeOptions
  readonly clientOf: ClientOf
  readonly tls: TlsConfig | undefined
  readonly core: GatewayAcceptor
  /** Refusals by workers. */
  readonly onRefused: (notes: readonly RefusalNote[]) => void
  readonly clock: Clock
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
}

export interface Entry {
  readonly address: Address
  readonly workers: number
  /** What workers have counted; nothing where there are none. */
  readonly readings: readonly Reading[]
  readonly processes: readonly WorkerReading[]
  /** Bus messages of newer workers that this process does not know. */
  readonly unknownMessages: number
  reload(): void
  /** Starts workers where there are more connections than the processes should hold; called once a second. */
  scale(connections: number): void
  /** Refuses new connections, and ends the workers. */
  drain(graceMs: number): Promise<void>
  close(): Promise<void>
}

/** Workers have done the admission already. */
const admitAll: Admission = {
  enter: () => undefined,
  known: () => undefined,
  leave: () => undefined,
  sweep: () => undefined,
  connections: 0,
  addresses: 0,
}

interface InternalSocket {
  readonly path: string
  close(): Promise<void>
}

const openInternalSocket = async ({ app, data, upgrades, clientOf }: EntryOptions): Promise<InternalSocket> => {
  await using opening = new AsyncDisposableStack()
  const { path } = opening.use(await openSocketPath(data, 'internal'))
  // What a killed server left: this one has the folder to itself.
  await rm(path, { force: true })
  await app.ready()
  // A worker has looked for it where HTTP wants one; balancers ask for health as of HTTP/1.0, which does not.
  const bounds = { ...requestBounds, requireHostHeader: false }
  const server = createServer(bounds, (request, response) => app.routing(request, response))
  server.keepAliveTimeout = 65_000
  server.on('connection', (socket: Socket) => clientOf.trust(socket))
  const { loginQueue: _, ...rest } = upgrades
  routeUpgrades(server, { ...rest, admission: admitAll })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
    // It is bound by now. What comes over it is trusted, so only this user may connect.
    if (existsSync(path)) chmodSync(path, 0o600)
  })
  opening.defer(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  })
  const opened = opening.move()
  return { path, close: () => opened.disposeAsync() }
}

// oxlint-disable-next-line max-lines-per-function -- the list of what listens, opened in its order and closed in reverse
export const openEntry = async (options: EntryOptions): Promise<Entry> => {
  const { app, clock, log, health, core } = options
  const cores = availableParallelism()
  const count = options.workers !== 'auto' ? options.workers : canShare ? workersAtStart({ ...options, cores }) : 0
  await using opening = new AsyncDisposableStack()
  let internal: InternalSocket | undefined
  opening.defer(async () => internal?.close())
  let workers: Workers | undefined
  // Where the start fails after them, or draining does, they are still running.
  opening.defer(async () => workers?.drain(0))
  let changing = false

  const start = async (wanted: number, address: Address): Promise<Workers> => {
    internal ??= await openInternalSocket(options)
    const opened = await openWorkers({
      count: wanted,
      listen: address,
      start: {
        settings: options.settings(wanted),
        maxConnections: options.maxConnections,
        tls: options.tls,
        internalSocket: internal.path,
        debug: (log as { isLevelEnabled?: (level: string) => boolean }).isLevelEnabled?.('debug') ?? false,
      },
      core,
      onRefused: options.onRefused,
      clock,
      log,
      health,
    })
    workers = opened
    return opened
  }

  await using _claim = await claimPort(options.listen)
  let address = options.listen
  let stop: () => void = () => undefined
  if (count === 0) ({ address, stop } = await listen(app, options.listen, tellRefused(log, options.upgrades.now)))
  else {
    await probePort(options.listen).catch((error: NodeJS.ErrnoException) => {
      throw listenFailure(options.listen, error)
    })
    address = (await start(count, options.listen)).address
    const whyAuto =
      options.connections === undefined
        ? `${options.known} nodes were here before`
        : `a process can hold ${options.each} connections`
    const because = options.workers === 'auto' ? whyAuto : 'as configured'
    log.info({ workers: count, because }, 'workers take in agents')
  }

  /** This process goes on listening beside them: closing a listener resets the connections that it has not accepted yet. */
  const join = async (wanted: number, connections: number): Promise<void> => {
    changing = true
    try {
      log.info({ connections, each: options.each, workers: wanted }, 'workers take in agents too')
      await start(wanted, address)
    } catch (error) {
      const meanwhile = `workers could not be started; this process alone has room for ${options.each} connections`
      log.error({ error }, meanwhile)
      health.set('workers', 'failed', meanwhile)
    } finally {
      changing = false
    }
  }

  opening.defer(() => stop())
  const opened = opening.move()
  return {
    get address() {
      return address
    },
    get workers() {
      return workers?.count ?? 0
    },
    get readings() {
      return workers?.readings ?? []
    },
    get processes() {
      return workers?.processes ?? []
    },
    get unknownMessages() {
      return workers?.unknownMessages ?? 0
    },
    reload: () => workers?.reload(),
    scale(connections) {
      if (options.workers !== 'auto' || changing || !canShare) return
      const now = workers?.count ?? 0
      const wanted = workersFor(connections, now, { each: options.each, cores })
      if (wanted === now) return
      if (workers === undefined) void join(wanted, connections)
      else {
        log.info({ connections, workers: wanted }, 'more workers take in agents')
        workers.grow(wanted)
      }
    },
    async drain(graceMs) {
      changing = true
      await workers?.drain(graceMs)
    },
    close: () => opened.disposeAsync(),
  }
}
