import { describe, expect, it } from 'vitest'
import { stripPath } from './strip-path.ts'

describe('a strip', () => {
  it('puts the newest height at the right edge', () => {
    expect(stripPath([400], 400)).toEqual({ known: 'M156 0h3v16h-3Z', missing: '', heard: 1 })
  })

  it('marks heights not reported apart from quick ones', () => {
    const { known, missing, heard } = stripPath([-1, 0], 400)
    expect(missing).toBe('M152 14h3v2h-3Z')
    expect(known).toBe('M156 14.5h3v1.5h-3Z')
    expect(heard).toBe(1)
  })

  it('shows at most the newest forty', () => {
    expect(
      stripPath(
        Array.from({ length: 60 }, () => 10),
        400,
      ).heard,
    ).toBe(40)
  })
})
