/** One reading of a machine: /proc where there is one, what Node knows elsewhere. */
import { statfs } from 'node:fs/promises'
import { cpus, freemem, hostname, loadavg, totalmem, uptime } from 'node:os'
import { join } from 'node:path'
import type { Host } from '@netstats/protocol'
import { countOpenFiles, tryRead } from './find-process.ts'
import {
  readCpuTimes,
  readDisks,
  readMemory,
  readNetwork,
  readOpenFilesLimit,
  readProcessStat,
  readResidentBytes,
} from './proc.ts'
import type { CpuTimes, Memory } from './proc.ts'
import { named, ratesBetween } from './rates.ts'
import type { Counters } from './rates.ts'

/** Linux reports process times in hundredths of a second on every platform Node runs on. */
const ticksPerSecond = 100

export interface Sample {
  readonly host: Host
  /** For the next sample's rates. */
  readonly counters: Counters
  /** False where the process asked for is gone. */
  readonly processFound: boolean
}

export interface SampleOptions {
  readonly proc: string
  readonly disks: readonly string[]
  readonly pid: number | undefined
  /** Seconds on a clock that never steps. */
  readonly at: number
  readonly before: Counters | undefined
}

export const sampleHost = async ({ proc, disks, pid, at, before }: SampleOptions): Promise<Sample> => {
  const [stat, meminfo, net, diskstats, disk, process] = await Promise.all([
    tryRead(join(proc, 'stat')),
    tryRead(join(proc, 'meminfo')),
    tryRead(join(proc, 'net', 'dev')),
    tryRead(join(proc, 'diskstats')),
    fullestDisk(disks),
    pid === undefined ? undefined : readProcess(pid, proc),
  ])
  const memory = readMemory(meminfo ?? '') ?? nodeMemory()
  const counters: Counters = {
    at,
    cpu: readCpuTimes(stat ?? '') ?? nodeCpuTimes(),
    network: readNetwork(net ?? ''),
    disk: readDisks(diskstats ?? ''),
    process: process && { pid: process.pid, startedAt: process.startedAt, busySeconds: process.busySeconds },
  }
  const [load1, load5, load15] = loadavg()
  const host: Host = {
    hostname: hostname().slice(0, 255),
    cpus: cpuCount(stat),
    ...named('load1', load1),
    ...named('load5', load5),
    ...named('load15', load15),
    memoryBytes: memory.total,
    ...named('memoryAvailableBytes', memory.available),
    ...named('swapBytes', memory.swap),
    ...named('swapFreeBytes', memory.swapFree),
    ...disk,
    uptimeSeconds: Math.round(uptime()),
    ...(process === undefined
      ? {}
      : {
          ...named('processMemoryBytes', process.memoryBytes),
          processUptimeSeconds: Math.max(0, Math.round(uptime() - process.startedAt)),
          ...named('processOpenFiles', process.openFiles),
          ...named('processOpenFilesLimit', process.openFilesLimit),
        }),
    ...ratesBetween(before, counters),
  }
  return { host, counters, processFound: process !== undefined }
}

const readProcess = async (pid: number, proc: string) => {
  const [text, status, limits, openFiles] = await Promise.all([
    tryRead(join(proc, String(pid), 'stat')),
    tryRead(join(proc, String(pid), 'status')),
    tryRead(join(proc, String(pid), 'limits')),
    countOpenFiles(pid, proc),
  ])
  const times = text === undefined ? undefined : readProcessStat(text)
  return (
    times && {
      pid,
      busySeconds: times.busy / ticksPerSecond,
      startedAt: times.startedAt / ticksPerSecond,
      memoryBytes: readResidentBytes(status ?? ''),
      openFiles,
      openFilesLimit: readOpenFilesLimit(limits ?? ''),
    }
  )
}

/** The file system that fills first: the one with the least share free. */
const fullestDisk = async (
  paths: readonly string[],
): Promise<Pick<Host, 'diskPath' | 'diskBytes' | 'diskFreeBytes'>> => {
  const all = await Promise.all(paths.map(readDisk))
  const known = all.filter((one) => one !== undefined)
  return known.sort((a, b) => a.diskFreeBytes / a.diskBytes - b.diskFreeBytes / b.diskBytes)[0] ?? {}
}

const readDisk = async (path: string) => {
  try {
    const { blocks, bavail, bsize } = await statfs(path)
    return blocks === 0 ? undefined : { diskPath: path, diskBytes: blocks * bsize, diskFreeBytes: bavail * bsize }
  } catch {
    return undefined
  }
}

const nodeMemory = (): Memory => ({ total: totalmem(), available: freemem(), swap: undefined, swapFree: undefined })

const nodeCpuTimes = (): CpuTimes => {
  let busy = 0
  let idle = 0
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq
    idle += times.idle
  }
  return { busy, total: busy + idle }
}

/** `os.cpus()` reads a frequency file per core: far more work than counting lines. */
const cpuCount = (stat: string | undefined): number => stat?.match(/^cpu\d+ /gm)?.length ?? cpus().length
