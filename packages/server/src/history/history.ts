/**
 * Puts the history together: recorder, writer, reader, and the work that comes round. It opens within a bound, whatever
 * the store does, and goes on without one; what a store that comes late has of the networks then joins the live ones.
 */
import type { Clock, Logger } from '@netstats/sdk'
import { StoreError } from '@netstats/store'
import type { Retention, ManagedStore } from '@netstats/store'
import type { Health } from '../telemetry/health.ts'
import { watchDiskUse } from './disk-use.ts'
import type { DiskUse } from './disk-use.ts'
import { createDeliveryTracker } from '../delivery/delivery-tracker.ts'
import { createFileWatch } from './file-watch.ts'
import { guarded } from './guarded.ts'
import { createNameIds } from './name-ids.ts'
import { noLatestMetrics } from './latest-values.ts'
import { createLossMonitor } from './loss-monitor.ts'
import { repairRollups } from './rollup-repair.ts'
import type { HistoryCounts } from './history-metrics.ts'
import type { History } from './history-model.ts'
import { createRowBuffer } from './row-buffer.ts'
import { startPruning } from './prune.ts'
import type { PruneCounts } from './prune.ts'
import { createRecentLogs } from './recent-logs.ts'
import { createReader } from './reader.ts'
import { createResumeBuffer, namedResumePoints } from './resume-buffer.ts'
import { createRecorder } from './recorder.ts'
import type { OwnRecorder } from './recorder.ts'
import { restoreWhenOpen } from './restoring.ts'
import type { ShedTotals } from './shed-rows.ts'
import { createWriter } from './writer.ts'
import { endsWithin } from '../lib/with-timeout.ts'

export interface HistoryOptions {
  readonly openStore: () => Promise<ManagedStore>
  readonly retention: Retention
  readonly flushEveryMs: number
  readonly bufferBytes: number
  readonly clock: Clock
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
  /** What others gave up since the start, by class and reason; noted once a minute. */
  readonly sheds: () => ShedTotals
  /** What it takes on the disk; looked at once a minute. */
  readonly diskUse?: (() => Promise<DiskUse>) | undefined
  /** See the writer's. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** How long to wait for the store before going on without it. */
  readonly openWithinMs: number
  /** How long to wait, once it is open, until the networks are restored; the rest follows while the server works. */
  readonly restoreWithinMs: number
  /** How long the end waits until all is written. */
  readonly closeWithinMs: number
}

/** For the resume points of all streams. */
const readWithinMs = 60_000
/** Rows that make a batch, however soon. */
const batchRows = 20_000

export interface OpenHistory extends History {
  readonly counts: HistoryCounts
}

// oxlint-disable-next-line max-lines-per-function -- the parts of the history in the order in which they need each other; several call one that is made later
export const openHistory = async (options: HistoryOptions): Promise<OpenHistory> => {
  const { clock, log, health } = options
  const names = createNameIds()
  const recentLogs = createRecentLogs()
  const rowBuffer = createRowBuffer({
    maxBytes: options.bufferBytes,
    batchRows: batchRows,
    onFull: () => writer.hurry(),
    monotonic: () => clock.monotonic(),
  })
  const { retention } = options
  let pruned: PruneCounts | undefined
  const deliveries = createDeliveryTracker({
    buffer: createResumeBuffer(rowBuffer, names),
    clock,
    log,
    flushEveryMs: options.flushEveryMs,
    trusted: () => pruned?.trusted === true,
  })
  const opened = Promise.withResolvers<number | null>()
  let before: { readonly newestAt: number | null } | undefined
  health.set('store', 'starting', 'the history is being opened')
  const files = createFileWatch({ store: () => writer.store, clock, health, log })
  const writer = createWriter({
    openStore: options.openStore,
    rowBuffer,
    names,
    clock,
    log,
    flushEveryMs: options.flushEveryMs,
    beforeWrite: options.beforeWrite,
    async prepare(store, catalog) {
      await files.look(store)
      deliveries.opened(namedResumePoints(await store.resumePoints({ timeoutMs: readWithinMs }), names))
      // Later it has rows of this run, whose sums are still open.
      if (before === undefined) {
        await repairRollups(store, catalog).catch((error: unknown) => {
          // On a full disk it is read all the same.
          if (error instanceof StoreError && error.code === 'STORE_DISK_FULL') opened.resolve(catalog.newestAt)
          throw error
        })
      }
      before ??= { newestAt: catalog.newestAt }
    },
    onState: (state, reason) => {
      health.set('store', state, reason)
      if (state !== 'ok') return
      log.info({}, 'the history is being written')
      opened.resolve(before?.newestAt ?? null)
    },
  })
  const stop = new AbortController()
  await endsWithin(writer.tried(), options.openWithinMs, clock)
  if (writer.store === undefined) log.warn({ reason: writer.reason }, 'started without the history')
  const { signal } = stop
  files.start(signal)
  const disk = watchDiskUse(options.diskUse, { clock, signal })
  const pruning = startPruning({
    store: () => writer.store,
    retention,
    newestAt: () => writer.newestAt,
    clock,
    log,
    signal,
  })

  pruned = pruning

  let own: OwnRecorder | undefined
  const checkLosses = createLossMonitor({ rowBuffer, health, log, monotonic: () => clock.monotonic() })
  health.set('history', 'ok')

  const guard = guarded(() => own, {
    log,
    onTick() {
      checkLosses()
      deliveries.tick()
    },
  })
  const { recorder } = guard

  /** Resolves when all is back, or waiting is over. Nobody waits for a store that has not opened so far. */
  const restore = async (core: Parameters<History['begin']>[0]): Promise<void> => {
    const whole = restoreWhenOpen({
      core,
      names,
      store: () => writer.store,
      opened: opened.promise,
      restored: recorder.restored,
      log,
      signal,
      clock,
    }).catch((error: unknown) => log.error({ error }, 'the networks could not be restored; they start over'))
    if (writer.store === undefined) return
    const { restoreWithinMs } = options
    if (await endsWithin(whole, restoreWithinMs, clock)) return
    log.warn({ afterMs: restoreWithinMs }, 'started before all networks were restored; the others follow')
  }

  const close = async (): Promise<void> => {
    stop.abort()
    own?.flush()
    await writer.close(options.closeWithinMs)
    health.set('history', 'stopped')
  }
  let closing: Promise<void> | undefined

  return {
    recorder,
    reader: createReader(writer, names, clock, { lag: () => rowBuffer.lag(), flushed: () => writer.flushed() }),
    recentLogs,
    latestMetrics: {
      version: (network, node) => (own?.latest ?? noLatestMetrics).version(network, node),
      of: (network, node) => (own?.latest ?? noLatestMetrics).of(network, node),
    },
    deliveries,
    async begin(core) {
      own = createRecorder({
        core,
        names,
        rowBuffer,
        sheds: options.sheds,
        recentLogs,
        storedUntil: () => before?.newestAt,
      })
      await restore(core)
    },
    flushed: () => writer.flushed(),
    counts: {
      rowBuffer,
      names,
      writer,
      pruned: pruning,
      disk,
      files,
      recorder: () => own,
      defects: () => guard.defects,
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}
