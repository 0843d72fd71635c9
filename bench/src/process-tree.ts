/** CPU time and memory of a process and of all processes it started, each and together. */
import { readFileSync, readdirSync } from 'node:fs'
import { cpuMs, rssBytes } from './procfs.ts'

export interface ProcessUse {
  readonly pid: number
  /** How it was started, in short. */
  readonly command: string
  /** CPU time since its start, milliseconds, of all its threads. */
  readonly cpuMs: number
  readonly rssBytes: number
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

const parents = (): ReadonlyMap<number, number> => {
  const found = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined
    if (stat !== undefined) found.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]))
  }
  return found
}

/** The process itself first. */
export const pidsOf = (root: number): readonly number[] => {
  const children = new Map<number, number[]>()
  for (const [pid, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), pid])
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

const commandOf = (pid: number): string => {
  const words = (read(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((word) => word !== '')
  return words
    .slice(1, 4)
    .map((word) => word.split('/').at(-1))
    .join(' ')
}

/** Those of the processes that have not ended. */
export const useOf = (pids: readonly number[]): readonly ProcessUse[] =>
  pids.flatMap((pid) => {
    try {
      return [{ pid, command: commandOf(pid), cpuMs: cpuMs(pid), rssBytes: rssBytes(pid) }]
    } catch {
      return []
    }
  })

/** Memory with what is shared between processes counted once; dear, so not while something is measured. */
export const pssBytes = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0) * 1024

/** CPU time of each thread of a process, milliseconds, by name and number. */
export const threadsOf = (pid: number): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const name = read(`/proc/${pid}/task/${thread}/comm`)?.trim()
    const ran = read(`/proc/${pid}/task/${thread}/schedstat`)
    if (name !== undefined && ran !== undefined) found.set(`${name} ${thread}`, Number(ran.split(' ')[0]) / 1e6)
  }
  return found
}
