import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { NodeId } from '@netstats/protocol'
import { createSpool, SpoolError } from '@netstats/sdk'
import type { Clock, Drop, Logger, ManagedSpool, SpoolStorage, StatusReporter } from '@netstats/sdk'
import { budgetOf, leastMaxBytes } from './budget.ts'
import { openDatabase } from './database.ts'
import { setAside } from './set-aside.ts'
import { createSqliteStorage } from './sqlite-storage.ts'

export interface SpoolOptions {
  /** Holds `spool.sqlite`; made where it does not exist. */
  readonly directory: string
  /** Everything the spool takes on disk. Default 256 MiB, least 1 MiB. */
  readonly maxBytes?: number
  /** Observations older than this are given up. Default seven days. */
  readonly maxAgeMs?: number
  readonly clock: Clock
  readonly log: Logger
  /** Told when the disk is full or fails, and when it is not any more. */
  readonly status?: StatusReporter
  /** In whose name is reported what can not be told by node. */
  readonly reporter: NodeId
  /** What was given up is reported at most so often. Default ten seconds. */
  readonly gapEveryMs?: number
}

export const defaultMaxBytes = 256 * 1024 * 1024
export const defaultMaxAgeMs = 7 * 86_400_000

/**
 * Opens the spool of a data directory. A damaged file is set aside and an empty spool begun; a file in use by another
 * process, written by a newer version, or that can not be made at all is an error with the cure in its message.
 */
// oxlint-disable-next-line typescript/require-await -- what goes wrong must reject, and opening may become slow
export const openSpool = async (options: SpoolOptions): Promise<ManagedSpool> => {
  const { directory, clock, log } = options
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  if (!(maxBytes >= leastMaxBytes)) {
    throw new SpoolError('SPOOL_UNUSABLE', `A spool needs at least ${leastMaxBytes} bytes; it was given ${maxBytes}.`)
  }
  const budget = budgetOf(maxBytes)
  const path = join(directory, 'spool.sqlite')
  makeDirectory(directory)
  let current: DatabaseSync | undefined
  const lost: Drop[] = []

  const open = (): SpoolStorage => {
    current = openDatabase(path, budget)
    return createSqliteStorage(current, path, budget)
  }
  const replace = (): SpoolStorage => {
    try {
      current?.close()
    } catch {
      // What is damaged may not close well either; the rename below is what counts.
    }
    const target = setAside(path, clock.now())
    log.error({ file: target }, 'a damaged spool was set aside')
    return open()
  }
  const openOrReplace = (): SpoolStorage => {
    try {
      return loadable(open())
    } catch (error) {
      if (!(error instanceof SpoolError) || error.code !== 'SPOOL_CORRUPT') throw error
      log.error({ error }, 'the spool is damaged and is begun anew')
      lost.push({
        node: options.reporter,
        reason: 'corrupt',
        class: 'alarm',
        dropped: 0,
        from: clock.now(),
        to: clock.now(),
      })
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

/** Damage that a check of the pages does not see shows when everything is read once. */
const loadable = (storage: SpoolStorage): SpoolStorage => {
  storage.load()
  return storage
}

const makeDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    const cure = 'Choose a data directory that this user may write to.'
    throw new SpoolError('SPOOL_UNUSABLE', `${directory} can not be made. ${cure}`, { cause: error })
  }
}
