/** The store under test: the embedded one, as a server opens it. */
import { openDuckStore } from '@netstats/store/duckdb'
import type { Retention, Store, StoreAdmin } from '@netstats/store'

const day = 24 * 3_600_000
const usual: Retention = { raw: 2 * day, logs: 7 * day, seconds: 7 * day, minutes: 90 * day, hours: 3650 * day }

export type OpenBenchStore = (
  directory: string,
  options: { readonly now: () => number; readonly retention?: Retention; readonly memoryBytes?: number },
) => Promise<Store & StoreAdmin>

export const openBenchStore: OpenBenchStore = (directory, { now, retention = usual, memoryBytes = 2 ** 30 }) =>
  openDuckStore({
    directory,
    retention,
    memoryBytes,
    now,
    // Figures of a store that leaves rows aside mean nothing.
    onDropped: (rows) => {
      throw new Error(`${rows} rows were left aside`)
    },
  })
