import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { asStoreError } from '../failure.ts'
import { mainPart } from './manifest.ts'

/** Throws `STORE_IN_USE` while a process has the store open, whatever state its files are in. */
export const assertUnused = async (directory: string): Promise<void> => {
  const path = join(directory, `${mainPart}.duckdb`)
  if (!existsSync(path)) return
  try {
    // The lock is looked at before the file is.
    const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
    instance.closeSync()
  } catch (error) {
    const fault = asStoreError(error)
    if (fault.code === 'STORE_IN_USE') throw fault
  }
}
