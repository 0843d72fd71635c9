import { describe, expect, it } from 'vitest'
import { createFakeClock } from '@netstats/sdk/testing'
import { beginLife, createLeapWatch, firstOf, livesText, readLives } from './lives.ts'

describe('the lives of a spool', () => {
  it('begin one after the other, and those in which nothing was appended are left out', () => {
    const first = beginLife([], 10)
    const second = beginLife(first, 20)
    expect(second).toEqual([first[0], { life: expect.stringMatching(/^[0-9a-f]{16}$/), from: 20 }])
    expect(beginLife(second, 20)).toEqual([first[0], { life: expect.any(String), from: 20 }])
  })

  it('are bounded', () => {
    let lives = beginLife([], 1)
    for (let n = 2; n < 200; n++) lives = beginLife(lives, n)
    expect(lives).toHaveLength(64)
    expect(lives.at(-1)?.from).toBe(199)
  })

  it('begin beyond what is there and what the clock says, unless that is out of its mind', () => {
    expect(firstOf(1000, 5)).toBe(1_000_000)
    expect(firstOf(1000, 2_000_000)).toBe(2_000_000)
    expect(firstOf(Number.MAX_SAFE_INTEGER, 7)).toBe(7)
    expect(firstOf(-5, 0)).toBe(1)
  })

  it('are read back, without what is none', () => {
    const lives = beginLife(beginLife([], 1), 9)
    expect(readLives(livesText(lives))).toEqual(lives)
    expect(readLives('')).toEqual([])
    expect(readLives(`x\n${livesText(lives)}\n0123456789abcdef x`)).toEqual(lives)
  })

  it('see the wall clock leap ahead, and neither its drift nor that it is set back', async () => {
    const clock = createFakeClock()
    let ahead = 0
    const hasLeapt = createLeapWatch({ now: () => clock.now() + ahead, monotonic: () => clock.monotonic() })
    await clock.advance(60_000)
    expect(hasLeapt()).toBe(false)
    ahead = 4000
    expect(hasLeapt()).toBe(false)
    ahead = 3_600_000
    expect(hasLeapt()).toBe(true)
    expect(hasLeapt()).toBe(false)
    ahead = -10
    expect(hasLeapt()).toBe(false)
  })
})
