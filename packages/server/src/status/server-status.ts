/**
 * What the server says of itself on `/api/v1/server`: how its parts are, and what each of its processes, and all of them
 * together, have counted and measured. The page /server makes rates of the differences between two answers.
 */
import type { PartStatus } from '@netstats/sdk'
import type { Health } from '../telemetry/health.ts'
import type { Reading, MetricsRegistry, Values } from '../telemetry/registry.ts'
import { loadOf } from './load-level.ts'
import type { Load } from './load-level.ts'

/** One process of the server, as it was at `at`. */
export interface ProcessStatus {
  /** Tells processes apart: `server`, `worker 2`. Its own metrics have it as label `process`. */
  readonly name: string
  readonly pid: number
  readonly at: number
  /** As on `/metrics`, without the prefix: a number, or numbers by the values of labels. */
  readonly metrics: Reading
}

/** Bounds that the figures are to be seen against. */
export interface ServerLimits {
  readonly connections: number
  readonly queueItems: number
  readonly queueBytes: number
  /** Null where no history is kept. */
  readonly bufferBytes: number | null
  readonly viewers: number
}

export interface ServerStatus {
  readonly at: number
  readonly version: string
  /** Id of the server, the same over restarts. */
  readonly server: string
  readonly startedAt: number
  /** False while it drains. */
  readonly ready: boolean
  readonly load: Load
  /** As `/healthz` has them; the time a plain number. */
  readonly parts: readonly (Omit<PartStatus, 'since'> & { readonly since: number })[]
  readonly limits: ServerLimits
  /** Metrics of all processes together. */
  readonly metrics: Reading
  readonly processes: readonly ProcessStatus[]
}

export interface StatusSources {
  readonly version: string
  readonly server: string
  readonly isReady: () => boolean
  readonly health: Pick<Health, 'parts'>
  readonly registry: MetricsRegistry
  readonly limits: ServerLimits
  /** The processes beside this one. */
  readonly workers: () => readonly ProcessStatus[]
}

export const createServerStatus = (sources: StatusSources): (() => ServerStatus) => {
  const startedAt = Date.now()
  return () => {
    const { limits, registry } = sources
    const parts = sources.health.parts()
    const metrics = registry.all()
    const at = Date.now()
    return {
      at,
      version: sources.version,
      server: sources.server,
      startedAt,
      ready: sources.isReady(),
      load: loadOf({
        shedding: parts.some(({ id, state }) => id === 'queue' && state !== 'ok'),
        queueShare: Math.max(
          numberOf(metrics, 'queue_items') / limits.queueItems,
          numberOf(metrics, 'queue_bytes') / limits.queueBytes,
        ),
        loopP99Ms: 1000 * worstDelay(metrics['event_loop_delay_seconds']),
        storeLagMs: 1000 * numberOf(metrics, 'history_lag_seconds'),
      }),
      parts,
      limits,
      metrics,
      processes: [{ name: 'server', pid: process.pid, at, metrics: registry.own() }, ...sources.workers()],
    }
  }
}

const numberOf = (metrics: Reading, name: string): number => {
  const value = metrics[name]
  return typeof value === 'number' ? value : 0
}

/** Of all processes, the 99th percentile. */
const worstDelay = (delays: Values | undefined): number =>
  Math.max(0, ...Object.values((delays ?? {}) as Record<string, Record<string, number>>).map((one) => one['p99'] ?? 0))
