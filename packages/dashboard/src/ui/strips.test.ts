import { describe, expect, it } from 'vitest'
import { stripPath } from './strips.tsx'

describe('a strip', () => {
  it('puts the newest height at the right edge', () => {
    expect(stripPath([400], 400)).toEqual({ known: 'M156 0h3v16h-3Z', missing: '', before: '', heard: 1 })
  })

  it('marks heights not reported apart from quick ones', () => {
    const { known, missing, heard } = stripPath([0, -1], 400)
    expect(known).toBe('M152 14.5h3v1.5h-3Z')
    expect(missing).toBe('M156 14h3v2h-3Z')
    expect(heard).toBe(1)
  })

  it('does not blame a node for heights before its first report', () => {
    const { missing, before } = stripPath([-1, 0, -1], 400)
    expect(before).toBe('M148 14h3v2h-3Z')
    expect(missing).toBe('M156 14h3v2h-3Z')
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
