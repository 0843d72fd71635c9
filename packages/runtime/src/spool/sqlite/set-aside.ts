import { readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { UnixMs } from '@netstats/protocol'

const suffix = '.corrupt'

/**
 * Moves a damaged spool out of the way as `spool-<time>.corrupt`, its log beside it, for a look at it later. Only
 * the latest is kept: a disk that goes on damaging files must not be filled with them.
 */
export const setAside = (path: string, now: UnixMs): string => {
  const directory = dirname(path)
  const stem = basename(path).replace(/\.[^.]*$/, '')
  const time = new Date(now).toISOString().replaceAll(':', '-')
  const target = join(directory, `${stem}-${time}${suffix}`)
  for (const name of readdirSync(directory)) {
    const old = name.startsWith(`${stem}-`) && (name.endsWith(suffix) || name.endsWith(`${suffix}-wal`))
    if (old) rmSync(join(directory, name), { force: true })
  }
  for (const extra of ['', '-wal', '-shm', '-journal']) {
    try {
      renameSync(`${path}${extra}`, `${target}${extra}`)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  return target
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
