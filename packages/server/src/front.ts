/**
 * Where the world comes in: this process while it can hold everybody, workers on the same port when it can not. With
 * workers the server listens on a socket of its own, on which they pass on what is not for agents.
 *
 *     one process:  port ══► server             many:  port ══► workers ─ bus ───────► server
 *                                                              └─ pages, readers ────► its own socket
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Logger } from '@netstats/sdk'
import type { FastifyInstance } from 'fastify'
import type { ClientOf } from './client-of.ts'
import type { Desk } from './desk/desk.ts'
import { requestBounds } from './http-bounds.ts'
import type { Admission } from './ingest/admission.ts'
import type { GatewaySettings } from './ingest/gateway.ts'
import type { IngestSnapshot } from './ingest/snapshot.ts'
import { canShare, listen, listenFailure, probePort } from './listen.ts'
import type { Address } from './listen.ts'
import type { Health } from './self/health.ts'
import type { ProcessFacts } from './self/server-facts.ts'
import type { TlsConfig } from './tls/config.ts'
import { routeUpgrades } from './upgrades.ts'
import type { UpgradeOptions } from './upgrades.ts'
import { workersAtStart, workersFor } from './workers/fleet-size.ts'
import { openWorkers } from './workers/open-workers.ts'
import type { Workers } from './workers/open-workers.ts'

export interface FrontOptions {
  readonly app: FastifyInstance
  readonly listen: Address
  /** As many as this; `auto`: as many as the connections need. */
  readonly workers: number | 'auto'
  /** Connections that shall be possible in all, where the operator says so. */
  readonly connections: number | undefined
  /** Nodes that were here before the server was started anew. */
  readonly known: number
  /** Connections one process can hold, and those for agents and readers among them. */
  readonly maxConnections: number
  readonly each: number
  /** What a worker works with, when there are so many of them. */
  readonly settings: (workers: number) => GatewaySettings
  readonly upgrades: UpgradeOptions
  readonly clientOf: ClientOf
  readonly tls: TlsConfig | undefined
  readonly desk: Pick<Desk, 'open'>
  readonly clock: Clock
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
}

export interface Front {
  readonly address: Address
  readonly workers: number
  /** What workers have counted; nothing where there are none. */
  readonly snapshots: readonly IngestSnapshot[]
  facts(): Promise<readonly ProcessFacts[]>
  reload(): void
  /** To be told now and then how many connections there are in all. */
  look(connections: number): void
  /** Lets nobody in any more, and ends the workers. */
  drain(graceMs: number): Promise<void>
  close(): Promise<void>
}

/** Workers have counted who comes, and how often. */
const everybody: Admission = {
  enter: () => undefined,
  leave: () => undefined,
  sweep: () => undefined,
  connections: 0,
  addresses: 0,
}

interface Inner {
  readonly path: string
  close(): Promise<void>
}

const openInner = async ({ app, upgrades, clientOf }: FrontOptions): Promise<Inner> => {
  const folder = await mkdtemp(join(tmpdir(), 'netstats-inner-'))
  const path = join(folder, 'server.sock')
  await app.ready()
  const server = createServer(requestBounds, (request, response) => app.routing(request, response))
  server.keepAliveTimeout = 65_000
  server.on('connection', (socket: Socket) => clientOf.trust(socket))
  const { turnstile: _, ...rest } = upgrades
  routeUpgrades(server, { ...rest, admission: everybody })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return {
    path,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const openFront = async (options: FrontOptions): Promise<Front> => {
  const { app, clock, log, health, desk } = options
  const cores = availableParallelism()
  const count = options.workers !== 'auto' ? options.workers : canShare ? workersAtStart({ ...options, cores }) : 0
  let inner: Inner | undefined
  let workers: Workers | undefined
  let changing = false

  const start = async (wanted: number, address: Address): Promise<Workers> => {
    inner ??= await openInner(options)
    const opened = await openWorkers({
      count: wanted,
      listen: address,
      start: {
        settings: options.settings(wanted),
        maxConnections: options.maxConnections,
        tls: options.tls,
        inner: inner.path,
        debug: (log as { isLevelEnabled?: (level: string) => boolean }).isLevelEnabled?.('debug') ?? false,
      },
      desk,
      clock,
      log,
      health,
    })
    workers = opened
    return opened
  }

  let address = options.listen
  let stop: () => void = () => undefined
  if (count === 0) ({ address, stop } = await listen(app, options.listen))
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

  /** This process goes on listening beside them: the end of a listener resets those who are about to be let in. */
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

  return {
    get address() {
      return address
    },
    get workers() {
      return workers?.count ?? 0
    },
    get snapshots() {
      return workers?.snapshots ?? []
    },
    facts: async () => (await workers?.facts()) ?? [],
    reload: () => workers?.reload(),
    look(connections) {
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
    async close() {
      stop()
      await inner?.close()
    },
  }
}
