/** Writes what waits to a store: one batch at a time, the oldest first, until the store fails or the end has come. */
import { createBackoff } from '@netstats/sdk'
import type { ManagedStore, StoreErrorCode } from '@netstats/store'
import { endsWithin } from '../lib/with-timeout.ts'
import type { RowBatch } from './row-buffer.ts'
import { writeBatch } from './write-batch.ts'
import { countFailure, countRows, rest, settleBatch, settleWaiters, tell } from './writer-state.ts'
import type { WriterState } from './writer-state.ts'

/** A store that says this has to be opened again; it then knows whether it has the batch. */
const gone: ReadonlySet<string> = new Set<StoreErrorCode>(['STORE_CLOSED', 'STORE_FAILED'])

/** Longest wait for others before a batch is written all the same. */
const beforeWriteMs = 10_000

/** Failures of one batch by a store that had just been opened before it is given up. */
const maxRefusals = 3

/** Until the time is over, somebody hurries, or the end. */
const pause = async (writer: WriterState): Promise<void> => {
  const { stop, clock, flushEveryMs } = writer
  const renew = (): void => void (writer.wakeUp = new AbortController())
  if (stop.signal.aborted || writer.wakeUp.signal.aborted) renew()
  else await clock.sleep(flushEveryMs, { signal: writer.wakeUp.signal }).catch(renew)
}

const write = async (writer: WriterState, into: ManagedStore, batch: RowBatch): Promise<void> => {
  const { clock, counts, names, beforeWrite } = writer
  // Not without an end: a disk that hangs elsewhere must not stop the history.
  if (beforeWrite !== undefined) await endsWithin(beforeWrite(), beforeWriteMs, clock)
  const from = clock.monotonic()
  const fresh = await writeBatch(into, names, batch)
  const ms = clock.monotonic() - from
  for (const [table, rows] of Object.entries(fresh)) countRows(writer, table, rows)
  counts.batches++
  counts.writeMs += ms
  counts.slowestMs = Math.max(counts.slowestMs, ms)
}

/** The store has had its last try at it. */
const isRefused = (writer: WriterState, { id }: RowBatch): boolean => {
  if (writer.refused?.id !== id) writer.refused = { id, times: 0 }
  return ++writer.refused.times >= maxRefusals
}

/** Throws where the store has to be opened again. */
export const writeBatches = async (writer: WriterState, into: ManagedStore): Promise<void> => {
  const { clock, log, rowBuffer, stop, ended } = writer
  const backoff = createBackoff({ clock, firstMs: 250, maxMs: 15_000 })
  while (!ended.signal.aborted) {
    if (rowBuffer.first() === undefined) {
      await pause(writer)
      rowBuffer.cut()
    }
    const batch = rowBuffer.first()
    if (batch === undefined) {
      settleWaiters(writer)
      if (stop.signal.aborted) return
      continue
    }
    try {
      await write(writer, into, batch)
      settleBatch(writer, batch)
      writer.refused = undefined
      backoff.reset()
      tell(writer, 'ok')
    } catch (error) {
      const known = countFailure(writer, error)
      if (!known.retryable || gone.has(known.code)) {
        if (isRefused(writer, batch)) writer.doubtful = { batch, error: known }
        throw known
      }
      if (writer.state === 'ok') log.warn({ error }, 'the history cannot be written; it is tried again')
      tell(writer, 'degraded', known.message)
      await rest(writer, backoff.next(), ended.signal)
    }
  }
}
