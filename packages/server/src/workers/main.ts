/** A worker: takes in agents on the shared port, and hands what they say to the desk of the server that started it. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Socket } from 'node:net'
import type { Server as NetServer } from 'node:net'
import { reasonOf, systemClock } from '@netstats/sdk'
import { createDownReader } from '../bus/socket/down.ts'
import { createLine } from '../bus/socket/line.ts'
import { createUpWriter } from '../bus/socket/up.ts'
import type { Downward, Upward } from '../bus/model.ts'
import { backlog, openEars } from '../ears.ts'
import { requestBounds } from '../http-bounds.ts'
import { createGateway } from '../ingest/gateway.ts'
import type { Gateway } from '../ingest/gateway.ts'
import { ingestWork } from '../self/own-work.ts'
import { createProcessFacts } from '../self/process-facts.ts'
import { watchEventLoop } from '../self/process-metrics.ts'
import { createStageTimes } from '../self/stage-times.ts'
import { openTls } from '../tls/open.ts'
import type { Tls, TlsListener } from '../tls/open.ts'
import { routeUpgrades } from '../upgrades.ts'
import { createForwardingLog } from './forwarding-log.ts'
import { lineFiles } from './messages.ts'
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts'
import { createPassOn } from './pass-on.ts'

const ignore = (): void => undefined

const tell = (message: FromWorker): void => {
  // Whoever started it may be gone already, or just now: `disconnect` ends this process then.
  if (process.connected) process.send?.(message, undefined, undefined, ignore)
}
let debug = false
const log = createForwardingLog(tell, () => debug)
const monotonic = (): number => performance.now()
let draining = false

/** The server says when it is over; a signal for all processes of a terminal or a service is not for us. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ignore)
process.on('disconnect', () => process.exit(0))

const connectOver = (protocol: keyof typeof lineFiles, hold: (on: boolean) => void, down: Downward): Upward => {
  const socket = new Socket({ fd: lineFiles[protocol], readable: true, writable: true })
  const line = createLine({
    socket,
    read: createDownReader(down),
    onBroken(error) {
      log.error({ error }, 'the line to the server broke')
      process.exit(1)
    },
    onFull: hold,
  })
  socket.on('close', () => process.exit(0))
  return createUpWriter(line.out, line.wrote)
}

/** Each lets in one a turn of the event loop, so that these are enough for all that can be worked on in one. */
const moreEars = 31

const listen = (server: NetServer, { host, port }: WorkerStart['listen']): Promise<number> =>
  new Promise((resolve, reject) => {
    // Also later, where the system has no place for a connection: that must not end the process.
    server.on('error', reject)
    server.listen({ host, port, backlog, reusePort: true }, () => {
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
  const passOn = createPassOn(start.inner, gateway.addressOf)
  server.keepAliveTimeout = 65_000
  server.requestTimeout = 30_000
  server.maxConnections = start.maxConnections
  server.on('request', (request, response) => passOn.request(request, response))
  routeUpgrades(server, {
    upgrades: { ...gateway.upgrades, feed: passOn.upgrade, primus: passOn.upgrade, external: passOn.upgrade },
    admission: gateway.admission,
    turnstile: gateway.turnstile,
    addressOf: gateway.addressOf,
    onRefused: gateway.refused,
    onFault: gateway.fault,
    isDraining: () => draining,
    now: monotonic,
  })
  return server
}

const begin = async (start: WorkerStart): Promise<void> => {
  debug = start.debug
  const loop = watchEventLoop(monotonic())
  // Only told once the gateway is there; a line can not be full before.
  let gateway: Gateway | undefined
  const made = createGateway({
    settings: start.settings,
    connect: (down, protocol) => connectOver(protocol, (on) => gateway?.hold(on), down),
    log,
    stages: createStageTimes({ now: monotonic, observe: () => undefined }),
  })
  gateway = made
  const tls = start.tls && (await openTls({ config: start.tls, clock: systemClock, log, health: { set: () => false } }))
  const server = serve(start, made, tls)
  const facts = createProcessFacts({
    role: 'worker',
    name: start.name,
    loop,
    work: () => ingestWork(made.snapshot()),
  })
  const port = await listen(server, start.listen)
  const ears = await openEars(server, { host: start.listen.host, port }, moreEars)
  tell({ type: 'listening', port })

  setInterval(() => {
    made.tick(monotonic())
    loop.tick(monotonic())
    tell({ type: 'snapshot', snapshot: made.snapshot() })
  }, 1000)
  setInterval(() => made.agentTick(), 250)

  const drain = async (graceMs: number): Promise<void> => {
    draining = true
    ears.close()
    server.close()
    server.closeIdleConnections()
    await made.drain(graceMs)
    tell({ type: 'snapshot', snapshot: made.snapshot() })
    // What was written to the lines leaves with this turn of the event loop.
    setImmediate(() => tell({ type: 'drained' }))
  }

  process.on('message', (message: ToWorker) => {
    if (message.type === 'facts') {
      void facts().then((answer) => tell({ type: 'facts', id: message.id, facts: answer }))
    } else if (message.type === 'reload') void tls?.reload()
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
