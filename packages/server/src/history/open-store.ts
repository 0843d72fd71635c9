/** Opens the writer's store, again and again with back-off, until it can be written to or the end has come. */
import { createBackoff } from '@netstats/sdk'
import { StoreError } from '@netstats/store'
import type { Catalog, ManagedStore } from '@netstats/store'
import { countFailure, giveUpBatch, rest, settleBatch, tell } from './writer-state.ts'
import type { WriterState } from './writer-state.ts'

/** A newest row further ahead comes of a clock that was wrong: nothing can be gone on with from there. */
const maxAheadMs = 86_400_000
const reachable = (catalog: Catalog, now: number): Catalog => {
  const { newestAt } = catalog
  return newestAt === null || newestAt <= now + maxAheadMs ? catalog : { ...catalog, newestAt: now }
}

/**
 * What has to be written first may find no room. The store is read meanwhile, and what has expired is dropped from it,
 * or a full disk would stay full.
 */
const prepareStore = async (writer: WriterState, opened: ManagedStore, catalog: Catalog): Promise<void> => {
  const { clock, log, stop } = writer
  const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 60_000 })
  for (;;) {
    try {
      return await writer.prepare(opened, catalog)
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STORE_DISK_FULL' || stop.signal.aborted) throw error
      countFailure(writer, error)
      if (writer.store === undefined)
        log.error({ error }, 'the history can be read, but not written; it is tried again')
      writer.store = opened
      tell(writer, 'degraded', error.message)
      writer.tried.resolve()
      await rest(writer, backoff.next(), stop.signal)
    }
  }
}

const takeUp = async (writer: WriterState, opened: ManagedStore): Promise<void> => {
  const { doubtful } = writer
  const catalog = reachable(await opened.catalog(), writer.clock.now())
  if (doubtful !== undefined) {
    const { batch, error } = doubtful
    writer.doubtful = undefined
    // Only now is it known whether its last try was stored: then it must not be given up, or it would come twice.
    if (catalog.batches.includes(batch.storeId)) settleBatch(writer, batch)
    else giveUpBatch(writer, batch, error)
  }
  writer.names.adopt(catalog)
  writer.newestAt = catalog.newestAt
  await prepareStore(writer, opened, catalog)
  writer.counts.opened++
  writer.store = opened
  tell(writer, 'ok')
}

/** Undefined where the end came before it could be opened. */
export const openWriterStore = async (writer: WriterState): Promise<ManagedStore | undefined> => {
  const { clock, log, stop, ended } = writer
  const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 60_000 })
  while (!ended.signal.aborted) {
    let opened: ManagedStore | undefined
    try {
      opened = await writer.openStore()
      await takeUp(writer, opened)
      writer.tried.resolve()
      return opened
    } catch (error) {
      const { code, message, retryable } = countFailure(writer, error)
      writer.store = undefined
      if (opened !== undefined) await closeWriterStore(writer, opened)
      if (writer.state !== 'failed' || writer.reason !== message)
        log.error({ error, code }, 'the history cannot be opened; the live picture goes on, and it is tried again')
      tell(writer, retryable ? 'degraded' : 'failed', message)
      writer.tried.resolve()
      if (stop.signal.aborted) return undefined
      // The end hurries it: one more try.
      await rest(writer, backoff.next(), stop.signal)
    }
  }
  return undefined
}

export const closeWriterStore = async ({ log }: WriterState, store: ManagedStore): Promise<void> => {
  try {
    await store[Symbol.asyncDispose]()
  } catch (error) {
    log.warn({ error }, 'the history was not closed in order')
  }
}
