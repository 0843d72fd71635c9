import { describe, expect, it } from 'vitest'
import { ratesBetween } from './rates.ts'
import type { Counters } from './rates.ts'

const counters = (at: number, n: number, more: Partial<Counters> = {}): Counters => ({
  at,
  cpu: { busy: n, total: n * 4 },
  network: { in: n * 10, out: n },
  disk: { in: n * 100, out: n * 20 },
  process: { pid: 7, startedAt: 1, busySeconds: n / 100 },
  ...more,
})

describe('rates between two readings', () => {
  it('are averages over the time between them', () => {
    expect(ratesBetween(counters(100, 1000), counters(110, 2000))).toEqual({
      cpuShare: 0.25,
      networkReceiveRate: 1000,
      networkSendRate: 100,
      diskReadRate: 10_000,
      diskWriteRate: 2000,
      processCpuShare: 1,
    })
  })

  it('are not known at first, or without time between', () => {
    expect(ratesBetween(undefined, counters(100, 1))).toEqual({})
    expect(ratesBetween(counters(100, 1), counters(100, 2))).toEqual({})
  })

  it('are not known where a counter went back or is missing', () => {
    const before = counters(100, 1000)
    expect(ratesBetween(before, counters(110, 500))).toEqual({})
    const now = counters(110, 2000, { cpu: undefined, disk: undefined, network: undefined })
    expect(ratesBetween(before, now)).toEqual({ processCpuShare: 1 })
  })

  it('of a process are not taken from another one with its number', () => {
    const other = counters(110, 2000, { process: { pid: 7, startedAt: 105, busySeconds: 99 } })
    expect(ratesBetween(counters(100, 1000), other)).not.toHaveProperty('processCpuShare')
  })
})
