import { setImmediate as nextTurn } from 'node:timers/promises'
import type { NodeId, Observation } from '@netstats/protocol'
import type { Clock } from '@netstats/sdk'
import { SpoolError } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { ReaderOptions, Spool } from '@netstats/sdk'
import type { StatusReporter } from '@netstats/sdk'
import { keepCheckpoints } from './checkpoints.ts'
import { giveUp, pieceRows, settle } from './draft.ts'
import type { Drop } from './drops.ts'
import { createReader } from './reader.ts'
import type { EngineReader, ReaderHost } from './reader.ts'
import type { SpoolStats } from './stats.ts'
import type { SpoolStorage } from './storage.ts'
import { createWriter } from './writer.ts'
import type { ReadersView } from './transaction.ts'

export interface SpoolEngineOptions {
  readonly clock: Clock
  readonly log: Logger
  /** Shows whether the disk is full. */
  readonly status?: StatusReporter
  readonly storage: SpoolStorage
  /** Puts a damaged storage aside and opens an empty one in its place. */
  readonly replace?: (fault: unknown) => SpoolStorage
  /** Observations older than this are given up. */
  readonly maxAgeMs: number
  /** The node that losses are reported for when it is not known whose they are: the first of the agent. */
  readonly reporter: NodeId
  /** What was given up is reported at most so often. */
  readonly gapEveryMs?: number
  /** What was lost before the storage was opened; it is reported like the rest. */
  readonly lost?: readonly Drop[]
}

/** A spool as its host has it. */
export interface ManagedSpool extends Spool {
  stats(): SpoolStats
  /** Forgets the places of all readers but these, so that a sink taken out of the configuration holds nothing back. */
  keepReaders(names: readonly string[]): Promise<void>
  /** Forgets the checkpoints of all owners but these. */
  keepCheckpoints(owners: readonly string[]): void
}

/** As many bits as `passed` has for readers. */
const mostReaders = 30

/** A spool on whatever storage: order, cursors, bounds and gaps are the same on all of them. */
// oxlint-disable-next-line max-lines-per-function -- the methods of a spool, each short, over the same readers and listeners
export const createSpool = (options: SpoolEngineOptions): ManagedSpool => {
  const { clock, log } = options
  const open = new Map<string, EngineReader>()
  const opening = new Set<string>()
  const listeners = new Set<() => void>()
  let disposing: Promise<void> | undefined

  const view: ReadersView = {
    *places() {
      for (const { name, cursor, released, count } of open.values()) yield { name, cursor, released, count }
    },
    passed(observation: Observation) {
      const known = writer.ledger().readers
      let passed = 0
      let all = known.size > 0
      for (const { name, bit } of known.values()) {
        const reader = open.get(name)
        // What a reader that is not open wants is decided when it reads.
        if (reader && !reader.wants(observation)) passed |= 1 << bit
        else all = false
      }
      return all ? undefined : passed
    },
    appended() {
      for (const wake of listeners) wake()
    },
  }
  const writer = createWriter({ ...options, gapEveryMs: options.gapEveryMs ?? 10_000 }, view)

  /** Repairs damage that shows outside a transaction, and makes the call once more. */
  const repairing = <T>(work: () => T): T => {
    try {
      return work()
    } catch (fault) {
      writer.repair(fault)
      return work()
    }
  }

  const host: ReaderHost = {
    log,
    read(after, limit, bytes) {
      const started = clock.monotonic()
      const rows = repairing(() => writer.storage().read(after, limit, bytes))
      writer.counters.slowestMs = Math.max(writer.counters.slowestMs, clock.monotonic() - started)
      return rows
    },
    save: () => writer.save(),
    nudge: () => writer.nudge(),
    backlog(name) {
      const known = writer.ledger().readers.get(name)
      const cursor = open.get(name)?.cursor ?? 0
      if (!known || cursor <= known.cursor) return known?.backlog ?? 0
      // The cursor is ahead of what could be saved so far.
      return repairing(() => writer.storage().count(cursor, Number.MAX_SAFE_INTEGER, known.bit))
    },
    unreadable: (row) => writer.unreadable(row),
    next: () => writer.ledger().next,
    lives: () => writer.ledger().lives,
    disown(reader, lost, why) {
      // Other streams may have parted from their copies too: what they have not given out yet is certainly their own.
      if (why === 'fork') for (const one of open.values()) if (one !== reader) one.branchOff()
      repairing(() =>
        writer.change((draft, storage) => {
          giveUp(draft, lost)
          settle(draft, storage, reader)
          if (why === 'fork' || reader.cursor >= draft.next) writer.beginLife(draft, reader.cursor + 1)
          for (const { name, branches } of open.values()) {
            const known = draft.readers.get(name)
            if (known === undefined || known.branches === branches) continue
            draft.readers.set(name, { ...known, branches })
            storage.saveReader({ ...known, branches })
          }
        }),
      )
    },
    spool: () => writer.ledger(),
    news: (since, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || writer.ledger().next > since) {
          resolve()
          return
        }
        const wake = (): void => {
          listeners.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        listeners.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      }),
  }

  /** A bit no reader has; where all have served before, one whose marks are wiped from the rows. */
  const freeBit = async (name: string): Promise<number> => {
    const { readers, usedBits } = writer.ledger()
    const taken = new Set([...readers.values()].map((reader) => reader.bit))
    const free = Array.from({ length: mostReaders }, (_, bit) => bit).filter((bit) => !taken.has(bit))
    const [first] = free
    if (first === undefined) {
      const message = `A spool serves ${mostReaders} readers at most; "${name}" is one more.`
      throw new SpoolError('SPOOL_TOO_MANY_READERS', message)
    }
    const fresh = free.find((bit) => (usedBits & (1 << bit)) === 0)
    if (fresh !== undefined) return fresh
    let place = writer.storage().first(0)
    while (place !== undefined) {
      const after = place - 1
      writer.change((_, storage) => storage.wipeBit(after, after + pieceRows, first))
      await nextTurn()
      place = writer.storage().first(after + pieceRows)
    }
    return first
  }

  /** A new reader begins with the oldest observation there is. */
  const register = async (name: string): Promise<void> => {
    const bit = await freeBit(name)
    repairing(() =>
      writer.change((draft, storage) => {
        const cursor = (storage.first(0) ?? draft.next) - 1
        const backlog = storage.count(cursor, Number.MAX_SAFE_INTEGER, bit)
        const reader = { name, bit, cursor, released: 0, count: 0, branches: [], backlog }
        draft.readers.set(name, reader)
        draft.usedBits |= 1 << bit
        storage.saveReader(reader)
      }),
    )
  }

  return {
    get id() {
      return writer.ledger().spool
    },
    get last() {
      return writer.ledger().next - 1
    },
    get lives() {
      return writer.ledger().lives
    },
    append: (items, owner) => writer.append(items, owner),
    checkpoints: (owner) => writer.ledger().checkpoints.get(owner) ?? new Map(),
    keepCheckpoints(owners) {
      if ([...writer.ledger().checkpoints.keys()].every((owner) => owners.includes(owner))) return
      repairing(() => writer.change((draft, storage) => keepCheckpoints(draft, storage, owners)))
    },
    async reader(name: string, readerOptions: ReaderOptions) {
      if (disposing) throw new SpoolError('SPOOL_CLOSED', 'The spool is closed.')
      if (open.has(name) || opening.has(name)) {
        throw new SpoolError('SPOOL_READER_OPEN', `The reader "${name}" is open already.`)
      }
      opening.add(name)
      try {
        if (!writer.ledger().readers.has(name)) await register(name)
      } finally {
        opening.delete(name)
      }
      const known = writer.ledger().readers.get(name)
      if (!known) throw new SpoolError('SPOOL_IO', `The reader "${name}" could not be registered.`)
      const reader = createReader(host, { ...known, options: readerOptions }, () => open.delete(name))
      open.set(name, reader)
      return reader
    },
    async keepReaders(names) {
      await nextTurn()
      const gone = [...writer.ledger().readers.keys()].filter(
        (name) => !names.includes(name) && !open.has(name) && !opening.has(name),
      )
      if (gone.length === 0) return
      repairing(() =>
        writer.change((draft, storage) => {
          for (const name of gone) {
            draft.readers.delete(name)
            storage.removeReader(name)
          }
          // Without any reader everything is kept for the next one.
          if (draft.readers.size > 0) draft.toFree = [{ after: 0, through: draft.next - 1 }]
        }),
      )
      log.info({ readers: gone }, 'the spool keeps nothing for these any more')
    },
    stats(): SpoolStats {
      const storage = writer.storage()
      const { rows, readers, next } = writer.ledger()
      const { appended, unwanted, unreadable, commits, slowestMs, replaced } = writer.counters
      return {
        appended,
        unwanted,
        unreadable,
        commits,
        slowestMs,
        replaced,
        dropped: writer.counters.dropped(),
        rows,
        lastSequence: next - 1,
        usedBytes: storage.usedBytes(),
        roomBytes: storage.limits.roomBytes,
        sizeBytes: storage.sizeBytes(),
        readers: [...readers.values()].map(({ name, cursor, backlog }) => {
          const policy = open.get(name)?.options.policy
          return { name, cursor, backlog, ...(policy ? { policy } : {}) }
        }),
        waiting: writer.waiting(),
        clockSteps: writer.time.steps(),
        diskFull: writer.diskFull(),
      }
    },
    [Symbol.asyncDispose]: () =>
      (disposing ??= (async () => {
        await using ends = new AsyncDisposableStack()
        ends.defer(() => writer.close())
        for (const reader of open.values()) ends.use(reader)
      })()),
  }
}
