import { describe, expect, it } from 'vitest'
import { cross, wedge } from './marks.ts'

describe('marks of the map', () => {
  it('cut the share of inactive nodes out of a dot, clockwise from the top', () => {
    expect(wedge(10, 10, 8, 0.25)).toBe('M10 10V2A8 8 0 0 1 18 10Z')
    expect(wedge(10, 10, 8, 0.75)).toBe('M10 10V2A8 8 0 1 1 2 10Z')
  })

  it('draw no wedge for none and stay a closed shape for all', () => {
    expect(wedge(10, 10, 8, 0)).toBe('')
    expect(wedge(10, 10, 8, 1)).toMatch(/^M10 10V2A8 8 0 1 1 9\.9 2Z$/)
  })

  it('cross a dot out', () => {
    expect(cross(5, 5, 2)).toBe('M3 3L7 7M7 3L3 7')
  })
})
