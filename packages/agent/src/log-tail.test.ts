import { describe, expect, it } from 'vitest'
import { createTailOracle } from '../proofs/log-tail-oracle.ts'
import { runTail } from '../proofs/log-tail-run.ts'

describe('a log that is followed while its follower is killed', () => {
  it('gives every line once, through renames, copies and truncation', async () => {
    const found = await runTail({ lines: 4000, seed: 20_261_201, kills: 5 })
    expect(found.lines + found.unread).toBeGreaterThanOrEqual(4000)
    expect(found.kills).toBeGreaterThan(0)
    expect(found.renames + found.copies).toBeGreaterThan(0)
  }, 120_000)
})

describe('its oracle', () => {
  it('finds a line that came twice, one that is lost, and one that nobody wrote', () => {
    const oracle = createTailOracle()
    for (const n of [1, 2, 4]) oracle.take(n)
    expect(() => oracle.take(2)).toThrow('line 2 came twice')
    expect(() => oracle.end(4)).toThrow('line 3 is lost')
    oracle.take(3)
    expect(oracle.end(4)).toEqual({ lines: 4, unread: 0 })
    expect(() => oracle.end(3)).toThrow('line 4 was never written')
  })

  it('lets only the end of a truncated file be missing', () => {
    const oracle = createTailOracle()
    oracle.truncated({ from: 1, to: 5 })
    for (const n of [1, 2, 3, 6]) oracle.take(n)
    expect(oracle.end(6)).toEqual({ lines: 4, unread: 2 })
    const other = createTailOracle()
    other.truncated({ from: 1, to: 5 })
    for (const n of [1, 3, 6]) other.take(n)
    expect(() => other.end(6)).toThrow('line 2 is lost')
  })
})
