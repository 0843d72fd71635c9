import { isKind, shedClassOf } from '@netstats/protocol'
import type { NodeId, Observation } from '@netstats/protocol'
import { reasonOf, SpoolError } from '@netstats/sdk'
import type { Checkpointed, Clock, Logger, Sequence, StatusReporter } from '@netstats/sdk'
import { checkCheckpoint } from './checkpoints.ts'
import type { OwnedCheckpoint } from './checkpoints.ts'
import { createCounters } from './counters.ts'
import type { Counters } from './counters.ts'
import type { Draft, Ledger } from './draft.ts'
import { dropsOf } from './drops.ts'
import type { Drop } from './drops.ts'
import { createLedgerStore } from './ledger-store.ts'
import type { LedgerStore } from './ledger-store.ts'
import { loadLedger } from './load-ledger.ts'
import { countOf, createAppendQueue, mostWaiting, observationsOf } from './queue.ts'
import type { Group } from './queue.ts'
import { toIncoming } from './room.ts'
import type { Incoming } from './room.ts'
import { createHealth } from './spool-health.ts'
import { createSpoolTime } from './spool-time.ts'
import type { SpoolTime } from './spool-time.ts'
import type { RowHead, SpoolStorage } from './storage.ts'
import { createTransactions } from './transaction.ts'
import type { ReadersView } from './transaction.ts'
import { createUnreadable } from './unreadable.ts'

export interface WriterOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly status?: StatusReporter
  readonly storage: SpoolStorage
  /** Puts a damaged storage aside and opens an empty one in its place. Without it damage is like a full disk. */
  readonly replace?: (fault: unknown) => SpoolStorage
  readonly maxAgeMs: number
  /** A gap is reported at most so often. */
  readonly gapEveryMs: number
  /** The node that losses are reported for when it is not known whose they are. */
  readonly reporter: NodeId
  /** What was lost before this storage was opened. */
  readonly lost?: readonly Drop[]
}

export interface SpoolWriter {
  readonly counters: Counters
  readonly time: SpoolTime
  storage(): SpoolStorage
  ledger(): Ledger
  append(items: readonly (Observation | Checkpointed)[], owner?: string): Promise<void>
  /** Resolves when the current cursors are durable, or cannot be made so for now. */
  save(): Promise<void>
  nudge(): void
  /** This row was read and cannot be used: it is taken out and reported as lost. */
  unreadable(row: RowHead): void
  /** A transaction of its own, at once. */
  change(work: (draft: Draft, storage: SpoolStorage) => void): void
  /** Begins a new life, none of whose sequences is smaller than `from`. */
  beginLife(draft: Draft, from: Sequence): void
  /** Replaces a damaged storage; throws the fault where it cannot. */
  repair(fault: unknown): void
  waiting(): number
  diskFull(): boolean
  close(): Promise<void>
}

/**
 * The one place that changes a spool. Everything asked for in one turn of the event loop goes into one transaction, so
 * that it shares one fsync.
 */
// oxlint-disable-next-line max-lines-per-function -- what is asked for, and the turns that do it, share this state
export const createWriter = (options: WriterOptions, readers: ReadersView): SpoolWriter => {
  const { clock, log } = options
  const queue = createAppendQueue()
  const health = createHealth({ clock, log, ...(options.status ? { status: options.status } : {}) }, () => nudge())
  const counters = createCounters(clock, log)
  const unreadable = createUnreadable(clock, log, options.reporter)
  const loaded = options.storage.load()
  const time = createSpoolTime({ clock, maxAgeMs: options.maxAgeMs, saved: loaded.state })
  const ledger = loadLedger(loaded, options.storage, clock.now())
  // A spool killed between a commit and the freeing after it frees now what is left over.
  const settledThrough = Math.max(0, ...[...ledger.readers.values()].map((reader) => reader.cursor))
  const toFree = settledThrough > 0 ? [{ after: 0, through: settledThrough }] : []
  const { storage, reporter, replace } = options
  const store = createLedgerStore({
    clock,
    log,
    storage,
    time,
    counters,
    reporter,
    replace,
    ledger: { ...ledger, toFree },
    savedLives: loaded.state?.lives,
    onReplaced: () => unreadable.clear(),
  })
  store.lose(options.lost ?? [])
  const transactions = createTransactions({ ...options, store, readers, time, counters, unreadable })
  const encode = createEncoder({ clock, log, store, counters, readers })
  let group: Group | undefined
  let saves: (() => void)[] = []
  let scheduled = false
  let nudged = false
  let closed = false
  let ended = false

  /** Writes what is asked for by whatever means are left; the rows that have to wait. */
  const write = (rows: readonly Incoming[], checkpoints: readonly OwnedCheckpoint[]): readonly Incoming[] => {
    try {
      const waiting = transactions.run(rows, false, checkpoints)
      if (store.storage().tidy()) nudged = true
      health.calm()
      return waiting
    } catch (fault) {
      if (!(fault instanceof SpoolError)) throw fault
      if (!store.replaced(fault)) health.trouble(fault)
    }
    try {
      store.storage().giveBackSpace()
      return transactions.run(rows, health.failing(), checkpoints)
    } catch (fault) {
      if (!(fault instanceof SpoolError)) throw fault
      health.trouble(fault)
    }
    for (const { shed, row } of rows) store.lose(dropsOf([row], 'disk-full', shed))
    return []
  }

  const turn = (): void => {
    scheduled = false
    if (ended) return
    nudged = false
    const started = clock.monotonic()
    const saved = saves
    saves = []
    group ??= queue.take(encode, store.storage().limits.groupBytes)
    const current = group
    try {
      const waiting = write(current?.rows ?? [], current?.checkpoints ?? [])
      if (current && waiting.length > 0) group = { ...current, rows: waiting }
      else {
        group = undefined
        current?.resolve()
      }
    } catch (error) {
      // Neither full nor damaged: a bug, or a device that is gone. The caller of append must know.
      log.error({ error }, 'the spool failed')
      group = undefined
      current?.reject(new SpoolError('SPOOL_IO', `The spool failed: ${reasonOf(error)}`, { cause: error }))
    }
    for (const resolve of saved) resolve()
    counters.slowestMs = Math.max(counters.slowestMs, clock.monotonic() - started)
    if (nudged || transactions.more || promised() || store.ledger().toFree.length > 0) schedule()
  }

  /** A caller waits for what is still to be written. */
  const promised = (): boolean => group !== undefined || saves.length > 0 || queue.waiting() > 0

  const nudge = (): void => {
    nudged = true
    schedule()
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(turn)
  }
  schedule()

  return {
    counters,
    time,
    storage: () => store.storage(),
    ledger: () => store.ledger(),
    append(items, owner) {
      if (closed) return Promise.reject(new SpoolError('SPOOL_CLOSED', 'The spool is closed.'))
      if (items.length === 0) return Promise.resolve()
      try {
        for (const item of items) if ('checkpoint' in item) checkCheckpoint(item.checkpoint, owner)
      } catch (error) {
        return Promise.reject(error)
      }
      if (queue.waiting() + countOf(items) > mostWaiting && queue.waiting() > 0) {
        const lost = items.flatMap(observationsOf)
        for (const one of lost) store.lose(dropsOf([one], 'overload', shedClassOf(one.kind)))
        return Promise.resolve()
      }
      schedule()
      return queue.add(items, owner)
    },
    save() {
      if (closed && !scheduled) return Promise.resolve()
      schedule()
      return new Promise((resolve) => saves.push(resolve))
    },
    nudge,
    unreadable(row) {
      if (!unreadable.add(row)) return
      counters.unreadable++
      nudge()
    },
    change(work) {
      store.change(work)
      if (store.ledger().toFree.length > 0) schedule()
    },
    beginLife: (draft, from) => store.beginLife(draft, from),
    repair(fault) {
      if (!(fault instanceof SpoolError) || !store.replaced(fault)) throw fault
    },
    waiting: () => queue.waiting() + (group?.rows.length ?? 0),
    diskFull: () => health.failing(),
    async close() {
      closed = true
      health.close()
      transactions.reportNow()
      // What was promised is kept; what only tidies up is left to the next start.
      for (let first = true; first || promised(); first = false) {
        schedule()
        await new Promise((resolve) => setImmediate(resolve))
      }
      ended = true
      store.storage().close()
    },
  }
}

interface EncoderOptions extends Pick<WriterOptions, 'clock' | 'log'> {
  readonly store: LedgerStore
  readonly counters: Counters
  readonly readers: ReadersView
}

/** Makes a row of an observation; undefined where no reader wants it, or where it cannot be stored, which is counted. */
const createEncoder = ({ clock, log, store, counters, readers }: EncoderOptions) => {
  const tryIncoming = (observation: Observation, passed: number): Incoming | undefined => {
    try {
      return toIncoming(observation, passed, clock.now())
    } catch (error) {
      counters.unreadable++
      log.debug({ kind: observation.kind, error: reasonOf(error) }, 'an observation cannot be encoded')
      const shed = isKind(observation.kind) ? shedClassOf(observation.kind) : 'alarm'
      store.lose(dropsOf([{ node: observation.node, observedAt: clock.now() }], 'corrupt', shed))
      return undefined
    }
  }
  return (observation: Observation): Incoming | undefined => {
    const passed = readers.passed(observation)
    if (passed === undefined) {
      counters.unwanted++
      return undefined
    }
    const incoming = tryIncoming(observation, passed)
    if (!incoming || incoming.bytes <= store.storage().limits.rowBytes) return incoming
    store.lose(dropsOf([incoming.row], 'size', incoming.shed))
    return undefined
  }
}
