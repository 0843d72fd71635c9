/** Where the sockets of a data folder are: for an operator's commands, and for what workers pass on. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { ServerError } from '../lib/errors.ts'

/** Of the 108 bytes of Linux and the 104 of macOS, one ends the name. */
const maxPathBytes = 103

export type SocketName = 'admin' | 'internal'

export interface SocketPath extends AsyncDisposable {
  readonly path: string
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= maxPathBytes
const recordOf = (data: string, name: SocketName): string => join(data, `${name}.path`)
const prefixOf = (name: SocketName): string => `netstats-${name}-`

/** Windows has no socket files; a name made of the folder stands for one. */
const pipeOf = (data: string, name: SocketName): string =>
  `\\\\.\\pipe\\netstats-${name === 'admin' ? '' : `${name}-`}${createHash('sha256').update(resolve(data).toLowerCase()).digest('hex').slice(0, 32)}`

/**
 * A place to listen on, once nobody listens on the old one: in the data folder, or, where that path is longer than the system takes, in a new folder of its
 * own for temporary files that only this user can enter, written down beside it, so that the next start removes what a
 * killed one left there.
 */
export const openSocketPath = async (
  data: string,
  name: SocketName = 'admin',
  platform = process.platform,
): Promise<SocketPath> => {
  if (platform === 'win32') return { path: pipeOf(data, name), [Symbol.asyncDispose]: async () => undefined }
  const record = recordOf(data, name)
  const before = await readRecord(data, name)
  if (before !== undefined && isOurs(before, name)) await rm(dirname(before), { recursive: true, force: true })
  await rm(record, { force: true })
  const near = join(resolve(data), `${name}.sock`)
  if (fits(near)) return { path: near, [Symbol.asyncDispose]: () => rm(near, { force: true }) }
  const folder = await mkdtemp(join(tmpdir(), prefixOf(name)))
  const path = join(folder, `${name}.sock`)
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

/** Where a server of this folder may listen for commands, likeliest first. */
export const findSocketPaths = async (data: string, platform = process.platform): Promise<readonly string[]> => {
  if (platform === 'win32') return [pipeOf(data, 'admin')]
  return [await readRecord(data, 'admin'), join(resolve(data), 'admin.sock')].filter(
    (path) => path !== undefined && fits(path),
  ) as string[]
}

/** Whether a server listens. Throws where this user has no right to find out. */
export const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES' && error.code !== 'EPERM') return resolve(false)
      const cure = 'run the command as the user of the server, or as root'
      reject(new ServerError('SERVER_ADMIN_DENIED', `A server owns ${path}: ${cure}.`, { cause: error }))
    })
  })

/** A record that is not one is none. */
const readRecord = async (data: string, name: SocketName): Promise<string | undefined> => {
  const text = await readFile(recordOf(data, name), 'utf8').catch(() => '')
  const path = text.trimEnd()
  return isAbsolute(path) && fits(path) && basename(path) === `${name}.sock` && !path.includes('\0') ? path : undefined
}

/** Only what this function made is removed, whatever the record says. */
const isOurs = (path: string, name: SocketName): boolean => {
  const folder = dirname(path)
  return dirname(folder) === tmpdir() && basename(folder).startsWith(prefixOf(name))
}
