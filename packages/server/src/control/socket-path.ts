/** Where the control socket of a data folder is. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'

/** Of the 108 bytes of Linux and the 104 of macOS, one ends the name. */
const maxPathBytes = 103
const socketName = 'control.sock'
const folderPrefix = 'netstats-control-'

export interface SocketPath extends AsyncDisposable {
  readonly path: string
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= maxPathBytes
const recordOf = (data: string): string => join(data, 'control.path')

/** Windows has no socket files; a name made of the folder stands for one. */
const pipeOf = (data: string): string =>
  `\\\\.\\pipe\\netstats-${createHash('sha256').update(resolve(data).toLowerCase()).digest('hex').slice(0, 32)}`

/**
 * A place to listen on, once nobody listens on the old one: in the data folder, or, where that path is longer than the system takes, in a new folder of its
 * own for temporary files that only this user can enter, written down in `control.path`.
 */
export const openSocketPath = async (data: string, platform = process.platform): Promise<SocketPath> => {
  if (platform === 'win32') return { path: pipeOf(data), [Symbol.asyncDispose]: async () => undefined }
  const record = recordOf(data)
  const before = await readRecord(data)
  if (before !== undefined && isOurs(before)) await rm(dirname(before), { recursive: true, force: true })
  await rm(record, { force: true })
  const near = join(resolve(data), socketName)
  if (fits(near)) return { path: near, [Symbol.asyncDispose]: () => rm(near, { force: true }) }
  const folder = await mkdtemp(join(tmpdir(), folderPrefix))
  const path = join(folder, socketName)
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true })
    await rm(record, { force: true })
  }
  try {
    if (!fits(path)) throw Object.assign(new Error(`${path} is too long for a socket`), { code: 'ENAMETOOLONG' })
    await writeFile(record, `${path}\n`, { mode: 0o600 })
  } catch (error) {
    await remove()
    throw error
  }
  return { path, [Symbol.asyncDispose]: remove }
}

/** Where a server of this folder may listen, likeliest first. */
export const findSocketPaths = async (data: string, platform = process.platform): Promise<readonly string[]> => {
  if (platform === 'win32') return [pipeOf(data)]
  return [await readRecord(data), join(resolve(data), socketName)].filter(
    (path) => path !== undefined && fits(path),
  ) as string[]
}

/** A record that is not one is none. */
const readRecord = async (data: string): Promise<string | undefined> => {
  const text = await readFile(recordOf(data), 'utf8').catch(() => '')
  const path = text.trimEnd()
  return isAbsolute(path) && fits(path) && basename(path) === socketName && !path.includes('\0') ? path : undefined
}

/** Only what this function made is removed, whatever the record says. */
const isOurs = (path: string): boolean => {
  const folder = dirname(path)
  return dirname(folder) === tmpdir() && basename(folder).startsWith(folderPrefix)
}
