import type { Retention } from '../store-admin.ts'

export interface DuckStoreOptions {
  /** Made when it is not there. Nothing else may live in it. */
  readonly directory: string
  /** Decides how long the periods of files are, and which late rows are too late. */
  readonly retention: Retention
  /** Wall clock in Unix milliseconds. */
  readonly now?: () => number
  /** There was a store in the folder before: one that is begun now says that the old one is gone. */
  readonly replaces?: boolean
  /** Rows that no file takes any more: older than their tier's retention, or more than a day ahead of the clock. */
  readonly onDropped?: (rows: number) => void
  /** What DuckDB may take, bytes; the process takes about 350 MB more. 1 GiB by default. */
  readonly memoryBytes?: number
  /** What queries may spill to disk, bytes; beyond it they fail with `STORE_QUERY_MEMORY`. 4 GiB by default. */
  readonly tempBytes?: number
  /** Threads of DuckDB. One less than the machine has cores by default, one at least. */
  readonly threads?: number
  /** Queries at a time; more wait. 2 by default. */
  readonly readers?: number
  /** Queries that may wait; one more fails with `STORE_BUSY`. 64 by default. */
  readonly waiting?: number
  /** Of a query that names none. 10 s by default. */
  readonly timeoutMs?: number
  /** Size of one statement's result; beyond it `STORE_QUERY_MEMORY`. 128 MiB by default. */
  readonly resultBytes?: number
  /** A file is written through when its log is this long. 16 MiB by default. */
  readonly checkpointBytes?: number
  /** Files that are open at a time, as far as no query needs more. 96 by default. */
  readonly openFiles?: number
}

/** The same as the worker gets it: no functions. */
export type WorkerOptions = Required<Omit<DuckStoreOptions, 'now' | 'onDropped'>>
