/** Finds the process of a node. Everything here may fail for lack of permission; then the process is not found. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostConfig } from './config.ts'
import { readListeners, readProcessName, readProcessStat } from './proc.ts'

/** More processes or open files than this are not searched: a search must not become a load of its own. */
const maxProcesses = 5000
const maxFiles = 20_000

export const tryRead = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

const tryList = async (path: string): Promise<readonly string[]> => {
  try {
    return await readdir(path)
  } catch {
    return []
  }
}

export const findProcess = async (
  wanted: NonNullable<HostConfig['process']>,
  proc: string,
): Promise<number | undefined> => {
  if (wanted.pid !== undefined) return wanted.pid
  if (wanted.pidFile !== undefined) {
    const pid = Number((await tryRead(wanted.pidFile))?.trim())
    if (Number.isSafeInteger(pid) && pid > 0) return pid
  }
  if (wanted.name !== undefined) {
    const pid = await byName(wanted.name, proc)
    if (pid !== undefined) return pid
  }
  return wanted.port === undefined ? undefined : byPort(wanted.port, proc)
}

const processes = async (proc: string): Promise<readonly string[]> =>
  (await tryList(proc)).filter((one) => /^\d+$/.test(one)).slice(0, maxProcesses)

/** The kernel keeps 15 characters of a name. Of several the oldest counts: the others are its children. */
const byName = async (name: string, proc: string): Promise<number | undefined> => {
  let best: { pid: number; startedAt: number } | undefined
  for (const pid of await processes(proc)) {
    const stat = await tryRead(join(proc, pid, 'stat'))
    if (stat === undefined || readProcessName(stat) !== name.slice(0, 15)) continue
    const startedAt = readProcessStat(stat)?.startedAt
    if (startedAt !== undefined && (best === undefined || startedAt < best.startedAt))
      best = { pid: Number(pid), startedAt }
  }
  return best?.pid
}

const byPort = async (port: number, proc: string): Promise<number | undefined> => {
  const tables = await Promise.all(['tcp', 'tcp6'].map((one) => tryRead(join(proc, 'net', one))))
  const sockets = new Set(tables.flatMap((one) => readListeners(one ?? '', port)).map((inode) => `socket:[${inode}]`))
  if (sockets.size === 0) return undefined
  let files = 0
  for (const pid of await processes(proc)) {
    for (const file of await tryList(join(proc, pid, 'fd'))) {
      if (++files > maxFiles) return undefined
      const target = await readlink(join(proc, pid, 'fd', file)).catch(() => '')
      if (sockets.has(target)) return Number(pid)
    }
  }
  return undefined
}

/** How many files a process holds open; undefined without permission. */
export const countOpenFiles = async (pid: number, proc: string): Promise<number | undefined> => {
  const files = await tryList(join(proc, String(pid), 'fd'))
  return files.length === 0 ? undefined : files.length
}
