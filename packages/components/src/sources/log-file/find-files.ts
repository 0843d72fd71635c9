/** Which files patterns name, and which lie beside a file under a name that begins with its own. */
import { glob, open, readdir } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { beginsAs, readHead } from './identity.ts'
import type { Position } from './identity.ts'

const compressed = /\.(?:gz|zst|xz|bz2|zip|lz4)$/

/** Names that a pattern stands for at the moment, in order. */
export const namesOf = async (pattern: string): Promise<readonly string[]> => {
  if (!/[*?[{]/.test(pattern)) return [pattern]
  const names: string[] = []
  for await (const name of glob(pattern)) if (!compressed.test(name)) names.push(name)
  return names.toSorted()
}

export interface OpenedFile {
  readonly path: string
  readonly handle: FileHandle
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly head: Buffer
}

/** Undefined for what is no file, such as a folder; rejects where it may not be read or is gone. */
export const openFile = async (path: string): Promise<OpenedFile | undefined> => {
  const handle = await open(path, 'r')
  try {
    const stat = await handle.stat()
    if (stat.isFile()) {
      const head = await readHead(handle)
      return { path, handle, dev: stat.dev, ino: stat.ino, size: stat.size, head }
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}

/** The file of a position under another name beside its own: renamed, or copied before it was truncated. */
export const findBeside = async (
  position: Position,
  isTaken: (file: OpenedFile) => boolean,
): Promise<OpenedFile | undefined> => {
  if (position.head === 0) return undefined
  const folder = dirname(position.path)
  const own = basename(position.path)
  // `geth.log` becomes `geth.log.1`, `geth.log-20261201` or `geth-2026-12-01.log`.
  const stem = own.replace(/\.[^.]*$/, '')
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(stem) && !compressed.test(one)).toSorted()) {
    const file = await openFile(join(folder, name)).catch(() => undefined)
    if (file === undefined) continue
    if (file.size >= position.offset && beginsAs(file.head, position) && !isTaken(file)) return file
    await file.handle.close()
  }
  return undefined
}
