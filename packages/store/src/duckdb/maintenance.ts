/** Between two batches: logs that have grown long are written through, and files that are no longer written to are released. */
import { identifier } from './ddl.ts'
import { sizeOf } from './file-set.ts'
import type { Engine } from './engine.ts'
import type { StoreFile } from './store-file.ts'

/** Batches after which a file without any of their rows counts as no longer written to. */
const quietBatches = 120

const checkpoint = async ({ writer: connection, alias }: StoreFile): Promise<void> => {
  await connection?.run(`CHECKPOINT ${identifier(alias)}`)
}

/**
 * Whether a checkpoint was refused because somebody is in the middle of something: the file is well, and the next batch
 * tries again.
 */
export const isBusy = (error: unknown): boolean => /cannot checkpoint/i.test(String(error))

/** Another failure takes the file down; its rows are in the log, so it is taken up again before the next batch. */
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
    } catch (error) {
      if (!isBusy(error)) writer.damaged(file)
    }
  }
}

const release = (file: StoreFile): void => {
  file.writer?.closeSync()
  file.writer = undefined
}
