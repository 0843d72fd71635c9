/** A disk that is full whenever a test wants it. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/processes.ts'

interface Writer {
  readonly pid: number
}

export interface SmallDisk extends Disposable {
  readonly path: string
  /** Nothing more can be stored from now on. */
  fill(writer: Writer): void
  makeRoom(writer: Writer): void
}

const mebibyte = 2 ** 20

/** Writes until the system takes no more. */
const writeAll = (file: string): void => {
  const handle = openSync(file, 'w')
  try {
    for (const size of [mebibyte, 4096, 1]) {
      const zeros = Buffer.alloc(size)
      try {
        for (;;) writeSync(handle, zeros)
      } catch {
        // Full for pieces of this size.
      }
    }
  } finally {
    closeSync(handle)
  }
}

/**
 * A small file system of its own where we may mount one. Else a folder in which the writer's files may not grow: the
 * system refuses the write, as a full disk does.
 */
export const openSmallDisk = (mebibytes: number): SmallDisk => {
  const path = temporaryFolder('small-disk')
  const remove = (): void => rmSync(path, { recursive: true, force: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    const limit = ({ pid }: Writer, bytes: string): void =>
      void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])
    return {
      path,
      fill: (writer) => limit(writer, '1'),
      makeRoom: (writer) => limit(writer, 'unlimited'),
      [Symbol.dispose]: remove,
    }
  }
  const ballast = join(path, 'ballast')
  mkdirSync(ballast)
  return {
    path,
    fill: () => writeAll(join(ballast, 'zeros')),
    makeRoom: () => rmSync(join(ballast, 'zeros')),
    [Symbol.dispose]: () => {
      execFileSync('umount', [path])
      remove()
    },
  }
}
