import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Drawn, drawSome, nothingDrawn } from './gradual.ts'

const window = fc.record({
  offset: fc.nat(60),
  rows: fc.array(fc.nat(9), { maxLength: 30 }),
  from: fc.integer({ min: -5, max: 40 }),
  most: fc.integer({ min: 1, max: 8 }),
})
const rowsOf = (drawn: Drawn<unknown>) => drawn.places.map((place) => place.row)
const keysOf = (drawn: Drawn<unknown>) => drawn.places.map((place) => place.key)
const all = { from: 0, most: 100 }

describe('drawing rows gradually', () => {
  it('comes to all rows in as many frames as their number asks for, and draws no more in one', () => {
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 6 }), (windows) => {
        let drawn: Drawn<number> = nothingDrawn
        for (const wanted of windows) {
          let frames = 0
          do {
            const next = drawSome(drawn, wanted)
            const known = new Map(drawn.places.map(({ key, row }) => [key, row]))
            const changed = next.places.filter(({ key, row }) => row !== undefined && known.get(key) !== row)
            expect(changed.length).toBeLessThanOrEqual(wanted.most)
            expect(new Set(keysOf(next)).size).toBe(wanted.rows.length)
            drawn = next
            frames += 1
          } while (!drawn.done)
          expect(rowsOf(drawn)).toEqual(wanted.rows)
          expect(drawn.leapt).toBe(false)
          expect(frames).toBeLessThanOrEqual(Math.max(1, Math.ceil(wanted.rows.length / wanted.most)))
        }
      }),
    )
  })

  it('begins where the reader looks', () => {
    const rows = ['a', 'b', 'c', 'd', 'e']
    expect(rowsOf(drawSome(nothingDrawn, { offset: 0, rows, from: 2, most: 2 }))).toEqual([
      undefined,
      undefined,
      'c',
      'd',
      undefined,
    ])
    expect(rowsOf(drawSome(nothingDrawn, { offset: 0, rows, from: 4, most: 2 }))).toEqual([
      'a',
      undefined,
      undefined,
      undefined,
      'e',
    ])
  })

  it('leaves rows that stay in view where they are', () => {
    const first = drawSome(nothingDrawn, { offset: 10, rows: ['a', 'b', 'c', 'd'], ...all })
    const down = drawSome(first, { offset: 12, rows: ['c', 'd', 'e', 'f'], from: 0, most: 2 })
    expect([rowsOf(down), down.done, down.leapt]).toEqual([['c', 'd', 'e', 'f'], true, false])
    expect(keysOf(down).slice(0, 2)).toEqual(keysOf(first).slice(2))
    const up = drawSome(down, { offset: 11, rows: ['b', 'c', 'd', 'e'], from: 0, most: 1 })
    expect(keysOf(up).slice(1)).toEqual(keysOf(down).slice(0, 3))
  })

  it('fills the same places after a leap and with another order, and says which wait', () => {
    const first = drawSome(nothingDrawn, { offset: 0, rows: ['a', 'b', 'c'], ...all })
    const leapt = drawSome(first, { offset: 500, rows: ['x', 'y', 'z'], from: 0, most: 1 })
    expect([keysOf(leapt), rowsOf(leapt), leapt.leapt]).toEqual([keysOf(first), ['x', 'b', 'c'], true])
    const sorted = drawSome(first, { offset: 0, rows: ['c', 'b', 'a'], from: 0, most: 1 })
    expect([keysOf(sorted), rowsOf(sorted), sorted.leapt]).toEqual([keysOf(first), ['c', 'b', 'c'], false])
  })
})
