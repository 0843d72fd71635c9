import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeEntry } from './node-entry.ts'
import { cutWindow, windowData } from './window.ts'
import type { NodeTable } from './node-table.ts'

const entryOf = (i: number): NodeEntry => ({
  id: `n${i}`,
  revision: 0,
  gone: false,
  generation: 0,
  values: [],
  raws: [],
  row: undefined,
})

describe('a window', () => {
  it('has the pinned rows first, and the others from its offset on as if those were not there', () => {
    fc.assert(
      fc.property(
        fc.record({
          size: fc.integer({ min: 0, max: 30 }),
          filtered: fc.uniqueArray(fc.integer({ min: 0, max: 29 })),
          pinned: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }),
          offset: fc.integer({ min: 0, max: 40 }),
          limit: fc.integer({ min: 0, max: 12 }),
        }),
        ({ size, filtered, pinned, offset, limit }) => {
          const all = Array.from({ length: size }, (_, i) => entryOf(i))
          const listed = all.filter((_, i) => !filtered.includes(i))
          const index = {
            slice: (from: number, count: number) => listed.slice(from, from + count),
            indexOf: (entry: NodeEntry) => listed.indexOf(entry),
          }
          const cut = cutWindow(
            index,
            { entry: (id) => all.find((entry) => entry.id === id) },
            { offset, limit, pinned: pinned.map((i) => `n${i}`) },
          )
          const above = pinned.flatMap((i) => all[i] ?? [])
          const below = listed.filter((entry) => !above.includes(entry)).slice(offset, offset + limit)
          expect(cut.map(({ id }) => id)).toEqual([...above, ...below].map(({ id }) => id))
        },
      ),
    )
  })

  it('leaves out nodes that have gone since the table was put in order, and takes any id as it is', () => {
    const [here, gone, odd] = [entryOf(1), { ...entryOf(2), gone: true }, { ...entryOf(3), id: '__proto__' }]
    const table = { row: (entry: NodeEntry) => ({ id: entry.id }) } as unknown as NodeTable
    const data = windowData([here, gone, odd], table, { total: 3, all: 9 })
    expect(data).toMatchObject({ total: 3, all: 9, order: ['n1', '__proto__'] })
    expect(Object.keys(data.rows)).toEqual(['n1', '__proto__'])
  })
})
