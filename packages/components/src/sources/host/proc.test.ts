import { describe, expect, it } from 'vitest'
import {
  readCpuTimes,
  readDisks,
  readListeners,
  readMemory,
  readNetwork,
  readProcessName,
  readProcessStat,
  readOpenFilesLimit,
  readResidentBytes,
} from './proc.ts'

describe('what the kernel says', () => {
  it('of its processors: busy is all but idle and waiting for disks; guests are in user time already', () => {
    const text = 'cpu  100 20 30 400 50 6 7 8 90 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1 2 3\n'
    expect(readCpuTimes(text)).toEqual({ busy: 171, total: 621 })
  })

  it('of its memory, in bytes', () => {
    const text = 'MemTotal:  2000 kB\nMemFree:  100 kB\nMemAvailable:  1500 kB\nSwapTotal:  10 kB\nSwapFree:  4 kB\n'
    expect(readMemory(text)).toEqual({ total: 2_048_000, available: 1_536_000, swap: 10_240, swapFree: 4096 })
    expect(readMemory('MemTotal: 2 kB\nMemFree: 1 kB\n')).toMatchObject({ available: 1024, swap: undefined })
  })

  it('of its network: all interfaces but loop-back', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9999 1 0 0 0 0 0 0 9999 1 0 0 0 0 0 0
  eth0: 1000 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0
wlan0:300 1 0 0 0 0 0 0 40 1 0 0 0 0 0 0
`
    expect(readNetwork(text)).toEqual({ in: 1300, out: 240 })
  })

  it('of its disks: whole ones, in bytes', () => {
    const text = `   7       0 loop0 9 0 999 0 9 0 999 0 0 0 0
   8       0 sda 1 0 10 0 1 0 20 0 0 0 0
   8       1 sda1 1 0 10 0 1 0 20 0 0 0 0
 259       0 nvme0n1 1 0 4 0 1 0 6 0 0 0 0
 259       1 nvme0n1p1 1 0 4 0 1 0 6 0 0 0 0
 253       0 dm-0 1 0 10 0 1 0 20 0 0 0 0
`
    expect(readDisks(text)).toEqual({ in: 14 * 512, out: 26 * 512 })
  })

  it('of a process, whatever its name', () => {
    const stat =
      '42 (odd) name) R) S 1 42 42 0 -1 4194560 100 0 0 0 700 300 0 0 20 0 12 0 5000 1000000 250 18446744073709551615'
    expect(readProcessStat(stat)).toEqual({ busy: 1000, startedAt: 5000 })
    expect(readProcessName(stat)).toBe('odd) name) R')
    expect(readResidentBytes('VmPeak:  999 kB\nVmRSS:\t  2048 kB\n')).toBe(2_097_152)
    expect(readOpenFilesLimit('Limit  Soft Limit  Hard Limit\nMax open files   1024   1048576   files\n')).toBe(1024)
    expect(readOpenFilesLimit('Max open files   unlimited   unlimited   files\n')).toBeUndefined()
  })

  it('of who listens on a port', () => {
    const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2161 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1145 1 0 100 0 0 10 0
   1: 0100007F:2161 0100007F:9000 01 00000000:00000000 00:00000000 00000000     0        0 1146 1 0 100 0 0 10 0
   2: 0100007F:2162 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1147 1 0 100 0 0 10 0
`
    expect(readListeners(text, 8545)).toEqual(['1145'])
    expect(readListeners(text, 80)).toEqual([])
  })

  it('is absent where it says nothing or something else', () => {
    for (const text of ['', 'nothing', 'cpu x y z', 'cpu  1 2', '\n\n', 'MemTotal: lots']) {
      expect(readCpuTimes(text)).toBeUndefined()
      expect(readMemory(text)).toBeUndefined()
      expect(readNetwork(text)).toBeUndefined()
      expect(readDisks(text)).toBeUndefined()
      expect(readProcessStat(text)).toBeUndefined()
      expect(readResidentBytes(text)).toBeUndefined()
      expect(readOpenFilesLimit(text)).toBeUndefined()
      expect(readListeners(text, 1)).toEqual([])
    }
  })
})
