import { systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { Store } from '@netstats/sdk/store'
import { historyFolder } from '../control/history-folder.ts'
import type { Health } from '../self/health.ts'
import { openDuckStore } from '../store/duckdb/mod.ts'
import type { HistoryConfig } from './config.ts'
import { folderUse } from './disk-use.ts'
import { openHistory } from './history.ts'
import type { OpenHistory } from './history.ts'
import type { ShedTotals } from './shed-rows.ts'

export interface ServerHistoryOptions {
  readonly config: { readonly data: string; readonly drainTimeout: number; readonly history: HistoryConfig }
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
  readonly sheds: () => ShedTotals
  /** In place of the one in the data folder. */
  readonly openStore?: (() => Promise<Store>) | undefined
}

/** Time the start of the server waits for its history to open, and then for the networks to be restored from it. */
const openWithinMs = 15_000
const restoreWithinMs = 10_000

/** The history of a server, as its configuration wants it; undefined where that turns it off. */
export const openServerHistory = async (options: ServerHistoryOptions): Promise<OpenHistory | undefined> => {
  const { config, log, health, sheds } = options
  const { enabled, retention, memory, threads, flushEvery, pendingBytes } = config.history
  if (!enabled) return undefined
  let outOfTime = 0
  const directory = historyFolder(config.data)
  const openDuck = (): Promise<Store> =>
    openDuckStore({
      directory,
      retention,
      memoryBytes: memory,
      ...(threads === undefined ? {} : { threads }),
      onDropped: (rows) => (outOfTime += rows),
    })
  return openHistory({
    openStore: options.openStore ?? openDuck,
    ...(options.openStore === undefined && { diskUse: () => folderUse(directory) }),
    retention,
    flushEveryMs: flushEvery,
    pendingBytes,
    clock: systemClock,
    log,
    health,
    sheds: () => ({ ...sheds(), store: { time: outOfTime } }),
    openWithinMs,
    restoreWithinMs,
    closeWithinMs: config.drainTimeout + 1000,
  })
}
