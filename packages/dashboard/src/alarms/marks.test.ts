import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alarmRecord } from '../testing/alarms.ts'
import { marksOf, markWords } from './marks.ts'

const at = (startsAt: number, severity: 'critical' | 'minor' = 'minor') =>
  alarmRecord({ id: `${startsAt}`, startsAt, severity })
const same = (value: number): number => value

describe('marks of raised alarms', () => {
  it('are one for those that are near each other: the worst, with how many', () => {
    const marks = marksOf([at(9), at(10, 'critical'), at(11), at(40)], same, 100, 4)
    expect(marks.map(({ x, count, alarm }) => [x, count, alarm.severity])).toEqual([
      [10, 3, 'critical'],
      [40, 1, 'minor'],
    ])
    expect(marks.map(markWords)).toEqual(['critical: alpha, node-silent, and 2 more', 'minor: alpha, node-silent'])
  })

  it('are as many as fit, each within the picture, and leave none out', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 1050 }), { maxLength: 500 }), (times) => {
        const marks = marksOf(
          times.map((time) => at(time)),
          same,
          1000,
          5,
        )
        expect(marks.length).toBeLessThanOrEqual(201)
        expect(marks.every(({ x }) => x >= 0 && x <= 1000)).toBe(true)
        const inside = times.filter((time) => time >= 0 && time <= 1000).length
        expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(inside)
      }),
    )
  })
})
