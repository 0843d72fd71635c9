import { describe, expect, it } from 'vitest'
import { bars, barWidth, box, line, ticks } from './geometry.ts'
import { linear } from './scale.ts'

const frame = { column: 10, height: 40 }

describe('recorder geometry', () => {
  it('leaves room between bars, however narrow the columns', () => {
    for (const column of [2, 3, 6, 10, 40]) expect(barWidth({ column, height: 1 })).toBeLessThan(column)
  })

  it('draws bars from the foot, a hairline for zero and nothing for the unknown', () => {
    expect(bars(frame, [5, 0, null], linear(10))).toBe('M1.5 20h7v20h-7ZM11.5 39h7v1h-7Z')
  })

  it('marks values with a hairline that stays inside at the top of the scale', () => {
    expect(ticks(frame, [5, undefined, 99], linear(10))).toBe('M1.5 18.8h7v1.2h-7ZM21.5 0h7v1.2h-7Z')
  })

  it('puts boxes into lanes', () => {
    expect(box(frame, 2, 1, 12)).toBe('M21.5 13.5h7v9h-7Z')
  })

  it('breaks a line where a point is missing', () => {
    expect(line([[0, 1], [2, 3], undefined, [4, 5]])).toBe('M0 1L2 3M4 5')
    expect(line([])).toBe('')
  })
})
