/**
 * The database engine, locked down: it loads no extension, reaches no file outside the store's folder, and nothing can
 * change that afterwards. All files are attached to an empty database in memory, so that each can be released alone.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from './ddl.ts'
import type { WorkerOptions } from './options.ts'

export interface Instance extends Disposable {
  connect(): Promise<DuckDBConnection>
}

export const openInstance = async ({
  directory,
  memoryBytes,
  tempBytes,
  threads,
}: Pick<WorkerOptions, 'directory' | 'memoryBytes' | 'tempBytes' | 'threads'>): Promise<Instance> => {
  const temp = join(directory, 'tmp')
  mkdirSync(temp, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    memory_limit: `${memoryBytes}B`,
    threads: String(threads),
    // The writer checkpoints by itself, between batches: inside a COMMIT a full disk would take the whole file down.
    checkpoint_threshold: '1TB',
  })
  try {
    const connection = await instance.connect()
    for (const statement of [
      `SET GLOBAL TimeZone = 'UTC'`,
      `SET GLOBAL temp_directory = ${literal(temp)}`,
      `SET GLOBAL max_temp_directory_size = '${tempBytes}B'`,
      `SET GLOBAL allowed_directories = [${literal(directory)}]`,
      'SET GLOBAL enable_external_access = false',
      'SET GLOBAL lock_configuration = true',
    ]) {
      await connection.run(statement)
    }
    connection.closeSync()
  } catch (error) {
    instance.closeSync()
    throw error
  }
  return { connect: () => instance.connect(), [Symbol.dispose]: () => instance.closeSync() }
}
