/**
 * Keeps a store open and writes what waits to it.
 *
 *     opening ──► reading what is there ──► writing ◄─┐
 *        ▲  └─ fails: again, with back-off     │      │ retryable: the same batch again, with back-off
 *        └───── any other failure ─────────────┴──────┘
 *
 * One write at a time. Nobody waits for it but `flushed` and the end.
 */
import { createBackoff, reasonOf } from '@netstats/sdk'
import type { ManagedStore } from '@netstats/store'
import { endsWithin } from '../lib/with-timeout.ts'
import { closeWriterStore, openWriterStore } from './open-store.ts'
import { writeBatches } from './write-batches.ts'
import { createWriterState, rest, settleWaiters, tell } from './writer-state.ts'
import type { WriterCounts, WriterOptions, WriterState } from './writer-state.ts'

export interface Writer {
  /** Undefined while it cannot be used. */
  readonly store: ManagedStore | undefined
  readonly reason: string
  /** Time of the newest row that the store had when it was opened. */
  readonly newestAt: number | null
  /** Resolves with the first success or failure to open. */
  tried(): Promise<void>
  flushed(): Promise<void>
  /** Writing is due: much waits. */
  hurry(): void
  /** Writes what is left, for so long at most, and closes the store. */
  close(withinMs: number): Promise<void>
  readonly counts: WriterCounts
}

const run = async (writer: WriterState): Promise<void> => {
  const { clock, log, stop } = writer
  const backoff = createBackoff({ clock, firstMs: 250, maxMs: 30_000 })
  for (;;) {
    const opened = await openWriterStore(writer)
    if (opened === undefined) return
    backoff.working()
    try {
      await writeBatches(writer, opened)
      return
    } catch (error) {
      log.error({ error }, 'the history has failed; it is opened again')
      tell(writer, 'degraded', reasonOf(error))
    } finally {
      writer.store = undefined
      await closeWriterStore(writer, opened)
    }
    await rest(writer, backoff.next(), stop.signal)
  }
}

/** What the end leaves is counted; a write that hangs is left to the end of the process. */
const dropAll = (writer: WriterState): void => {
  const { rowBuffer, log } = writer
  const left = rowBuffer.rows
  rowBuffer.cut()
  for (let batch = rowBuffer.first(); batch !== undefined; batch = rowBuffer.first()) rowBuffer.drop(batch, 'stopped')
  settleWaiters(writer)
  if (left > 0) log.error({ rows: left }, 'stopped before all of the history was written')
}

export const createWriter = (options: WriterOptions): Writer => {
  const writer = createWriterState(options)
  const { rowBuffer, clock, log } = options
  const running = run(writer).catch((error: unknown) => {
    log.error({ error }, 'the history has stopped')
    tell(writer, 'failed', reasonOf(error))
  })
  return {
    get store() {
      return writer.store
    },
    get reason() {
      return writer.reason
    },
    get newestAt() {
      return writer.newestAt
    },
    tried: () => writer.tried.promise,
    flushed() {
      if (rowBuffer.oldest === undefined) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      writer.waiters = [...writer.waiters, { upTo: rowBuffer.newest, resolve }]
      return promise
    },
    hurry: () => writer.wakeUp.abort(),
    async close(withinMs) {
      writer.stop.abort()
      writer.wakeUp.abort()
      await endsWithin(running, withinMs, clock)
      writer.ended.abort()
      dropAll(writer)
      tell(writer, 'stopped')
    },
    counts: writer.counts,
  }
}
