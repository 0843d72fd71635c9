/** Between two batches: logs that have grown long are written through, and files that are no longer written to are let go. */
import { identifier } from './ddl.ts'
import { sizeOf } from './file-set.ts'
import type { Engine } from './engine.ts'
import type { StoreFile } from './store-file.ts'

/** Batches after which a file without any of their rows counts as no longer written to. */
const quietBatches = 120

const checkpoint = async ({ writer: connection, alias }: StoreFile): Promise<void> => {
  await connection?.run(`CHECKPOINT ${identifier(alias)}`)
}

/** A checkpoint that fails takes the file down; its rows are in the log, so it is taken up anew before the next batch. */
export const tidy = async ({ files, options, writer }: Engine): Promise<void> => {
  const { main } = files
  for (const file of files.all()) {
    if (file.writer === undefined || file.hidden !== undefined) continue
    const quiet = file !== main && main.state.batch - file.state.batch > quietBatches
    const log = sizeOf(`${file.path}.wal`)
    if (log < options.checkpointBytes && !(quiet && log > 0)) {
      if (quiet) release(file)
      continue
    }
    try {
      await checkpoint(file)
      if (quiet) release(file)
    } catch {
      writer.damaged(file)
    }
  }
}

const release = (file: StoreFile): void => {
  file.writer?.closeSync()
  file.writer = undefined
}
