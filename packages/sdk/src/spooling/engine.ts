import { setImmediate as nextTurn } from 'node:timers/promises'
import type { NodeId, Observation } from '@netstats/protocol'
import type { Clock } from '../clock.ts'
import { SpoolError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { ReaderOptions, Spool } from '../spool.ts'
import type { StatusReporter } from '../status.ts'
import { pieceRows } from './draft.ts'
import type { Drop } from './drops.ts'
import { createReader } from './reader.ts'
import type { EngineReader, ReaderHost } from './reader.ts'
import type { SpoolStats } from './stats.ts'
import type { SpoolStorage } from './storage.ts'
import { createWriter, newSpoolId } from './writer.ts'
import type { ReadersView } from './writer.ts'

export interface SpoolEngineOptions {
  readonly clock: Clock
  readonly log: Logger
  /** Told when the disk is full and when it is not any more. */
  readonly status?: StatusReporter
  readonly storage: SpoolStorage
  /** Puts a damaged storage aside and opens an empty one in its place. */
  readonly replace?: (fault: unknown) => SpoolStorage
  /** Observations older than this are given up. */
  readonly maxAgeMs: number
  /** In whose name is reported what can not be told by node: the agent's node, or its first. */
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
}

/** As many bits as `passed` has for readers. */
const mostReaders = 30

/** A spool on whatever storage: order, cursors, bounds and gaps are the same on all of them. */
export const createSpool = (options: SpoolEngineOptions): ManagedSpool => {
  const { clock, log } = options
  const open = new Map<string, EngineReader>()
  const opening = new Set<string>()
  const listeners = new Set<() => void>()
  let disposing: Promise<void> | undefined

  const view: ReadersView = {
    *places() {
      for (const { name, cursor, released } of open.values()) yield { name, cursor, released }
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

  /** Damage that shows outside a transaction is mended, and the call made once more. */
  const mending = <T>(work: () => T): T => {
    try {
      return work()
    } catch (fault) {
      writer.mend(fault)
      return work()
    }
  }

  const host: ReaderHost = {
    log,
    read(after, limit, bytes) {
      const started = clock.monotonic()
      const rows = mending(() => writer.storage().read(after, limit, bytes))
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
      return mending(() => writer.storage().count(cursor, Number.MAX_SAFE_INTEGER, known.bit))
    },
    unreadable: () => {
      writer.counters.unreadable++
    },
    next: () => writer.ledger().next,
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
    mending(() =>
      writer.change((draft, storage) => {
        const cursor = (storage.first(0) ?? draft.next) - 1
        const backlog = storage.count(cursor, Number.MAX_SAFE_INTEGER, bit)
        const reader = { name, bit, cursor, released: 0, backlog }
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
    async renew(id) {
      await nextTurn()
      if (disposing || writer.ledger().spool !== id) return
      mending(() =>
        writer.change((draft, storage) => {
          draft.spool = newSpoolId()
          for (const reader of draft.readers.values()) {
            draft.readers.set(reader.name, { ...reader, released: 0 })
            storage.saveReader({ ...reader, released: 0 })
          }
        }),
      )
      for (const reader of open.values()) reader.beginAnew()
      log.warn({ from: id, to: writer.ledger().spool }, 'the spool goes on under a new id')
    },
    append: (observations) => writer.append(observations),
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
      mending(() =>
        writer.change((draft, storage) => {
          for (const name of gone) {
            draft.readers.delete(name)
            storage.removeReader(name)
          }
          // With nobody left that reads, everything is kept for whoever comes.
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
        for (const reader of open.values()) await reader[Symbol.asyncDispose]()
        await writer.close()
      })()),
  }
}
