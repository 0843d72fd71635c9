import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockRow } from '../testing/rows.ts'
import { arrangeSlots, columnsFor, columnsWanted } from './slots.ts'

describe('recorder slots', () => {
  it('put the head last and keep a place for heights not known', () => {
    const slots = arrangeSlots([blockRow({ number: 12 }), blockRow({ number: 10 })], 4)
    expect(slots.map((s) => [s.number, s.main?.number])).toEqual([
      [9, undefined],
      [10, 10],
      [11, undefined],
      [12, 12],
    ])
  })

  it('hold the chain and its forks apart', () => {
    const [main, fork] = [blockRow({ hash: '0xa' }), blockRow({ hash: '0xb', canonical: false })]
    expect(arrangeSlots([fork, main], 1)).toEqual([{ number: 100, main, forks: [fork] }])
  })

  it('are none without blocks or room', () => {
    expect(arrangeSlots([], 10)).toEqual([])
    expect(arrangeSlots([blockRow()], 0)).toEqual([])
  })

  it('show every block of the window exactly once', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 80 }), (list, columns) => {
        const slots = arrangeSlots(
          list.map((number) => blockRow({ number })),
          columns,
        )
        const head = Math.max(...list)
        const shown = slots.flatMap((s) => (s.main ? [s.main.number] : []))
        expect(slots).toHaveLength(columns)
        expect(shown).toEqual(list.filter((n) => n > head - columns).sort((a, b) => a - b))
      }),
    )
  })
})

describe('columns wanted', () => {
  const span = (n: number) => columnsWanted([blockRow({ number: 5 }), blockRow({ number: 4 + n })], 60)

  it('grow with a young chain in steps', () => {
    expect([span(2), span(20), span(21), span(40), span(41), span(900)]).toEqual([20, 20, 30, 40, 60, 60])
    expect(columnsWanted([], 60)).toBe(60)
  })
})

describe('columns that fit', () => {
  it('are bounded by the room and by what is kept', () => {
    expect([columnsFor(360, 12, 60), columnsFor(3000, 12, 60), columnsFor(5, 12, 60)]).toEqual([30, 60, 0])
  })
})
