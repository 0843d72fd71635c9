import { randomBytes } from 'node:crypto'
import { shedClasses, shedClassOf } from '@netstats/protocol'
import type { NodeId, Observation, ShedClass } from '@netstats/protocol'
import type { Clock } from '../clock.ts'
import { reasonOf, SpoolError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { StatusReporter } from '../status.ts'
import { createCounters } from './counters.ts'
import type { Counters } from './counters.ts'
import { draftOf, dropOldest, freePiece, insert, ledgerOf, pieceRows, settle } from './draft.ts'
import type { Draft, Ledger, ReaderRecord } from './draft.ts'
import { addDrops, dropsOf, gapsOf } from './drops.ts'
import type { Drop } from './drops.ts'
import { createHealth } from './health.ts'
import { noRows } from './memory-storage.ts'
import { createAppendQueue, mostWaiting } from './queue.ts'
import type { Group } from './queue.ts'
import { makeRoom, toIncoming } from './room.ts'
import type { Incoming } from './room.ts'
import { createSpoolTime } from './spool-time.ts'
import type { SpoolTime } from './spool-time.ts'
import type { SpoolStorage } from './storage.ts'

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
  /** The node in whose name is reported what can not be told by node. */
  readonly reporter: NodeId
  /** What was lost before this storage was opened. */
  readonly lost?: readonly Drop[]
}

/** What the writer needs to know of the readers. */
export interface ReadersView {
  /** Places to be saved. */
  places(): Iterable<Pick<ReaderRecord, 'name' | 'cursor' | 'released'>>
  /** What is known of an observation on its way in: the bits of those that do not want it; undefined: nobody does. */
  passed(observation: Observation): number | undefined
  appended(): void
}

export interface SpoolWriter {
  readonly counters: Counters
  readonly time: SpoolTime
  storage(): SpoolStorage
  ledger(): Ledger
  append(observations: readonly Observation[]): Promise<void>
  /** Resolves when the cursors as they are now are durable, or can not be made so for now. */
  save(): Promise<void>
  nudge(): void
  /** A transaction of its own, at once. */
  change(work: (draft: Draft, storage: SpoolStorage) => void): void
  /** Mends what is wrong with the storage where it can; throws the fault where it can not. */
  mend(fault: unknown): void
  waiting(): number
  diskFull(): boolean
  close(): Promise<void>
}

const expireEveryMs = 1000
export const newSpoolId = (): string => randomBytes(16).toString('hex')

/**
 * The one place that changes a spool. Everything asked for in one turn of the event loop goes into one transaction, so
 * that it shares one fsync: cursors first, then one piece of freeing and one of expiry, then the appends.
 */
export const createWriter = (options: WriterOptions, readers: ReadersView): SpoolWriter => {
  const { clock, log } = options
  const queue = createAppendQueue()
  const health = createHealth({ clock, log, ...(options.status ? { status: options.status } : {}) }, () => nudge())
  const counters = createCounters(clock, log)
  const openedAt = clock.now()
  let storage = options.storage
  const loaded = storage.load()
  const time = createSpoolTime({ clock, maxAgeMs: options.maxAgeMs, saved: loaded.state })
  // A spool that begins anew begins beyond whatever an earlier one may have counted, unless it counted over a million a
  // second: a sequence must never come twice, a lost file included.
  const firstSequence = Math.max(1, Math.floor(clock.now() * 1000))
  let ledger: Ledger = {
    // Nothing can be read before a reader was registered, and that saves the id.
    spool: loaded.state?.spool ?? newSpoolId(),
    since: 0,
    next: loaded.state?.next ?? firstSequence,
    rows: loaded.rows,
    readers: new Map(
      loaded.readers.map((one) => [
        one.name,
        { ...one, backlog: storage.count(one.cursor, Number.MAX_SAFE_INTEGER, one.bit) },
      ]),
    ),
    drops: addDrops(new Map(), loaded.drops),
    toFree: [],
    usedBits: loaded.state?.usedBits ?? 0,
  }
  let savedDrops = ledger.drops
  let group: Group | undefined
  let saves: (() => void)[] = []
  let scheduled = false
  let nudged = false
  let closed = false
  let ended = false
  let lastGapAt = -Infinity
  let lastExpiryAt = -Infinity

  const loseInMemory = (drops: readonly Drop[]): void => {
    ledger = { ...ledger, drops: addDrops(ledger.drops, drops) }
    counters.drop(drops)
  }

  const encode = (observation: Observation): Incoming | undefined => {
    const passed = readers.passed(observation)
    if (passed === undefined) {
      counters.unwanted++
      return undefined
    }
    const incoming = tryIncoming(observation, passed)
    if (!incoming) return undefined
    if (incoming.bytes <= storage.limits.rowBytes) return incoming
    loseInMemory(dropsOf([incoming.row], 'size', incoming.shed))
    return undefined
  }

  /** One observation that can not be written down must not take its neighbours along. */
  const tryIncoming = (observation: Observation, passed: number): Incoming | undefined => {
    try {
      return toIncoming(observation, passed, clock.now())
    } catch (error) {
      counters.unreadable++
      log.debug({ kind: observation.kind, error: reasonOf(error) }, 'an observation can not be encoded')
      return undefined
    }
  }

  const gapsDue = (): boolean => ledger.drops.size > 0 && clock.monotonic() - lastGapAt >= options.gapEveryMs
  const expiryDue = (): boolean => clock.monotonic() - lastExpiryAt >= expireEveryMs

  const expire = (draft: Draft): void => {
    lastExpiryAt = clock.monotonic()
    const stepped = time.check()
    if (stepped !== 0) log.warn({ steppedMs: stepped }, 'the wall clock was set; the age of what is spooled is not')
    const until = time.now() - options.maxAgeMs
    for (const shed of shedClasses) {
      // A full piece: there may be more, look again in the next turn.
      if (draft.rows[shed] > 0 && dropOldest(draft, storage, shed, 'age', until) === pieceRows) {
        lastExpiryAt = -Infinity
        nudged = true
      }
    }
  }

  /** A spool may be opened with less room than it had. */
  const trim = (draft: Draft): void => {
    if (storage.usedBytes() <= storage.limits.roomBytes) return
    const shed = shedClasses.find((c) => draft.rows[c] > 0)
    if (shed && dropOldest(draft, storage, shed, 'size') > 0) nudged = true
  }

  /** The rows that have to wait for more room; none where all that will ever be stored is. */
  const store = (draft: Draft, rows: readonly Incoming[], report: boolean): readonly Incoming[] => {
    const reported = draft.drops
    const gaps: Incoming[] = []
    for (const gap of report ? gapsOf(reported, clock.now()) : []) {
      const passed = readers.passed(gap)
      if (passed !== undefined) gaps.push(toIncoming(gap, passed, clock.now()))
    }
    if (report) draft.drops = new Map()
    const fit = makeRoom(draft, storage, [...rows, ...gaps], false)
    if (fit.wait) {
      if (report) draft.drops = addDrops(reported, draft.drops.values())
      return fit.rows.filter((row) => !gaps.includes(row))
    }
    insertAll(draft, fit.rows)
    if (report) lastGapAt = clock.monotonic()
    return []
  }

  /** In place of a piece of what is stored: there is no other room. */
  const storeInPlace = (draft: Draft, rows: readonly Incoming[]): readonly Incoming[] => {
    const fit = makeRoom(draft, storage, rows, true)
    if (fit.wait) return fit.rows
    insertAll(draft, fit.rows)
    return []
  }

  const insertAll = (draft: Draft, rows: readonly Incoming[]): void => {
    const storedAt = time.now()
    for (const one of rows) insert(draft, storage, one.shed, { ...one.row, storedAt })
  }

  const attempt = (rows: readonly Incoming[], force: boolean): readonly Incoming[] => {
    const draft = draftOf(ledger)
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
    const waiting = storage.transaction(() => {
      for (const place of readers.places()) settle(draft, storage, place)
      freePiece(draft, storage)
      if (expiryDue()) expire(draft)
      trim(draft)
      const left = force ? storeInPlace(draft, rows) : store(draft, rows, gapsDue())
      if (draft.drops !== savedDrops) storage.saveDrops([...draft.drops.values()])
      if (draft.next !== ledger.next) saveState(draft)
      return left
    }, bytes)
    const before = ledger.next
    ledger = ledgerOf(draft)
    savedDrops = ledger.drops
    counters.commits++
    counters.drop(draft.dropped)
    counters.appended += ledger.next - before
    if (ledger.next > before) readers.appended()
    return waiting
  }

  const saveState = ({ spool, next, usedBits }: Pick<Ledger, 'spool' | 'next' | 'usedBits'>): void =>
    storage.saveState({ spool, next, spoolMs: time.now(), wallMs: clock.now(), usedBits })

  /** False where the fault is no damage, or there is nothing to put in its place. */
  const replaced = (fault: SpoolError): boolean => {
    if (fault.code !== 'SPOOL_CORRUPT' || !options.replace) return false
    log.error({ error: fault }, 'the spool is damaged; it is set aside and begun anew')
    try {
      storage = options.replace(fault)
    } catch (error) {
      log.error({ error }, 'the damaged spool can not be set aside')
      return false
    }
    counters.replaced++
    const lost = shedClasses.filter((c) => ledger.rows[c] > 0).map((c) => lostTo(c, ledger.rows[c]))
    ledger = {
      ...ledger,
      spool: newSpoolId(),
      since: ledger.next,
      rows: noRows(),
      readers: new Map([...ledger.readers].map(([name, reader]) => [name, { ...reader, released: 0, backlog: 0 }])),
      toFree: [],
    }
    loseInMemory(lost.length > 0 ? lost : [lostTo('alarm', 0)])
    storage.transaction(() => {
      saveState(ledger)
      for (const reader of ledger.readers.values()) storage.saveReader(reader)
      storage.saveDrops([...ledger.drops.values()])
    })
    return true
  }
  const lostTo = (shed: ShedClass, dropped: number): Drop => ({
    node: options.reporter,
    reason: 'corrupt',
    class: shed,
    dropped,
    from: openedAt,
    to: clock.now(),
  })

  /** Writes what is asked for by whatever means are left; the rows that have to wait. */
  const write = (rows: readonly Incoming[]): readonly Incoming[] => {
    try {
      const waiting = attempt(rows, false)
      if (storage.tidy()) nudged = true
      health.calm()
      return waiting
    } catch (fault) {
      if (!(fault instanceof SpoolError)) throw fault
      if (!replaced(fault)) health.trouble(fault)
    }
    try {
      storage.relieve()
      return attempt(rows, health.failing())
    } catch (fault) {
      if (!(fault instanceof SpoolError)) throw fault
      health.trouble(fault)
    }
    for (const { shed, row } of rows) loseInMemory(dropsOf([row], 'disk-full', shed))
    return []
  }

  const turn = (): void => {
    scheduled = false
    if (ended) return
    nudged = false
    const started = clock.monotonic()
    const saved = saves
    saves = []
    group ??= queue.take(encode, storage.limits.groupBytes)
    const current = group
    try {
      const waiting = write(current?.rows ?? [])
      if (current && waiting.length > 0) group = { ...current, rows: waiting }
      else {
        group = undefined
        current?.resolve()
      }
    } catch (error) {
      // Neither full nor damaged: a bug, or a device that is gone. Who appends must know.
      log.error({ error }, 'the spool failed')
      group = undefined
      current?.reject(new SpoolError('SPOOL_IO', `The spool failed: ${reasonOf(error)}`, { cause: error }))
    }
    for (const resolve of saved) resolve()
    counters.slowestMs = Math.max(counters.slowestMs, clock.monotonic() - started)
    if (nudged || promised() || ledger.toFree.length > 0) schedule()
  }

  /** Somebody waits for what is still to be written. */
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

  if (options.lost) loseInMemory(options.lost)
  // A spool killed between a commit and the freeing after it frees now what is left over.
  const settledThrough = Math.max(0, ...[...ledger.readers.values()].map((reader) => reader.cursor))
  if (settledThrough > 0) ledger = { ...ledger, toFree: [{ after: 0, through: settledThrough }] }
  schedule()

  return {
    counters,
    time,
    storage: () => storage,
    ledger: () => ledger,
    append(observations) {
      if (closed) return Promise.reject(new SpoolError('SPOOL_CLOSED', 'The spool is closed.'))
      if (observations.length === 0) return Promise.resolve()
      if (queue.waiting() + observations.length > mostWaiting && queue.waiting() > 0) {
        for (const one of observations) loseInMemory(dropsOf([one], 'overload', shedClassOf(one.kind)))
        return Promise.resolve()
      }
      schedule()
      return queue.add(observations)
    },
    save() {
      if (closed && !scheduled) return Promise.resolve()
      schedule()
      return new Promise((resolve) => saves.push(resolve))
    },
    nudge,
    change(work) {
      const draft = draftOf(ledger)
      storage.transaction(() => {
        work(draft, storage)
        saveState(draft)
      })
      ledger = ledgerOf(draft)
      if (ledger.toFree.length > 0) schedule()
    },
    mend(fault) {
      if (!(fault instanceof SpoolError) || !replaced(fault)) throw fault
    },
    waiting: () => queue.waiting() + (group?.rows.length ?? 0),
    diskFull: () => health.failing(),
    async close() {
      closed = true
      health.close()
      lastGapAt = -Infinity
      // What was promised is kept; what only tidies up is left to the next start.
      for (let first = true; first || promised(); first = false) {
        schedule()
        await new Promise((resolve) => setImmediate(resolve))
      }
      ended = true
      storage.close()
    },
  }
}
