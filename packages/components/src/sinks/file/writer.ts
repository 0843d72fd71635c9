import type { Batch, Clock } from '@netstats/sdk'
import { renderLine } from './line.ts'
import { isAsLeft, openFile, placeAside } from './open-file.ts'
import type { OpenFile, Place } from './open-file.ts'
import { putAside, syncFolder } from './rotation.ts'

export interface FileWriterOptions {
  readonly path: string
  readonly maxBytes: number
  readonly maxAge: number | undefined
  readonly clock: Pick<Clock, 'now'>
  /** Before a file is put aside: nobody else may be at work in the folder. */
  readonly beforeAside: () => Promise<void>
  /** A file was opened: there may be some that were put aside to look after. */
  readonly opened: () => void
}

export interface FileWriter {
  /** Resolves when every line of the batch is on the disk. After it threw, what it had begun is not there. */
  write(batch: Batch): Promise<void>
  /** Closes the file; the next write opens it again. */
  letGo(): Promise<void>
}

/**
 * What the last line of the file says was already written is not written again, so that each observation is in the files
 * once, also over a crash between write and commit.
 */
export const createFileWriter = (options: FileWriterOptions): FileWriter => {
  const { path, maxBytes, maxAge, clock } = options
  let current: OpenFile | undefined
  let place: Place | undefined

  const letGo = async (): Promise<void> => {
    const handle = current?.handle
    current = undefined
    await handle?.close()
  }

  const opened = async (): Promise<OpenFile> => {
    if (current !== undefined && (await isAsLeft(path, current))) return current
    await letGo()
    const found = await openFile(path, clock.now())
    current = found.file
    place = found.place ?? (await placeAside(path)) ?? place
    await syncFolder(path)
    options.opened()
    return current
  }

  const rotateIfDue = async (file: OpenFile, more: number): Promise<OpenFile> => {
    const isFull = file.bytes > 0 && file.bytes + more > maxBytes
    const isOld = maxAge !== undefined && file.bytes > 0 && clock.now() - file.begunAt >= maxAge
    if (!isFull && !isOld) return file
    await options.beforeAside()
    await letGo()
    await putAside(path, clock.now())
    return opened()
  }

  const isWritten = (batch: Batch, sequence: number): boolean =>
    place?.spool === batch.spool && sequence <= place.sequence

  return {
    async write(batch) {
      const before = await opened()
      const items = batch.items.filter(({ sequence }) => !isWritten(batch, sequence))
      if (items.length === 0) return
      const lines = Buffer.from(items.map((item) => renderLine(batch, item)).join(''))
      const file = await rotateIfDue(before, lines.length)
      try {
        await file.handle.appendFile(lines)
        await file.handle.datasync()
      } catch (error) {
        // A part of it may be there: what is not known to be whole is cut off before the next attempt.
        await file.handle.truncate(file.bytes).catch(() => undefined)
        throw error
      }
      file.bytes += lines.length
      place = { spool: batch.spool, sequence: batch.last }
    },
    letGo,
  }
}
