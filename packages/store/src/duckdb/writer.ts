/**
 * Writing a batch. A transaction of DuckDB writes to one file only, so each file has its own, and `main.duckdb` commits
 * last: a batch that it has is there, any other is not.
 *
 *     append to all files ─► commit period files ─► commit main.duckdb ─► durable
 *              │                       │                     │
 *              └── roll back           └─────────┬───────────┘
 *                                    look on the disk: main has it? durable : undo in the others
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { ExpiringTier } from '../table.ts'
import { numberRows } from '../batch.ts'
import type { StoreBatch } from '../batch.ts'
import { appendBatch } from './append-batch.ts'
import type { Appended } from './append-batch.ts'
import { asStoreError } from './failure.ts'
import type { FileSet } from './file-set.ts'
import type { Mutex } from './mutex.ts'
import type { Readers } from './readers.ts'
import type { StoreFile } from './store-file.ts'
import { planWrite } from './write-plan.ts'
import type { WritePlan } from './write-plan.ts'

/** How long a query may still read a file that has to be taken up again after a failure. */
const graceMs = 500

export interface WriterParts {
  readonly files: FileSet
  readonly connect: () => Promise<DuckDBConnection>
  readonly readers: Readers
  /** Held while a batch is committed. */
  readonly gate: Mutex
  readonly retention: { readonly [T in ExpiringTier]: number }
}

export interface Writer {
  /** Gives how many rows were dropped because no file takes their time. */
  write(batch: StoreBatch, now: number, id?: string): Promise<number>
  /** The engine refuses the file: it is taken up again before the next batch. */
  damaged(file: StoreFile): void
}

interface State extends WriterParts {
  /** To be released and taken up again before anything else; `main.duckdb` first. */
  readonly damaged: Set<StoreFile>
}

/** Whether an error has made the engine refuse a file until it is attached again. */
const isTakenDown = (error: unknown): boolean => /invalidated/i.test(String(error))

/** Undoes in each file what `main.duckdb` has not. A file that even that takes down is taken up again next time. */
const settle = async ({ files, damaged }: State): Promise<void> => {
  for (const file of files.all()) {
    try {
      await files.settle(file)
    } catch (error) {
      if (isTakenDown(error)) damaged.add(file)
      throw error
    }
  }
}

/** Takes up again what a failed commit has touched, and undoes what has to be. */
const recover = async (state: State, touched: readonly StoreFile[]): Promise<void> => {
  const { files, readers, damaged } = state
  for (const file of [files.main, ...touched]) damaged.add(file)
  for (const file of damaged) {
    await readers.drain(file, graceMs)
    await files.reload(file)
    damaged.delete(file)
  }
  await settle(state)
}

interface Prepared {
  readonly planned: WritePlan
  readonly appended: Appended
}

const commitAll = async ({ planned: { parts }, appended: { states, toldMain } }: Prepared): Promise<void> => {
  for (const [file, state] of states) {
    await file.writer?.run('COMMIT')
    file.state = state
    for (const { key, share } of parts.get(file) ?? []) file.counts?.set(key, (file.counts.get(key) ?? 0) + share.rows)
  }
  toldMain()
}

/** Commits, and looks on the disk where that fails: a batch that `main.duckdb` has is there. */
const commit = async (state: State, prepared: Prepared): Promise<void> => {
  const { damaged, files } = state
  const { main } = files
  try {
    await commitAll(prepared)
  } catch (error) {
    const touched = [...prepared.appended.states.keys()]
    for (const file of touched) await file.writer?.run('ROLLBACK').catch(() => undefined)
    const wanted = prepared.appended.states.get(main)?.batch ?? 0
    // What cannot be put right now is put right before the next batch.
    await recover(state, touched).catch(() => undefined)
    if (!damaged.has(main) && main.state.batch === wanted) return
    // It may be there; a store that is opened again knows.
    if (damaged.has(main))
      throw new StoreError('STORE_FAILED', 'It could not be found out whether a batch was written.', {
        retryable: true,
        cause: error,
      })
    throw asStoreError(error)
  }
}

/** Appends it to all files. Where that fails, nothing of it is left. */
const prepare = async (state: State, batch: StoreBatch, now: number, id: string | undefined): Promise<Prepared> => {
  const seq = numberRows(batch, state.files.main.state.seq ?? 0)
  const begun: StoreFile[] = []
  try {
    const planned = await planWrite({ ...state, now }, batch)
    return { planned, appended: await appendBatch(state, { ...planned, batch, seq, id }, begun) }
  } catch (error) {
    const failed = await Promise.allSettled(begun.map(async (file) => file.writer?.run('ROLLBACK')))
    if (failed.some(({ status }) => status === 'rejected')) await state.gate.run(() => recover(state, begun))
    throw asStoreError(error)
  }
}

const write = async (state: State, batch: StoreBatch, now: number, id: string | undefined): Promise<number> => {
  const { files, gate, damaged } = state
  // What an earlier failure left is put right first, or this one fails like it.
  await gate
    .run(() => (damaged.size > 0 ? recover(state, []) : settle(state)))
    .catch((error: unknown) => {
      throw asStoreError(error)
    })
  if (id !== undefined && files.main.state.ids?.includes(id) === true) return 0
  const prepared = await prepare(state, batch, now, id)
  await gate.run(() => commit(state, prepared))
  return prepared.planned.dropped
}

export const createWriter = (parts: WriterParts): Writer => {
  const state: State = { ...parts, damaged: new Set() }
  return {
    damaged: (file) => void state.damaged.add(file),
    write: (batch, now, id) => write(state, batch, now, id),
  }
}
