/** What the writer knows: which store it has and how it is, which batches wait, and who waits for them. */
import { reasonOf } from '@netstats/sdk'
import type { Clock, Logger, PartState } from '@netstats/sdk'
import { StoreError } from '@netstats/store'
import type { Catalog, ManagedStore } from '@netstats/store'
import type { NameIds } from './name-ids.ts'
import type { RowBatch, RowBuffer } from './row-buffer.ts'

export interface WriterOptions {
  readonly openStore: () => Promise<ManagedStore>
  readonly rowBuffer: RowBuffer
  readonly names: NameIds
  readonly clock: Clock
  readonly log: Logger
  /** Longest time between a row and the beginning of its writing, while the store keeps up. */
  readonly flushEveryMs: number
  /** A store was opened; before anything is written to it. A failure is that of the store. */
  readonly prepare: (store: ManagedStore, catalog: Catalog) => Promise<void>
  /** Resolves when others have what a batch is about: agents are told that it is stored, and do not send it again. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** How the store is; said at every change. */
  readonly onState: (state: PartState, reason: string) => void
}

export interface WriterCounts {
  batches: number
  rows: Map<string, number>
  writeMs: number
  slowestMs: number
  errors: Map<string, number>
  opened: number
}

interface Waiter {
  /** The batch it waits for, and all before it. */
  readonly upTo: number
  readonly resolve: () => void
}

export interface WriterState extends WriterOptions {
  readonly counts: WriterCounts
  /** Aborted when the end begins: what waits is still written. */
  readonly stop: AbortController
  /** Aborted when the time for that is over. */
  readonly ended: AbortController
  /** Resolves with the first success or failure to open. */
  readonly tried: PromiseWithResolvers<void>
  waiters: readonly Waiter[]
  wakeUp: AbortController
  /** Undefined while it cannot be used. */
  store: ManagedStore | undefined
  state: PartState
  reason: string
  newestAt: number | null
  /** Failures of a batch by a store that had just been opened. */
  refused: { readonly id: number; times: number } | undefined
  /** A batch that a store has refused for the last time. */
  doubtful: { readonly batch: RowBatch; readonly error: StoreError } | undefined
}

export const createWriterState = (options: WriterOptions): WriterState => ({
  ...options,
  counts: { batches: 0, rows: new Map(), writeMs: 0, slowestMs: 0, errors: new Map(), opened: 0 },
  stop: new AbortController(),
  ended: new AbortController(),
  tried: Promise.withResolvers<void>(),
  waiters: [],
  wakeUp: new AbortController(),
  store: undefined,
  state: 'starting',
  reason: 'the history is being opened',
  newestAt: null,
  refused: undefined,
  doubtful: undefined,
})

export const tell = (writer: WriterState, next: PartState, why = ''): void => {
  if (writer.state === next && writer.reason === why) return
  writer.state = next
  writer.reason = why
  writer.onState(next, why)
}

/** Counts a failure, and makes it one of the store. */
export const countFailure = ({ counts: { errors } }: WriterState, error: unknown): StoreError => {
  const known = error instanceof StoreError ? error : new StoreError('STORE_FAILED', reasonOf(error), { cause: error })
  errors.set(known.code, (errors.get(known.code) ?? 0) + 1)
  return known
}

export const countRows = ({ counts }: WriterState, table: string, rows: number): void =>
  void counts.rows.set(table, (counts.rows.get(table) ?? 0) + rows)

/** Until the time is over, or the signal aborts. */
export const rest = ({ clock }: WriterState, ms: number, signal: AbortSignal): Promise<void> =>
  clock.sleep(ms, { signal }).catch(() => undefined)

export const settleWaiters = (writer: WriterState): void => {
  const { oldest } = writer.rowBuffer
  const isDone = ({ upTo }: Waiter): boolean => oldest === undefined || oldest > upTo
  for (const waiter of writer.waiters) if (isDone(waiter)) waiter.resolve()
  writer.waiters = writer.waiters.filter((waiter) => !isDone(waiter))
}

/** The store has it. */
export const settleBatch = (writer: WriterState, batch: RowBatch): void => {
  writer.rowBuffer.done(batch)
  for (const [table, { rows }] of Object.entries(batch.tables)) countRows(writer, table, rows)
  settleWaiters(writer)
}

export const giveUpBatch = (writer: WriterState, batch: RowBatch, error: StoreError): void => {
  writer.log.error(
    { error, rows: batch.rows },
    'a part of the history is given up: the store refuses it again and again',
  )
  writer.rowBuffer.drop(batch, 'refused')
  settleWaiters(writer)
}
