import { describe, expect, it } from 'vitest'
import { createRareLog } from './rate-limited-log.ts'

const minute = 60_000

describe('lines for what happens again and again', () => {
  it('come for the first of a kind at once, then after pauses that grow, with how many there were', () => {
    const log = createRareLog()
    const lines: [number, number][] = []
    for (let second = 0; second < 16 * 60; second++) {
      const count = log.next('a', second * 1000)
      if (count !== undefined) lines.push([second / 60, count])
    }
    expect(lines).toEqual([
      [0, 1],
      [1, 60],
      [3, 120],
      [7, 240],
      [15, 480],
    ])
    expect(log.next('b', 0)).toBe(1)
  })

  it('begin small again after a long silence', () => {
    const log = createRareLog()
    log.next('a', 0)
    log.next('a', minute)
    expect(log.next('a', 600 * minute)).toBe(1)
    expect(log.next('a', 601 * minute)).toBe(1)
  })

  it('remember a bounded number of kinds', () => {
    const log = createRareLog()
    for (let kind = 0; kind < 1000; kind++) expect(log.next(String(kind), 0)).toBe(1)
    expect(log.next('0', 1)).toBe(1)
    expect(log.next('999', 1)).toBeUndefined()
  })
})
