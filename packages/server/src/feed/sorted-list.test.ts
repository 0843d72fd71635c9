import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSortedList } from './sorted-list.ts'

interface Item {
  readonly id: number
  key: number
}
const compare = (a: Item, b: Item): number => a.key - b.key || a.id - b.id

const step = fc.record({
  // Ids, and the key they get; ids that are in the list are taken out first.
  put: fc.array(fc.tuple(fc.nat(2000), fc.nat(50)), { maxLength: 400, size: 'max' }),
  out: fc.array(fc.nat(2000), { maxLength: 1500, size: 'max' }),
})

describe('a sorted list in blocks', () => {
  it('is what sorting an array gives, whatever goes in and out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(2000), fc.nat(300), (steps, offset, count) => {
        const items = new Map<number, Item>()
        const list = createSortedList(compare)
        for (const { put, out } of steps) {
          const gone = new Set(out)
          const changed = new Map(put.map(([id, key]) => [id, { id, key }]))
          list.change(({ id }) => gone.has(id) || changed.has(id), [...changed.values()])
          for (const id of gone) items.delete(id)
          for (const [id, item] of changed) items.set(id, item)
          expect(list.size).toBe(items.size)
        }
        const sorted = [...items.values()].sort(compare)
        expect(list.slice(0, Number.POSITIVE_INFINITY)).toEqual(sorted)
        expect(list.slice(offset, count)).toEqual(sorted.slice(offset, offset + count))
        for (const item of sorted.slice(0, 20)) expect(list.indexOf(item)).toBe(sorted.indexOf(item))
        expect(list.indexOf({ id: -1, key: 7 })).toBe(-1)
      }),
      { numRuns: 60 },
    )
  })

  it('finds an item also while the keys of others have changed', () => {
    const items = Array.from({ length: 1000 }, (_, id): Item => ({ id, key: id }))
    const list = createSortedList(compare)
    list.replace(items)
    for (const item of items) if (item.id % 3 === 0) item.key = 500
    expect(items.map((item) => list.indexOf(item))).toEqual(items.map(({ id }) => id))
  })
})
