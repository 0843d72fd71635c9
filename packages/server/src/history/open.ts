import { systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { ManagedStore } from '@netstats/store'
import { historyFolder } from '../data-folder/folders.ts'
import { noteMarks, readMarks } from '../data-folder/marks.ts'
import type { Health } from '../telemetry/health.ts'
import { openDuckStore } from '@netstats/store/duckdb'
import type { HistoryConfig } from './history-config.ts'
import { folderUse } from './disk-use.ts'
import { openHistory } from './history.ts'
import type { OpenHistory } from './history.ts'
import type { ShedTotals } from './shed-rows.ts'

export interface ServerHistoryOptions {
  readonly config: { readonly data: string; readonly drainTimeout: number; readonly history: HistoryConfig }
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
  readonly sheds: () => ShedTotals
  /** Resolves when others have what is to be written; agents are told only then that it is stored. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** In place of the one in the data folder. */
  readonly openStore?: (() => Promise<ManagedStore>) | undefined
}

/** Time the start of the server waits for its history to open, and then for the networks to be restored from it. */
const openWithinMs = 15_000
const restoreWithinMs = 10_000

/** The history of a server, as its configuration wants it; undefined where that turns it off. */
export const openServerHistory = async (options: ServerHistoryOptions): Promise<OpenHistory | undefined> => {
  const { config, log, health, sheds } = options
  const { enabled, retention, memory, threads, flushEvery, bufferBytes } = config.history
  if (!enabled) return undefined
  let outOfTime = 0
  const directory = historyFolder(config.data)
  const openDuck = async (): Promise<ManagedStore> => {
    const store = await openDuckStore({
      directory,
      retention,
      memoryBytes: memory,
      ...(threads === undefined ? {} : { threads }),
      replaces: readMarks(config.data).history === true,
      onDropped: (rows) => (outOfTime += rows),
    })
    noteMarks(config.data, { history: true })
    return store
  }
  return openHistory({
    openStore: options.openStore ?? openDuck,
    ...(options.openStore === undefined && { diskUse: () => folderUse(directory) }),
    retention,
    flushEveryMs: flushEvery,
    bufferBytes,
    clock: systemClock,
    log,
    health,
    sheds: () => ({ ...sheds(), store: { time: outOfTime } }),
    beforeWrite: options.beforeWrite,
    openWithinMs,
    restoreWithinMs,
    closeWithinMs: config.drainTimeout + 1000,
  })
}
