import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { NodeId } from '@netstats/protocol'
import { createSpool } from '../engine.ts'
import { SpoolError } from '@netstats/sdk'
import type { Clock, Logger, StatusReporter } from '@netstats/sdk'
import type { Drop } from '../drops.ts'
import type { ManagedSpool } from '../engine.ts'
import type { SpoolStorage } from '../storage.ts'
import { budgetOf, leastMaxBytes } from './budget.ts'
import { isEmptied, lostDrops, missingSince, takeOutImpossible } from './check.ts'
import type { Counts } from './check.ts'
import { openDatabase } from './database.ts'
import { translating } from './faults.ts'
import { openMark, readMark } from './mark.ts'
import { setAside } from './set-aside.ts'
import { createSqliteStorage } from './sqlite-storage.ts'

export interface SpoolOptions {
  /** Holds `spool.sqlite` and `spool.mark`; made where it does not exist. */
  readonly directory: string
  /** Everything the spool takes on disk. Default 256 MiB, least 1 MiB. */
  readonly maxBytes?: number
  /** Observations older than this are given up. Default seven days. */
  readonly maxAgeMs?: number
  readonly clock: Clock
  readonly log: Logger
  /** Shows whether the disk is full or fails. */
  readonly status?: StatusReporter
  /** The node that losses are reported for when it is not known whose they are. */
  readonly reporter: NodeId
  /** What was given up is reported at most so often. Default ten seconds. */
  readonly gapEveryMs?: number
}

export const defaultMaxBytes = 256 * 1024 * 1024
export const defaultMaxAgeMs = 7 * 86_400_000

/**
 * Opens the spool of a data directory. A damaged file is set aside and an empty spool begun; a file in use by another
 * process, written by a newer version, or that cannot be made at all is an error with the cure in its message.
 */
// Async, although nothing waits: what goes wrong must reject, and opening may become slow.
export const openSpool = async (options: SpoolOptions): Promise<ManagedSpool> => {
  const { directory, clock, log } = options
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  if (!(maxBytes >= leastMaxBytes)) {
    throw new SpoolError('SPOOL_UNUSABLE', `A spool needs at least ${leastMaxBytes} bytes; it was given ${maxBytes}.`)
  }
  const budget = budgetOf(maxBytes)
  const path = join(directory, 'spool.sqlite')
  const markPath = join(directory, 'spool.mark')
  makeDirectory(directory)
  const marked = readMark(markPath)
  const mark = openMark(markPath)
  let current: DatabaseSync | undefined
  let lost: readonly Drop[] = []

  /** What was lost is in the log once, and reported as gaps with the observations. */
  const lose = (counts: Counts, what: string, error?: unknown): void => {
    log.error({ file: path, observations: counts, ...(error === undefined ? {} : { error }) }, what)
    lost = [...lost, ...lostDrops(counts, options.reporter, clock.now())]
  }
  const open = (): SpoolStorage => {
    const db = openDatabase(path, budget)
    current = db
    const impossible = translating(path, () => takeOutImpossible(db))
    if (Object.keys(impossible).length > 0) lose(impossible, 'rows of the spool are damaged and are taken out')
    return createSqliteStorage(db, path, budget, mark, marked)
  }
  const aside = (): void => {
    try {
      current?.close()
    } catch {
      // What is damaged may not close well either; the rename below is what counts.
    }
    log.error({ file: setAside(path, clock.now()) }, 'a damaged spool was set aside')
  }
  const replace = (): SpoolStorage => {
    aside()
    return open()
  }
  const openOrReplace = (): SpoolStorage => {
    if (isEmptied(path, markPath)) {
      lose(marked?.rows ?? {}, 'the spool is empty or gone, though there was one; it is begun again')
      return replace()
    }
    try {
      const storage = open()
      // Damage that a check of the pages does not see shows when everything is counted once.
      const missing = missingSince(marked, storage.load())
      if (missing) lose(missing, 'the spool is older than it was: its log was lost or cut, or an old file was put back')
      return storage
    } catch (error) {
      if (!(error instanceof SpoolError) || error.code !== 'SPOOL_CORRUPT') throw error
      lose(marked?.rows ?? {}, 'the spool is damaged and is begun again', error)
      return replace()
    }
  }

  const storage = openOrReplace()
  return createSpool({
    clock,
    log,
    storage,
    replace,
    lost,
    maxAgeMs: options.maxAgeMs ?? defaultMaxAgeMs,
    reporter: options.reporter,
    ...(options.status ? { status: options.status } : {}),
    ...(options.gapEveryMs === undefined ? {} : { gapEveryMs: options.gapEveryMs }),
  })
}

const makeDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    const cure = 'Choose a data directory that this user may write to.'
    throw new SpoolError('SPOOL_UNUSABLE', `${directory} cannot be made. ${cure}`, { cause: error })
  }
}
