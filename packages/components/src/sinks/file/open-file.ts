/** The file that lines are added to, as it is found. */
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { lastPlace } from './line.ts'
import { asideOf } from './rotation.ts'

/** Longer than any line: the end of a file is looked at to learn what is in it. */
const tailBytes = 16 * 1024 * 1024
/** How a line of ours begins. */
const lineStart = '{"id":"'

/** The file that lines are added to. */
export interface OpenFile {
  readonly handle: FileHandle
  /** Length of what is known to be whole. */
  bytes: number
  readonly begunAt: number
}

/** A place in a spool: what is at or before it, of that spool, is in the files already. */
export type Place = NonNullable<ReturnType<typeof lastPlace>>

const readTail = async (handle: FileHandle, bytes: number): Promise<Buffer> => {
  const length = Math.min(bytes, tailBytes)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, bytes - length)
  return buffer.subarray(0, bytesRead)
}

/** Opens the file, cuts off a line that a crash left half-written, and says what its last whole line was. */
export const openFile = async (path: string, now: number): Promise<{ file: OpenFile; place: Place | undefined }> => {
  await mkdir(dirname(path), { recursive: true })
  const handle = await open(path, 'a+', 0o640)
  try {
    const { size, birthtimeMs, mtimeMs } = await handle.stat()
    const tail = await readTail(handle, size)
    const end = tail.lastIndexOf('\n') + 1
    const half = tail.subarray(end)
    // Somebody else's file is not cut.
    if (!lineStart.startsWith(half.subarray(0, lineStart.length).toString('latin1')))
      throw new Error('it ends with half a line that is not of this sink; give the sink a file of its own')
    if (half.length > 0) await handle.truncate(size - half.length)
    // Some file systems keep no time of birth.
    const begunAt = size === 0 ? now : birthtimeMs > 0 ? birthtimeMs : mtimeMs
    return { file: { handle, bytes: size - half.length, begunAt }, place: lastPlace(tail.toString('utf8')) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Whether the name still means what was opened, as it was left: others may have removed, renamed or emptied it. */
export const isAsLeft = async (path: string, file: OpenFile): Promise<boolean> => {
  const [named, own] = await Promise.all([stat(path).catch(() => undefined), file.handle.stat()])
  return named?.ino === own.ino && named.size === file.bytes
}

/** What the newest file that was put aside ends with: a crash may have come before the first line of the new one. */
export const placeAside = async (path: string): Promise<Place | undefined> => {
  const newest = (await asideOf(path)).at(-1)
  if (newest === undefined || newest.endsWith('.gz')) return undefined
  const handle = await open(newest, 'r')
  try {
    return lastPlace((await readTail(handle, (await stat(newest)).size)).toString('utf8'))
  } finally {
    await handle.close()
  }
}
