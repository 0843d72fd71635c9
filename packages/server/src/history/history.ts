/**
 * Puts the history together: recorder, writer, reader, and the work that comes round. It opens within a bound, whatever
 * the store does, and goes on without one.
 */
import type { Clock, Logger } from '@netstats/sdk'
import type { Retention, Store } from '@netstats/sdk/store'
import type { Health } from '../self/health.ts'
import { watchDiskUse } from './disk-use.ts'
import type { DiskUse } from './disk-use.ts'
import { createKeys } from './keys.ts'
import { createLosses } from './losses.ts'
import { mendRollups } from './mend.ts'
import type { HistoryCounts } from './metrics.ts'
import type { History, Recorder } from './model.ts'
import { restoreCore } from './moment/mod.ts'
import { createPending } from './pending.ts'
import { startPruning } from './prune.ts'
import { createReader } from './reader.ts'
import { createRecorder } from './recorder.ts'
import type { OwnRecorder } from './recorder.ts'
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
  health.set('store', 'starting', 'the history is being opened')
  const writer = createWriter({
    openStore: options.openStore,
    pending,
    keys,
    clock,
    log,
    flushEveryMs: options.flushEveryMs,
    prepare: mendRollups,
    onState: (state, reason) => {
      health.set('store', state, reason)
      if (state === 'ok') log.info({}, 'the history is being written')
    },
  })
  const stop = new AbortController()
  const enough = new AbortController()
  await Promise.race([
    writer.tried(),
    clock.sleep(options.openWithinMs, { signal: enough.signal }).catch(() => undefined),
  ])
  enough.abort()
  if (writer.store === undefined) log.warn({ reason: writer.reason }, 'started without the history')
  const { retention } = options
  const { signal } = stop
  const disk = watchDiskUse(options.diskUse, { clock, signal })
  const pruned = startPruning({
    store: () => writer.store,
    retention,
    newestAt: () => writer.newestAt,
    clock,
    log,
    signal,
  })

  let own: OwnRecorder | undefined
  const reviewLosses = createLosses({ pending, health, log, monotonic: () => clock.monotonic() })
  health.set('history', 'ok')

  let defects = 0
  // A defect here must not reach the core, which tells of blocks while it works on them.
  const failed = (error: unknown): void => {
    if (defects++ === 0) log.error({ error }, 'the recorder failed; what it was told is not kept')
  }
  const recorder: Recorder = {
    input(input) {
      try {
        own?.input(input)
        if (input.type === 'tick') reviewLosses()
      } catch (error) {
        failed(error)
      }
    },
    change(change) {
      try {
        own?.change(change)
      } catch (error) {
        failed(error)
      }
    },
    blockAdded(network, node, block, at) {
      try {
        own?.blockAdded(network, node, block, at)
      } catch (error) {
        failed(error)
      }
    },
    sighted(network, node, block, delayMs, at) {
      try {
        own?.sighted(network, node, block, delayMs, at)
      } catch (error) {
        failed(error)
      }
    },
    restored(network, restored, at) {
      try {
        own?.restored(network, restored, at)
      } catch (error) {
        failed(error)
      }
    },
  }

  const restore = async (core: Parameters<History['begin']>[0]): Promise<void> => {
    const { store, newestAt } = writer
    if (store === undefined) return
    await restoreCore({
      core,
      store,
      keys,
      newestAt,
      restored: recorder.restored,
      log,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
    })
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
    async begin(core) {
      own = createRecorder({ core, keys, pending, sheds: options.sheds })
      await restore(core)
    },
    flushed: () => writer.flushed(),
    counts: { pending, keys, writer, pruned, disk, recorder: () => own, defects: () => defects },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}
