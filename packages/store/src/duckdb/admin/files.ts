/** Files of backups on disk: checksums, copies that survive a power cut. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StoreError } from '../../store-errors.ts'
import { asStoreError } from '../failure.ts'

export interface Digest {
  readonly bytes: number
  readonly sha256: string
}

const highWaterMark = 1 << 20

/** Copies what may be on another disk and takes the checksum on the way; on disk when this resolves. The source stays. */
export const copyFile = async (from: string, to: string, signal?: AbortSignal, mode = 0o640): Promise<Digest> => {
  const hash = createHash('sha256')
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(
    createReadStream(from, { highWaterMark }),
    counted,
    // `flush` is an fsync before the close.
    createWriteStream(to, { flags: 'wx', mode, flush: true }),
    { signal },
  )
  return { bytes, sha256: hash.digest('hex') }
}

/** Writes a small file and makes it durable. */
export const writeDurable = async (path: string, text: string): Promise<void> => {
  await using file = await open(path, 'wx', 0o640)
  await file.writeFile(text)
  await file.sync()
}

/** Makes names in a folder durable. Windows cannot, and does not need it. */
export const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  await using folder = await open(path, 'r')
  await folder.sync()
}

/** An error of the file system in words of the store; one of the store stays what it is. */
export const asFileError = (error: unknown, what: string): StoreError => {
  if (error instanceof StoreError) return error
  const { code, name } = error as NodeJS.ErrnoException
  if (name === 'AbortError') return new StoreError('STORE_QUERY_CANCELLED', `${what}: cancelled.`, { cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StoreError('STORE_DISK_FULL', `${what}: no space is left on the disk.`, {
      retryable: true,
      cause: error,
    })
  }
  // Of the engine.
  if (code === undefined) return asStoreError(error)
  return new StoreError('STORE_IO', `${what}: ${reasons[code] ?? code}.`, {
    retryable: true,
    cause: error,
  })
}
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a file is in the way',
  EISDIR: 'a folder is in the way',
}
