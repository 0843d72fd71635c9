/**
 * All that takes in agents: both protocols, who may connect, and what was counted. The same in the one process of a small
 * server and in each worker of a large one; `open` is its line to the desk.
 */
import type { IncomingMessage } from 'node:http'
import type { Logger } from '@netstats/sdk'
import type { Downward, Upward } from '../bus/model.ts'
import type { IntakeLimits } from '../intake/intake.ts'
import type { StageTimes } from '../self/stage-times.ts'
import { httpFaults } from '../upgrades.ts'
import type { HttpFault, Upgrade } from '../upgrades.ts'
import { createAdmission } from './admission.ts'
import type { Admission, AdmissionLimits } from './admission.ts'
import { createAddressOf } from './client-address.ts'
import type { Refusal } from './counts.ts'
import { createEthstatsEndpoint } from './endpoint.ts'
import { createNetstatsEndpoint } from './netstats/endpoint.ts'
import type { SessionLimits } from './session.ts'
import type { IngestSnapshot } from './snapshot.ts'
import { createTurnstile } from './turnstile.ts'
import type { Turnstile, TurnstileLimits } from './turnstile.ts'

/** Plain values, so that a worker can be told them. */
export interface GatewaySettings {
  readonly sessions: SessionLimits
  readonly intake: IntakeLimits
  readonly admission: AdmissionLimits
  readonly turnstile: TurnstileLimits
  readonly maxFrameBytes: number
  /** What frames that have begun and not ended may hold, over all connections. */
  readonly maxUnfinishedBytes: number
  readonly agentPingMs: number
  readonly compress: boolean
  readonly trustedProxies: readonly string[]
}

export interface GatewayOptions {
  readonly settings: GatewaySettings
  /** A line to the desk for each protocol, which takes `down` for its other end. */
  readonly connect: (down: Downward, protocol: 'ethstats' | 'netstats') => Upward
  readonly log: Logger
  readonly stages: StageTimes
}

export interface Gateway {
  readonly upgrades: { readonly api: Upgrade; readonly agent: Upgrade }
  readonly admission: Admission
  readonly turnstile: Turnstile
  /** Who is at the other end of a request. */
  readonly addressOf: (request: IncomingMessage) => string
  readonly refused: (reason: Refusal) => void
  readonly fault: (reason: HttpFault) => void
  /** Once a second. `now` is monotonic. */
  tick(now: number): void
  /** Four times a second. */
  agentTick(): void
  /** Works on nothing while the way to the desk is full: what waits is shed by class, and agents are read from no more. */
  hold(on: boolean): void
  /** Ends all sessions; what they have sent is worked through. */
  drain(graceMs: number): Promise<void>
  snapshot(): IngestSnapshot
}

const sweepEvery = 10

export const createGateway = ({ settings, connect, log, stages }: GatewayOptions): Gateway => {
  const faults = Object.fromEntries(httpFaults.map((one) => [one, 0])) as Record<HttpFault, number>
  const admission = createAdmission(settings.admission)
  const turnstile = createTurnstile({
    limits: settings.turnstile,
    now: () => performance.now(),
    defer: setImmediate,
    later: (run, ms) => void setTimeout(run, ms),
  })
  const addressOf = createAddressOf(settings.trustedProxies)
  const ethstats = createEthstatsEndpoint({
    connect: (down) => connect(down, 'ethstats'),
    limits: settings.sessions,
    intakeLimits: settings.intake,
    maxFrameBytes: settings.maxFrameBytes,
    maxUnfinishedBytes: settings.maxUnfinishedBytes,
    log,
    stages,
  })
  const netstats = createNetstatsEndpoint({
    connect: (down) => connect(down, 'netstats'),
    maxUnfinishedBytes: settings.maxUnfinishedBytes,
    pingMs: settings.agentPingMs,
    compress: settings.compress,
    log,
  })
  let ticks = 0

  return {
    upgrades: { api: ethstats.upgrade, agent: netstats.upgrade },
    admission,
    turnstile,
    addressOf({ socket, headers }) {
      const forwarded = headers['x-forwarded-for']
      return addressOf(socket.remoteAddress, typeof forwarded === 'string' ? forwarded : undefined)
    },
    refused: (reason) => ethstats.machine.counts.refused[reason]++,
    fault: (reason) => faults[reason]++,
    tick(now) {
      ethstats.tick(now)
      if (++ticks % sweepEvery === 0) admission.sweep(now)
    },
    agentTick: () => netstats.tick(),
    hold(on) {
      ethstats.intake.hold(on)
      netstats.hold(on)
    },
    async drain(graceMs) {
      await Promise.all([ethstats.drain(graceMs), netstats.drain(graceMs)])
    },
    snapshot() {
      const { counts, states, blockMemo } = ethstats.machine
      const agents = netstats.counts
      const { intake } = ethstats
      return {
        ethstats: {
          states,
          clients: Object.fromEntries(counts.clients),
          events: counts.events,
          badFrames: Object.fromEntries(counts.badFrames),
          refused: counts.refused,
          ended: counts.ended,
          logins: counts.logins,
          bytes: counts.bytes,
          historyAsked: counts.historyAsked,
          historyBlocks: counts.historyBlocks,
          memo: { hits: blockMemo.hits, misses: blockMemo.misses },
        },
        netstats: {
          ...agents,
          states: netstats.states,
          faults: Object.fromEntries(agents.faults),
          credit: netstats.credit,
          memo: { hits: netstats.memo.hits, misses: netstats.memo.misses },
        },
        intake: { items: intake.items, bytes: intake.bytes, sheds: intake.sheds },
        admission: { connections: admission.connections, addresses: admission.addresses },
        http: faults,
      }
    },
  }
}
