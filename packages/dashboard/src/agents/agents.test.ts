// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { gap } from '../format/numbers.ts'
import { shellWord } from './administration.tsx'
import { clockText } from './delivery-list.tsx'

describe('the clock of an agent', () => {
  it('is told with its sign and how far that may be wrong', () => {
    const told = (offsetMs: number | null, errorMs: number | null) =>
      clockText({ offsetMs, errorMs }).replaceAll(gap, ' ')
    expect([told(3.26, 4.1), told(-12.4, 12.2), told(0, null), told(-61_000, 5), told(null, null)]).toEqual([
      '+3.3 ms ±4.1',
      '−12 ms ±12',
      '+0.0 ms',
      '−1 min 01 s ±5.0',
      '–',
    ])
  })
})

describe('a word for a shell', () => {
  it('can hold anything', () => {
    expect(shellWord('node-1:nst_x@host')).toBe("'node-1:nst_x@host'")
    expect(shellWord("it's $(rm -rf /)")).toBe(String.raw`'it'\''s $(rm -rf /)'`)
  })
})
