/** CPU time and memory of a process, from /proc; and percentiles of sorted values. */
import { readFileSync } from 'node:fs'

/** CPU time of a process and all its threads, milliseconds, from /proc (10 ms steps). */
export const cpuMs = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

export const rssBytes = (pid: number): number => {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) * 1024
}

export const percentile = (sorted: readonly number[], p: number): number =>
  sorted.length === 0
    ? Number.NaN
    : (sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN)

/** Datagrams that the kernel dropped for the UDP sockets on a port of this machine, since they were opened. */
export const kernelDrops = (port: number): number => {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return rows.filter(([, local]) => local?.endsWith(end)).reduce((sum, row) => sum + Number(row.at(-1)), 0)
}
