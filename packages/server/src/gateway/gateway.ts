/**
 * What accepts agents and clients: both protocols, admission, and what was counted. The same in the one process of a small
 * server and in each worker of a large one; buses lead to the core.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Logger } from '@netstats/sdk'
import type { Bus } from '../bus/bus.ts'
import type { Refusal } from '../bus/refusals.ts'
import { createFairShare } from '@netstats/sdk/limits'
import type { PoolLimits } from '@netstats/sdk/limits'
import type { QueueLimits } from './queue-model.ts'
import { limitPlainConnections } from '../net/plain-connections.ts'
import type { PlainConnections } from '../net/plain-connections.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { StageTimes } from '../telemetry/stage-timings.ts'
import type { WebSettings } from '../net/web-policy.ts'
import { httpFaults } from '../net/upgrades.ts'
import type { HttpFault, Upgrade } from '../net/upgrades.ts'
import { isPassing, isToldOverHttp } from '../bus/refusal-cures.ts'
import type { RefusalNote } from '../auth/refused-logins.ts'
import { createAdmission } from '../net/admission.ts'
import type { Admission, AdmissionLimits } from '../net/admission.ts'
import { createAddressList, createAddressOf, createUnknownProxyTest } from '../net/client-address.ts'
import { createEthstatsEndpoint } from './ethstats/ethstats-endpoint.ts'
import { createNetstatsEndpoint } from './netstats/netstats-endpoint.ts'
import { createRefusalNotes } from './refusal-notes.ts'
import type { ReadingLimits } from './netstats/reading-budget.ts'
import type { SessionLimits } from './ethstats/ethstats-session.ts'
import { registerGatewayMetrics } from './gateway-metrics.ts'
import { createLoginQueue } from '../net/login-queue.ts'
import type { LoginQueue, LoginQueueLimits } from '../net/login-queue.ts'

/** Plain values, which are sent to workers. */
export interface GatewaySettings {
  readonly sessions: SessionLimits
  readonly queue: QueueLimits
  readonly admission: AdmissionLimits
  /** Connections that are no WebSocket. */
  readonly plain: PoolLimits
  /** Connections that a process can hold. */
  readonly maxConnections: number
  readonly loginQueue: LoginQueueLimits
  readonly maxFrameBytes: number
  /** What frames that have begun and not ended may hold, over all connections. */
  readonly maxPartialBytes: number
  /** What is read of agents, in bytes as they are after inflating. */
  readonly reading: ReadingLimits
  readonly agentPingMs: number
  readonly compress: boolean
  readonly trustedProxies: readonly string[]
  /** Only agents of this machine may report, for there is no secret. */
  readonly onlyHere: boolean
  readonly web: WebSettings
  readonly basePath: string
}

export interface GatewayOptions {
  readonly settings: GatewaySettings
  /** The way to the core for each protocol. */
  readonly buses: { readonly ethstats: Bus; readonly netstats: Bus }
  readonly log: Logger
  readonly stages: StageTimes
  readonly registry: MetricsRegistry
}

export interface Gateway {
  readonly upgrades: { readonly api: Upgrade; readonly agent: Upgrade }
  readonly admission: Admission
  readonly loginQueue: LoginQueue
  /** Watches over the connections of a server that are no WebSockets. */
  readonly limitPlain: (server: Server) => void
  /** Who is at the other end of a request. */
  readonly addressOf: (request: IncomingMessage) => string
  /** Whether an agent may come from anywhere, through a proxy that nobody named, where only this machine may report. */
  readonly isFromAfar: (request: IncomingMessage) => boolean
  readonly refused: (reason: Refusal, address?: string) => void
  readonly fault: (reason: HttpFault, address?: string) => void
  /** Who was refused since it was asked last. */
  takeRefused(): readonly RefusalNote[]
  /** Once a second. `now` is monotonic. */
  tick(now: number): void
  /** Four times a second. */
  agentTick(): void
  /** Handles nothing while the bus is full: what waits is shed by class, and agents are not read from. */
  hold(on: boolean): void
  /** Ends all sessions; what they have sent is worked through. */
  drain(graceMs: number): Promise<void>
}

const sweepEvery = 10

// oxlint-disable-next-line max-lines-per-function -- the list of parts of a gateway and how they are connected
export const createGateway = ({ settings, buses, log, stages, registry }: GatewayOptions): Gateway => {
  const faults = Object.fromEntries(httpFaults.map((one) => [one, 0])) as Record<HttpFault, number>
  const notes = createRefusalNotes()
  const admission = createAdmission(settings.admission)
  const loginQueue = createLoginQueue({
    limits: settings.loginQueue,
    now: () => performance.now(),
    defer: setImmediate,
    later: (run, ms) => void setTimeout(run, ms),
  })
  const addressOf = createAddressOf(settings.trustedProxies)
  const isUnknownProxy = createUnknownProxyTest(settings.trustedProxies)
  const readShare = createFairShare(settings.reading, performance.now())
  const ethstats = createEthstatsEndpoint({
    bus: buses.ethstats,
    limits: settings.sessions,
    queueLimits: settings.queue,
    maxFrameBytes: settings.maxFrameBytes,
    maxPartialBytes: settings.maxPartialBytes,
    readShare,
    onKnown: admission.known,
    log,
    onRefused: notes.add,
    stages,
  })
  const netstats = createNetstatsEndpoint({
    bus: buses.netstats,
    maxPartialBytes: settings.maxPartialBytes,
    reading: settings.reading,
    readShare,
    onKnown: admission.known,
    pingMs: settings.agentPingMs,
    compress: settings.compress,
    log,
    onRefused: notes.add,
  })
  registerGatewayMetrics(registry, { ethstats, netstats, admission, faults })
  let ticks = 0
  let plain: PlainConnections | undefined

  const refused = (reason: Refusal, address = ''): void => {
    ethstats.protocol.counts.refused[reason]++
    if (!isPassing(reason)) notes.add({ name: '', address, reason, via: 'http', at: Date.now() })
  }

  return {
    upgrades: { api: ethstats.upgrade, agent: netstats.upgrade },
    admission,
    loginQueue,
    isFromAfar: (request) => settings.onlyHere && isUnknownProxy(request),
    limitPlain(server) {
      plain = limitPlainConnections(server, {
        limits: settings.plain,
        isProxy: createAddressList(settings.trustedProxies),
        room: () => settings.maxConnections - admission.connections,
        onRefused: (address) => refused('too-many-from-address', address),
        now: () => performance.now(),
      })
    },
    addressOf({ socket, headers }) {
      const forwarded = headers['x-forwarded-for']
      return addressOf(socket.remoteAddress, typeof forwarded === 'string' ? forwarded : undefined)
    },
    refused,
    fault(reason, address = '') {
      faults[reason]++
      if (isToldOverHttp(reason)) notes.add({ name: '', address, reason, via: 'http', at: Date.now() })
    },
    takeRefused: () => notes.take(),
    tick(now) {
      ethstats.tick(now)
      if (++ticks % sweepEvery !== 0) return
      admission.sweep(now)
      plain?.sweep()
    },
    agentTick: () => netstats.tick(),
    hold(on) {
      ethstats.queue.hold(on)
      netstats.hold(on)
    },
    async drain(graceMs) {
      await Promise.all([ethstats.drain(graceMs), netstats.drain(graceMs)])
    },
  }
}
