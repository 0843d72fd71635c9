import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers, maxWindow, rangeFor, viewportOf } from './window.ts'

describe('the window of a scrolled table', () => {
  it('finds the rows in view', () => {
    expect(viewportOf(300, 900, 30, 3000)).toEqual({ first: 0, seen: 20 })
    expect(viewportOf(-3000, 900, 30, 3000)).toEqual({ first: 100, seen: 30 })
    expect(viewportOf(-89_700, 900, 30, 3000)).toEqual({ first: 2990, seen: 10 })
    expect(viewportOf(1200, 900, 30, 3000)).toEqual({ first: 0, seen: 0 })
    expect(viewportOf(0, 900, 30, 0)).toEqual({ first: 0, seen: 0 })
  })

  it('asks for the same rows while the scrolling stays small', () => {
    expect(rangeFor({ first: 112, seen: 30 })).toEqual(rangeFor({ first: 118, seen: 30 }))
  })

  it('always covers what is seen, within the bound of the server', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(150), (first, seen) => {
        const range = rangeFor({ first, seen })
        expect(range.limit).toBeLessThanOrEqual(maxWindow)
        expect(covers(range, { first, seen }, 10_000)).toBe(true)
      }),
    )
  })

  it('is enough when it reaches the last row', () => {
    expect(covers({ offset: 0, limit: 40 }, { first: 0, seen: 60 }, 35)).toBe(true)
    expect(covers({ offset: 0, limit: 40 }, { first: 0, seen: 60 }, 100)).toBe(false)
    expect(covers({ offset: 40, limit: 40 }, { first: 30, seen: 10 }, 100)).toBe(false)
  })
})
