/** Everything of an open store that lives in the worker. */
import { existsSync, mkdirSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { greatestSeq } from '../queries/catalog.ts'
import { createContext } from './context.ts'
import { openFiles } from './open-files.ts'
import type { FileSet } from './file-set.ts'
import { openInstance } from './instance.ts'
import { createMutex } from './mutex.ts'
import type { Mutex } from './mutex.ts'
import type { WorkerOptions } from './options.ts'
import { createReaders } from './readers.ts'
import type { Readers } from './readers.ts'
import { createWriter } from './writer.ts'
import type { Writer } from './writer.ts'

/** For a look at the numbers of all rows. */
const openWithinMs = 600_000

export interface Engine extends AsyncDisposable {
  readonly options: WorkerOptions
  readonly files: FileSet
  readonly readers: Readers
  readonly writer: Writer
  /** One at a time: batches, checkpoints, removal of files, and whatever must not meet them. */
  readonly writing: Mutex
  readonly gate: Mutex
  connect(): Promise<DuckDBConnection>
}

export const openEngine = async (options: WorkerOptions): Promise<Engine> => {
  const { directory, retention } = options
  if (!existsSync(directory)) mkdirSync(directory, { recursive: true, mode: 0o750 })
  const instance = await openInstance(options)
  try {
    const files = await openFiles(instance, options)
    const gate = createMutex()
    const connect = (): Promise<DuckDBConnection> => instance.connect()
    const readers = await createReaders({ ...options, connect, files, gate })
    const { main } = files
    if (main.state.seq === undefined) {
      const look = { signal: new AbortController().signal, timeoutMs: openWithinMs }
      const seq = await readers.read<number>((session) => greatestSeq(createContext(files, session)), look)
      main.state = { ...main.state, seq }
    }
    const writer = createWriter({ files, connect, readers, gate, retention })
    const writing = createMutex()
    return {
      options,
      files,
      readers,
      writer,
      writing,
      gate,
      connect,
      [Symbol.asyncDispose]: () =>
        writing.run(async () => {
          await readers.close()
          await files.close()
          instance[Symbol.dispose]()
        }),
    }
  } catch (error) {
    instance[Symbol.dispose]()
    throw error
  }
}
