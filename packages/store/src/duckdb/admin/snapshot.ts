/**
 * Long reading beside the writer, on a connection of its own: some files as they were between two batches. Like any
 * reader it is ended when a file has to be taken away, so that writing never waits for an operator.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../../store-errors.ts'
import type { Engine } from '../engine.ts'
import { asStoreError } from '../failure.ts'
import { query } from '../statement.ts'
import { relationIn, tableIn } from '../store-file.ts'
import type { StoreFile } from '../store-file.ts'
import type { FileState } from '../record.ts'

export interface FileSnapshot {
  readonly file: StoreFile
  readonly state: FileState
  /** What stands in FROM for the rows of a table. */
  readonly rowsOf: (table: string) => string
}

export interface Snapshot {
  readonly connection: DuckDBConnection
  readonly files: readonly FileSnapshot[]
  /** The last batch that is in it. */
  readonly batch: number
}

/** An interrupt between two statements is lost, so it is given again. */
const interruptEveryMs = 20

export const cancelled = (cause?: unknown): StoreError =>
  new StoreError('STORE_QUERY_CANCELLED', 'It was cancelled.', cause === undefined ? {} : { cause })

export const readSnapshot = async <T>(
  engine: Engine,
  choose: () => readonly StoreFile[],
  signal: AbortSignal | undefined,
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<T> => {
  const { files, gate, readers } = engine
  const connection = await engine.connect()
  const held = new Set<StoreFile>()
  let ended: StoreError | undefined
  let interrupts: NodeJS.Timeout | undefined
  let over = false
  let onEnd: (error: StoreError) => void = () => undefined
  const end = (error: StoreError): void => {
    // An interrupt of a connection that is closed by then would stop the process.
    if (over) return
    ended ??= error
    onEnd(ended)
    connection.interrupt()
    interrupts ??= setInterval(() => connection.interrupt(), interruptEveryMs)
  }
  const onAbort = (): void => end(cancelled(signal?.reason))
  const hold = (): readonly StoreFile[] => {
    const chosen = choose().filter((file) => !file.leaving)
    for (const file of chosen.filter((one) => !held.has(one))) {
      held.add(file)
      file.readers++
    }
    return chosen
  }
  const leave = readers.enlist({ files: held, end })
  try {
    if (signal?.aborted === true) throw cancelled(signal.reason)
    signal?.addEventListener('abort', onAbort)
    // Most are attached before the writer is held up.
    await files.attach(hold())
    // Anyone who holds the gate may be waiting for just this reader to leave.
    const left = Promise.withResolvers<never>()
    onEnd = left.reject
    const snapshot = await Promise.race([
      left.promise,
      gate.run(async () => {
        if (ended !== undefined) throw ended
        onEnd = () => undefined
        const chosen = hold()
        await files.attach(chosen)
        return await begin(connection, chosen, files.main.state.batch)
      }),
    ])
    const result = await use(snapshot)
    if (ended !== undefined) throw ended
    return result
  } catch (error) {
    throw ended ?? asStoreError(error)
  } finally {
    over = true
    clearInterval(interrupts)
    signal?.removeEventListener('abort', onAbort)
    await connection.run('ROLLBACK').catch(() => undefined)
    connection.closeSync()
    for (const file of held) file.readers--
    leave()
  }
}

/** A file takes part in a transaction from its first statement on, so each is touched now. */
const begin = async (connection: DuckDBConnection, files: readonly StoreFile[], batch: number): Promise<Snapshot> => {
  await connection.run('BEGIN TRANSACTION READ ONLY')
  const states = files.map((file) => `SELECT batch FROM ${tableIn(file, 'netstats_state')}`)
  await query(connection, states.join(' UNION ALL '))
  return {
    connection,
    batch,
    files: files.map((file) => {
      // Rows of a batch that is still to be undone; as they are hidden now, whatever happens to them later.
      const { state, hidden } = file
      const then = { ...file, state, hidden }
      return { file, state, rowsOf: (table) => relationIn(then, table) }
    }),
  }
}
