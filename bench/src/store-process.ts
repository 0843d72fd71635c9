/** CPU time and memory of this process, and the size of a store's folder. */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rssBytes } from './procfs.ts'

export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Highest RSS since it was made, looked at ten times a second. */
export const peakRss = (): { bytes(): number } & Disposable => {
  let highest = rssBytes(process.pid)
  const look = (): number => (highest = Math.max(highest, rssBytes(process.pid)))
  const timer = setInterval(look, 100)
  return { bytes: look, [Symbol.dispose]: () => clearInterval(timer) }
}

export interface FolderSize {
  readonly bytes: number
  /** Of it, logs of what is not yet in the files. */
  readonly walBytes: number
  readonly files: number
}

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

export const sizeOf = (folder: string): FolderSize => {
  let bytes = 0
  let walBytes = 0
  let files = 0
  for (const file of filesOf(folder)) {
    // A file may go between the two calls.
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    bytes += size
    files++
    if (file.endsWith('.wal')) walBytes += size
  }
  return { bytes, walBytes, files }
}

/** Asks the system to read these files from the disk the next time; needs no privilege. */
export const forgetCached = (folder: string): void => {
  for (const file of filesOf(folder)) {
    execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'])
  }
}
