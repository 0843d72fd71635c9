import { describe, expect, it } from 'vitest'
import { beatOf } from './beat.tsx'

describe('the beat', () => {
  it('moves the hand to the mark in one usual block time and stops at the end', () => {
    expect(beatOf(5000, 0, 5000)?.hand).toBeCloseTo(1 / 3)
    expect(beatOf(500_000, 0, 5000)?.hand).toBe(1)
  })

  it('is late past twice the usual time and stalled past six times and half a minute', () => {
    const state = (since: number, usual: number) => beatOf(since, 0, usual)?.state
    expect([state(10_900, 5000), state(11_100, 5000), state(30_100, 5000)]).toEqual(['waiting', 'late', 'stalled'])
    expect(state(20_000, 1000)).toBe('late')
    expect(state(80_000, 15_000)).toBe('late')
  })

  it('treats a block of the near future as just now', () => {
    expect(beatOf(1000, 1400, 5000)).toMatchObject({ sinceMs: 0, hand: 0, state: 'waiting' })
  })

  it('shows nothing without a block, and assumes fifteen seconds without a usual time', () => {
    expect(beatOf(1000, null, 5000)).toBeUndefined()
    expect(beatOf(15_000, 0, null)?.hand).toBeCloseTo(1 / 3)
  })
})
