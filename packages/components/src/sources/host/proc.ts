/** Readers for the files of Linux' /proc: pure, and undefined for what a kernel does not say. */

/** Busy and total time of all cores, in clock ticks since start. */
export interface CpuTimes {
  readonly busy: number
  readonly total: number
}

/** From `/proc/stat`. Waiting for disks counts as idle; guest time is in user time already. */
export const readCpuTimes = (text: string): CpuTimes | undefined => {
  const fields = /^cpu +(.+)$/m.exec(text)?.[1]?.trim().split(/ +/).slice(0, 8).map(Number)
  if (!fields || fields.length < 4 || fields.some((one) => !Number.isFinite(one))) return undefined
  const total = fields.reduce((sum, one) => sum + one, 0)
  return { busy: total - (fields[3] ?? 0) - (fields[4] ?? 0), total }
}

export interface Memory {
  readonly total: number
  readonly available: number | undefined
  readonly swap: number | undefined
  readonly swapFree: number | undefined
}

/** From `/proc/meminfo`, in bytes. */
export const readMemory = (text: string): Memory | undefined => {
  const bytes = (name: string): number | undefined => {
    const kib = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]
    return kib === undefined ? undefined : Number(kib) * 1024
  }
  const total = bytes('MemTotal')
  if (total === undefined) return undefined
  return {
    total,
    available: bytes('MemAvailable') ?? bytes('MemFree'),
    swap: bytes('SwapTotal'),
    swapFree: bytes('SwapFree'),
  }
}

/** Bytes in and out since start. */
export interface Traffic {
  readonly in: number
  readonly out: number
}

/** From `/proc/net/dev`: all interfaces but loop-back. */
export const readNetwork = (text: string): Traffic | undefined => {
  let found = false
  const sum = { in: 0, out: 0 }
  for (const line of text.split('\n')) {
    const [, name, rest] = /^ *([^: ]+):(.*)$/.exec(line) ?? []
    if (name === undefined || rest === undefined || name === 'lo') continue
    const fields = rest.trim().split(/ +/).map(Number)
    if (!Number.isFinite(fields[0]) || !Number.isFinite(fields[8])) continue
    found = true
    sum.in += fields[0] ?? 0
    sum.out += fields[8] ?? 0
  }
  return found ? sum : undefined
}

const sectorBytes = 512
/** Whole disks only: what a partition or a mapped device does is in its disk's numbers already. */
const wholeDisk = /^(?:[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/

/** From `/proc/diskstats`: bytes read (`in`) and written (`out`). */
export const readDisks = (text: string): Traffic | undefined => {
  let found = false
  const sum = { in: 0, out: 0 }
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/)
    if (!wholeDisk.test(fields[2] ?? '')) continue
    const [read, written] = [Number(fields[5]), Number(fields[9])]
    if (!Number.isFinite(read) || !Number.isFinite(written)) continue
    found = true
    sum.in += read * sectorBytes
    sum.out += written * sectorBytes
  }
  return found ? sum : undefined
}

export interface ProcessTimes {
  /** Clock ticks on a processor. */
  readonly busy: number
  /** Clock ticks from the machine's start to the process's. */
  readonly startedAt: number
}

/** From `/proc/PID/stat`. The name may hold blanks and brackets: the fields begin after the last one. */
export const readProcessStat = (text: string): ProcessTimes | undefined => {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user, system, started] = [fields[11], fields[12], fields[19]]
  if (user === undefined || system === undefined || started === undefined) return undefined
  if (![user, system, started].every(Number.isFinite)) return undefined
  return { busy: user + system, startedAt: started }
}

/** Bytes of real memory, from `/proc/PID/status`; pages of `stat` are of a size that differs from machine to machine. */
export const readResidentBytes = (status: string): number | undefined => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kib === undefined ? undefined : Number(kib) * 1024
}

/** The soft limit of open files, from `/proc/PID/limits`; undefined where there is none. */
export const readOpenFilesLimit = (limits: string): number | undefined => {
  const limit = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return limit === undefined ? undefined : Number(limit)
}

export const readProcessName = (stat: string): string => stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))

const listening = '0A'

/** Inodes of the sockets that listen on a port, from `/proc/net/tcp` or `tcp6`. */
export const readListeners = (text: string, port: number): readonly string[] => {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes: string[] = []
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/)
    if (fields[3] === listening && fields[1]?.endsWith(`:${wanted}`)) inodes.push(fields[9] ?? '')
  }
  return inodes.filter((one) => /^[1-9]\d*$/.test(one))
}
