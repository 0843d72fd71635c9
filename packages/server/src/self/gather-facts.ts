/** Puts together what the server tells of itself, when somebody asks. */
import type { Regulator } from '../desk/regulator.ts'
import type { Deliveries } from '../history/deliveries-model.ts'
import type { HistoryCounts } from '../history/metrics.ts'
import type { Feed } from '../feed/mod.ts'
import type { CoreRunner } from '../core-runner.ts'
import type { Core } from '../shard/model.ts'
import type { Health } from './health.ts'
import { loadOf } from './load-level.ts'
import { workOf } from './server-facts.ts'
import type { DeliveryFacts, ProcessFacts, ServerFacts, ServerLimits, StoreFacts } from './server-facts.ts'

export interface FactSources {
  readonly version: string
  readonly server: string
  readonly isReady: () => boolean
  readonly health: Pick<Health, 'parts'>
  readonly core: Pick<Core, 'counts'>
  readonly runner: Pick<CoreRunner, 'errors'>
  readonly feed: Pick<Feed, 'gauges'>
  /** Undefined where no history is kept. */
  readonly history: HistoryCounts | undefined
  readonly deliveries: Pick<Deliveries, 'counts'>
  readonly regulator: Pick<Regulator, 'level' | 'pace'>
  readonly limits: ServerLimits
  /** Every process of the server, this one first; what did not answer in time is left out. */
  readonly processes: () => Promise<readonly ProcessFacts[]>
}

export const createFacts = (sources: FactSources): (() => Promise<ServerFacts>) => {
  const startedAt = Date.now()
  return async () => {
    const processes = await sources.processes()
    const work = workOf(processes)
    const parts = sources.health.parts()
    const { networks, nodes, blocks, inputs } = sources.core.counts()
    const { limits } = sources
    const store = sources.history === undefined ? null : storeFacts(sources.history)
    return {
      at: Date.now(),
      version: sources.version,
      server: sources.server,
      startedAt,
      ready: sources.isReady(),
      load: loadOf({
        shedding: parts.some(({ id, state }) => id === 'intake' && state !== 'ok'),
        queueShare: Math.max(work.queue.items / limits.queueItems, work.queue.bytes / limits.queueBytes),
        loopP99Ms: Math.max(0, ...processes.map(({ loop }) => loop.p99Ms)),
        storeLagMs: store?.lagMs,
      }),
      parts,
      pace: { level: sources.regulator.level, reportMs: sources.regulator.pace.reportMs },
      deliveries: deliveryFacts(sources.deliveries),
      slowViewers: sources.feed.gauges().slowReaders,
      core: { networks, nodes, blocks, inputs, errors: sources.runner.errors },
      store,
      limits,
      work,
      processes,
    }
  }
}

const deliveryFacts = ({ counts }: Pick<Deliveries, 'counts'>): DeliveryFacts => {
  const { streams, open, received, duplicates, missing, holes } = counts
  return { streams, open, received, duplicates, missing, holes }
}

const storeFacts = ({ pending, writer: { counts }, disk }: HistoryCounts): StoreFacts => {
  const use = disk()
  return {
    lagMs: Math.round(pending.lag()),
    pendingRows: pending.rows,
    pendingBytes: pending.bytes,
    writtenRows: counts.rows.values().reduce((sum, rows) => sum + rows, 0),
    slowestWriteMs: Math.round(counts.slowestMs),
    errors: Object.fromEntries(counts.errors),
    shed: pending.givenUp,
    diskBytes: use?.bytes ?? null,
    files: use?.files ?? null,
  }
}
