/** A worker: accepts agents and clients on the shared port, and sends what they say to the server that started it. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Socket } from 'node:net'
import type { Server as NetServer } from 'node:net'
import { reasonOf, systemClock } from '@netstats/sdk'
import { createSocketBus } from '../bus/socket/socket-bus.ts'
import type { Bus } from '../bus/bus.ts'
import { backlog, openExtraListeners } from '../net/extra-listeners.ts'
import type { OnListenerError } from '../net/extra-listeners.ts'
import { requestBounds } from '../net/http-bounds.ts'
import { createProxyTest } from '../net/client-address.ts'
import { createGateway } from '../gateway/gateway.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { createWebGuard } from '../net/web-guard.ts'
import type { WebGuard } from '../net/web-guard.ts'
import { watchEventLoop } from '../telemetry/event-loop.ts'
import { registerProcessMetrics } from '../telemetry/process-metrics.ts'
import { createMetricsRegistry } from '../telemetry/registry.ts'
import { createStageTimes, registerStages } from '../telemetry/stage-timings.ts'
import { createIsSecure } from '../net/is-secure.ts'
import { openTls } from '../net/tls/open.ts'
import type { Tls, TlsListener } from '../net/tls/open.ts'
import { routeUpgrades } from '../net/upgrades.ts'
import { oneAtATime } from '../net/request-queue.ts'
import { tellRefused } from '../net/refused-connections.ts'
import { createForwardingLog } from './forwarding-log.ts'
import { createUnknownLog } from './unknown-log.ts'
import { linkFiles } from './worker-messages.ts'
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts'
import { createProxy } from './proxy.ts'

const ignore = (): void => undefined

const tell = (message: FromWorker): void => {
  // The server may be gone already, or just now: `disconnect` ends this process then.
  if (process.connected) process.send?.(message, undefined, undefined, ignore)
}
let debug = false
const log = createForwardingLog(tell, () => debug)
const monotonic = (): number => performance.now()
let draining = false

/** The server says when it is over; a signal for all processes of a terminal or a service is not for us. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ignore)
// Nobody is left who asks how it ended, and it must end: `process.exit` may wait for ever (nodejs/node issue 54918).
const end = (): void => void process.kill(process.pid, 'SIGKILL')
process.on('disconnect', end)

const unknown = createUnknownLog(log, 'the server')

const busOver = (protocol: keyof typeof linkFiles, onFull: (full: boolean) => void): Bus => {
  const socket = new Socket({ fd: linkFiles[protocol], readable: true, writable: true })
  socket.on('close', end)
  return createSocketBus({
    socket,
    onBroken(error) {
      log.error({ error }, 'the link to the server broke')
      end()
    },
    onUnknown: (what) => unknown.note(what),
    onFull,
  })
}

/** Each accepts one connection a turn of the event loop: enough for all that can be handled in one. */
const extraListeners = 31

const listen = (server: NetServer, { host, port }: WorkerStart['listen'], onError: OnListenerError): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog, reusePort: true }, () => {
      server.off('error', reject)
      server.on('error', onError)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })

const serve = (start: WorkerStart, gateway: Gateway, tls: Tls | undefined): Server => {
  const server =
    tls === undefined
      ? createServer(requestBounds)
      : (createTlsServer({ ...requestBounds, handshakeTimeout: 10_000, ...tls.createTlsOptions() }) as Server)
  tls?.follow(server as unknown as TlsListener)
  const { trustedProxies, web } = start.settings
  const isProxy = createProxyTest(trustedProxies)
  const believes = ({ socket }: IncomingMessage): boolean => isProxy(socket.remoteAddress)
  const proxy = createProxy(start.internalSocket, {
    addressOf: gateway.addressOf,
    isSecure: createIsSecure(trustedProxies),
    believes,
  })
  server.keepAliveTimeout = 65_000
  server.requestTimeout = 30_000
  server.maxConnections = start.maxConnections
  gateway.limitPlain(server)
  server.on(
    'request',
    oneAtATime((request, response) => proxy.request(request, response)),
  )
  routeUpgrades(server, {
    upgrades: { ...gateway.upgrades, feed: proxy.upgrade, primus: proxy.upgrade, external: proxy.upgrade },
    admission: gateway.admission,
    loginQueue: gateway.loginQueue,
    // What is proxied is checked where it goes to.
    web: agentsOnly(
      createWebGuard({
        settings: web,
        believes,
        onFault: gateway.fault,
        addressOf: gateway.addressOf,
        log,
        now: monotonic,
      }),
    ),
    basePath: start.settings.basePath,
    addressOf: gateway.addressOf,
    isFromAfar: gateway.isFromAfar,
    onRefused: gateway.refused,
    onFault: gateway.fault,
    isDraining: () => draining,
    now: monotonic,
  })
  return server
}

const agentsOnly = (guard: WebGuard): WebGuard => ({
  ...guard,
  upgrade: (request, channel) =>
    channel === 'api' || channel === 'agent' ? guard.upgrade(request, channel) : undefined,
})

const begin = async (start: WorkerStart): Promise<void> => {
  debug = start.debug
  const loop = watchEventLoop(monotonic())
  const registry = createMetricsRegistry()
  await registerProcessMetrics(registry, { name: start.name, loop })
  // A link cannot be full before the gateway is there.
  let gateway: Gateway | undefined
  const onFull = (full: boolean): void => gateway?.hold(full)
  const made = createGateway({
    settings: start.settings,
    buses: { ethstats: busOver('ethstats', onFull), netstats: busOver('netstats', onFull) },
    log,
    stages: createStageTimes({ now: monotonic, observe: registerStages(registry) }),
    registry,
  })
  gateway = made
  const tls = start.tls && (await openTls({ config: start.tls, clock: systemClock, log, health: { set: () => false } }))
  const server = serve(start, made, tls)
  const tellReading = (): void => tell({ type: 'reading', at: Date.now(), metrics: registry.own() })
  const onError = tellRefused(log, monotonic)
  const port = await listen(server, start.listen, onError)
  const listeners = await openExtraListeners(server, { host: start.listen.host, port }, extraListeners, onError)
  tellReading()
  tell({ type: 'listening', port })

  setInterval(() => {
    made.tick(monotonic())
    loop.tick(monotonic())
    tellReading()
    const notes = made.takeRefused()
    if (notes.length > 0) tell({ type: 'refused', notes })
  }, 1000)
  setInterval(() => made.agentTick(), 250)

  const drain = async (graceMs: number): Promise<void> => {
    draining = true
    listeners.close()
    server.close()
    server.closeIdleConnections()
    await made.drain(graceMs)
    tellReading()
    // What was sent over the links leaves with this turn of the event loop.
    setImmediate(() => tell({ type: 'drained' }))
  }

  process.on('message', (message: ToWorker) => {
    if (message.type === 'reload') void tls?.reload()
    else if (message.type === 'drain') void drain(message.graceMs)
  })
}

process.once('message', (message: ToWorker) => {
  if (message.type !== 'start') return
  begin(message).catch((error: NodeJS.ErrnoException) => {
    tell({ type: 'failed', code: error.code ?? 'error', reason: reasonOf(error) })
    process.exitCode = 1
    process.disconnect()
  })
})
