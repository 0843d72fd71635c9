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
import type { Clock, Logger, PartState } from '@netstats/sdk'
import { StoreError } from '@netstats/sdk/store'
import type { Catalog, Store, StoreBatch, StoreErrorCode } from '@netstats/sdk/store'
import type { Keys } from './keys.ts'
import { hasLanded, marksOf } from './landed.ts'
import type { Marks } from './landed.ts'
import type { Chunk, Pending } from './pending.ts'

export interface WriterOptions {
  readonly openStore: () => Promise<Store>
  readonly pending: Pending
  readonly keys: Keys
  readonly clock: Clock
  readonly log: Logger
  /** Longest time between a row and the beginning of its writing, while the store keeps up. */
  readonly flushEveryMs: number
  /** A store was opened; before anything is written to it. A failure is that of the store. */
  readonly prepare: (store: Store, catalog: Catalog) => Promise<void>
  /** How the store is; said at every change. */
  readonly onState: (state: PartState, reason: string) => void
}

export interface Writer {
  /** Undefined while it can not be used. */
  readonly store: Store | undefined
  readonly reason: string
  /** Time of the newest row in the store, as far as is known. */
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

export interface WriterCounts {
  batches: number
  rows: Map<string, number>
  writeMs: number
  slowestMs: number
  errors: Map<string, number>
  opened: number
}

const later = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

/** A store that says this does not come back; whether the batch is in it shows when it is opened anew. */
const gone: ReadonlySet<string> = new Set<StoreErrorCode>(['STORE_CLOSED', 'STORE_FAILED'])

/** A newest row further ahead comes of a clock that was wrong: nothing can be gone on with from there. */
const maxAheadMs = 86_400_000
const reachable = (catalog: Catalog, now: number): Catalog => {
  const { newestAt } = catalog
  return newestAt === null || newestAt <= now + maxAheadMs ? catalog : { ...catalog, newestAt: now }
}

/** Failures of one batch by a store that had just been opened before it is given up. */
const maxRefusals = 3

export const createWriter = (options: WriterOptions): Writer => {
  const { pending, keys, clock, log, flushEveryMs, onState } = options
  const counts: WriterCounts = { batches: 0, rows: new Map(), writeMs: 0, slowestMs: 0, errors: new Map(), opened: 0 }
  const stop = new AbortController()
  const ended = new AbortController()
  const waiters: { readonly upTo: number; readonly resolve: () => void }[] = []
  let wakeUp = new AbortController()
  let store: Store | undefined
  let state: PartState = 'starting'
  let reason = 'the history is being opened'
  let newestWritten: number | null = null
  let uncertain: { readonly chunk: Chunk; readonly marks: Marks; readonly error: StoreError | undefined } | undefined
  let refused: { readonly id: number; times: number } | undefined
  let firstTry: () => void = () => undefined
  const tried = new Promise<void>((resolve) => (firstTry = resolve))

  const tell = (next: PartState, why = ''): void => {
    if (state === next && reason === why) return
    state = next
    reason = why
    onState(next, why)
  }

  const failed = (error: unknown): StoreError => {
    const known =
      error instanceof StoreError ? error : new StoreError('STORE_FAILED', reasonOf(error), { cause: error })
    counts.errors.set(known.code, (counts.errors.get(known.code) ?? 0) + 1)
    return known
  }

  /** Until the time is over, somebody hurries, or the end. */
  const pause = async (ms: number): Promise<void> => {
    if (stop.signal.aborted || wakeUp.signal.aborted) wakeUp = new AbortController()
    else await clock.sleep(ms, { signal: wakeUp.signal }).catch(() => (wakeUp = new AbortController()))
  }

  const rest = (ms: number, signal: AbortSignal): Promise<void> => clock.sleep(ms, { signal }).catch(() => undefined)

  const settleWaiters = (): void => {
    const { oldest } = pending
    for (let i = waiters.length - 1; i >= 0; i--) {
      const waiter = waiters[i]
      if (waiter === undefined || (oldest !== undefined && oldest <= waiter.upTo)) continue
      waiters.splice(i, 1)
      waiter.resolve()
    }
  }

  const count = (batch: StoreBatch): void => {
    for (const [name, { rows }] of Object.entries(batch)) counts.rows.set(name, (counts.rows.get(name) ?? 0) + rows)
  }

  const settle = (chunk: Chunk, marks: Marks): void => {
    pending.done(chunk)
    newestWritten = later(newestWritten, marks.newestAt)
    count(chunk.tables)
    settleWaiters()
  }

  const open = async (): Promise<Store | undefined> => {
    const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 60_000 })
    while (!ended.signal.aborted) {
      let opened: Store | undefined
      try {
        opened = await options.openStore()
        const catalog = reachable(await opened.catalog(), clock.now())
        if (uncertain !== undefined) {
          const { chunk, marks, error } = uncertain
          uncertain = undefined
          // Only now is it known whether it is there: what is must not be given up, or it would come a second time.
          if (hasLanded(marks, newestWritten, catalog)) settle(chunk, marks)
          else if (error !== undefined) giveUp(chunk, error)
        }
        pending.renumber(keys.reconcile(catalog), catalog.seq)
        await options.prepare(opened, catalog)
        newestWritten = later(newestWritten, catalog.newestAt)
        counts.opened++
        store = opened
        tell('ok')
        firstTry()
        return opened
      } catch (error) {
        const { code, message, retryable } = failed(error)
        if (opened !== undefined) await closeStore(opened)
        if (state !== 'failed' || reason !== message)
          log.error({ error, code }, 'the history can not be opened; the live picture goes on, and it is tried again')
        tell(retryable ? 'degraded' : 'failed', message)
        firstTry()
        if (stop.signal.aborted) return undefined
        // The end hurries it: one more try.
        await rest(backoff.next(), stop.signal)
      }
    }
    return undefined
  }

  const write = async (into: Store, chunk: Chunk): Promise<void> => {
    const names = keys.unwritten()
    const from = clock.monotonic()
    await into.write({ ...chunk.tables, ...names?.batch })
    const ms = clock.monotonic() - from
    names?.stored()
    if (names !== undefined) count(names.batch)
    counts.batches++
    counts.writeMs += ms
    counts.slowestMs = Math.max(counts.slowestMs, ms)
  }

  /** Writes until the store fails or the end has come. */
  const serve = async (into: Store): Promise<void> => {
    const backoff = createBackoff({ clock, firstMs: 250, maxMs: 15_000 })
    while (!ended.signal.aborted) {
      if (pending.first() === undefined) {
        await pause(flushEveryMs)
        pending.cut()
      }
      const chunk = pending.first()
      if (chunk === undefined) {
        settleWaiters()
        if (stop.signal.aborted) return
        continue
      }
      const marks = marksOf(chunk)
      try {
        await write(into, chunk)
        settle(chunk, marks)
        refused = undefined
        backoff.reset()
        tell('ok')
      } catch (error) {
        const known = failed(error)
        if (!known.retryable || gone.has(known.code)) {
          uncertain = { chunk, marks, error: isRefused(chunk) ? known : undefined }
          throw known
        }
        if (state === 'ok') log.warn({ error }, 'the history can not be written; it is tried again')
        tell('degraded', known.message)
        await rest(backoff.next(), ended.signal)
      }
    }
  }

  /** The store has had its last try at it. */
  const isRefused = (chunk: Chunk): boolean => {
    if (refused?.id !== chunk.id) refused = { id: chunk.id, times: 0 }
    return ++refused.times >= maxRefusals
  }

  const giveUp = (chunk: Chunk, error: StoreError): void => {
    log.error({ error, rows: chunk.rows }, 'a part of the history is given up: the store refuses it again and again')
    pending.drop(chunk, 'refused')
    settleWaiters()
  }

  const closeStore = async (one: Store): Promise<void> => {
    try {
      await one[Symbol.asyncDispose]()
    } catch (error) {
      log.warn({ error }, 'the history was not closed in order')
    }
  }

  const run = async (): Promise<void> => {
    const backoff = createBackoff({ clock, firstMs: 250, maxMs: 30_000 })
    for (;;) {
      const opened = await open()
      if (opened === undefined) return
      backoff.working()
      try {
        await serve(opened)
        return
      } catch (error) {
        log.error({ error }, 'the history has failed; it is opened anew')
        tell('degraded', reasonOf(error))
      } finally {
        store = undefined
        await closeStore(opened)
      }
      await rest(backoff.next(), stop.signal)
    }
  }
  const running = run().catch((error: unknown) => {
    log.error({ error }, 'the history has stopped')
    tell('failed', reasonOf(error))
  })

  return {
    get store() {
      return store
    },
    get reason() {
      return reason
    },
    get newestAt() {
      return newestWritten
    },
    tried: () => tried,
    flushed() {
      if (pending.oldest === undefined) return Promise.resolve()
      return new Promise((resolve) => waiters.push({ upTo: pending.newest, resolve }))
    },
    hurry: () => wakeUp.abort(),
    async close(withinMs) {
      stop.abort()
      wakeUp.abort()
      const enough = new AbortController()
      const bound = clock.sleep(withinMs, { signal: enough.signal }).then(
        () => ended.abort(),
        () => undefined,
      )
      await Promise.race([running, bound])
      enough.abort()
      ended.abort()
      // A write that hangs is left to the end of the process.
      const left = pending.rows
      pending.cut()
      for (let chunk = pending.first(); chunk !== undefined; chunk = pending.first()) pending.drop(chunk, 'stopped')
      settleWaiters()
      if (left > 0) log.error({ rows: left }, 'stopped before all of the history was written')
      tell('stopped')
    },
    counts,
  }
}
