/**
 * Puts the history together: recorder, writer, reader, and the work that comes round. It opens within a bound, whatever
 * the store does, and goes on without one; what a store that comes late has of the networks then joins the live ones.
 */
import type { Clock, Logger } from '@netstats/sdk'
import type { Retention, Store } from '@netstats/sdk/store'
import type { Health } from '../self/health.ts'
import { watchDiskUse } from './disk-use.ts'
import type { DiskUse } from './disk-use.ts'
import { createDeliveries } from './deliveries.ts'
import { guarded } from './guarded.ts'
import { createKeys } from './keys.ts'
import { createLosses } from './losses.ts'
import { mendRollups } from './mend.ts'
import type { HistoryCounts } from './metrics.ts'
import type { History } from './model.ts'
import { createPending } from './pending.ts'
import { startPruning } from './prune.ts'
import type { PruneCounts } from './prune.ts'
import { createReader } from './reader.ts'
import { createRecorder } from './recorder.ts'
import type { OwnRecorder } from './recorder.ts'
import { restoreWhenOpen } from './restoring.ts'
import type { ShedTotals } from './shed-rows.ts'
import { createWriter } from './writer.ts'

export interface HistoryOptions {
  readonly openStore: () => Promise<Store>
  readonly retention: Retention
  readonly flushEveryMs: number
  readonly pendingBytes: number
  readonly clock: Clock
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
  /** What others gave up since the start, by class and reason; noted once a minute. */
  readonly sheds: () => ShedTotals
  /** What it takes on the disk; looked at once a minute. */
  readonly diskUse?: (() => Promise<DiskUse>) | undefined
  /** How long to wait for the store before going on without it. */
  readonly openWithinMs: number
  /** How long to wait, once it is open, until the networks are restored; the rest follows while the server works. */
  readonly restoreWithinMs: number
  /** How long the end waits until all is written. */
  readonly closeWithinMs: number
}

/** Rows that make a batch, however soon. */
const batchRows = 20_000

export interface OpenHistory extends History {
  readonly counts: HistoryCounts
}

export const openHistory = async (options: HistoryOptions): Promise<OpenHistory> => {
  const { clock, log, health } = options
  const keys = createKeys()
  const pending = createPending({
    maxBytes: options.pendingBytes,
    chunkRows: batchRows,
    onFull: () => writer.hurry(),
    monotonic: () => clock.monotonic(),
  })
  const { retention } = options
  let pruned: PruneCounts | undefined
  const deliveries = createDeliveries({
    pending,
    keys,
    clock,
    log,
    flushEveryMs: options.flushEveryMs,
    trusted: () => pruned?.trusted === true,
  })
  const opened = Promise.withResolvers<number | null>()
  let before: { readonly newestAt: number | null } | undefined
  health.set('store', 'starting', 'the history is being opened')
  const writer = createWriter({
    openStore: options.openStore,
    pending,
    keys,
    clock,
    log,
    flushEveryMs: options.flushEveryMs,
    async prepare(store, catalog) {
      // Later it has rows of this run, whose sums are still open.
      if (before === undefined) await mendRollups(store, catalog)
      before ??= { newestAt: catalog.newestAt }
      await deliveries.opened(store)
    },
    onState: (state, reason) => {
      health.set('store', state, reason)
      if (state !== 'ok') return
      log.info({}, 'the history is being written')
      opened.resolve(before?.newestAt ?? null)
    },
  })
  const stop = new AbortController()
  const isWithin = async (work: Promise<void>, ms: number): Promise<boolean> => {
    const enough = new AbortController()
    const bound = clock.sleep(ms, { signal: enough.signal }).then(
      () => false,
      () => true,
    )
    const ended = await Promise.race([work.then(() => true), bound])
    enough.abort()
    return ended
  }
  await isWithin(writer.tried(), options.openWithinMs)
  if (writer.store === undefined) log.warn({ reason: writer.reason }, 'started without the history')
  const { signal } = stop
  const disk = watchDiskUse(options.diskUse, { clock, signal })
  const pruning = startPruning({
    store: () => writer.store,
    retention,
    newestAt: () => writer.newestAt,
    // How far streams are stands in rows that expire.
    isSafe: () => (deliveries.listedAt ?? -Infinity) > clock.now() - retention.raw,
    clock,
    log,
    signal,
  })

  pruned = pruning

  let own: OwnRecorder | undefined
  const reviewLosses = createLosses({ pending, health, log, monotonic: () => clock.monotonic() })
  health.set('history', 'ok')

  const guard = guarded(() => own, {
    log,
    onTick() {
      reviewLosses()
      deliveries.tick()
    },
  })
  const { recorder } = guard

  /** Resolves when all is back, or waiting is over. Nobody waits for a store that has not opened so far. */
  const restore = async (core: Parameters<History['begin']>[0]): Promise<void> => {
    const whole = restoreWhenOpen({
      core,
      keys,
      store: () => writer.store,
      opened: opened.promise,
      restored: recorder.restored,
      log,
      signal,
      clock,
    }).catch((error: unknown) => log.error({ error }, 'the networks could not be restored; they begin anew'))
    if (writer.store === undefined) return
    const { restoreWithinMs } = options
    if (await isWithin(whole, restoreWithinMs)) return
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
    reader: createReader(writer, keys, clock),
    deliveries,
    async begin(core) {
      own = createRecorder({
        core,
        keys,
        pending,
        sheds: options.sheds,
        storedUntil: () => before?.newestAt,
      })
      await restore(core)
    },
    flushed: () => writer.flushed(),
    counts: { pending, keys, writer, pruned: pruning, disk, recorder: () => own, defects: () => guard.defects },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}
