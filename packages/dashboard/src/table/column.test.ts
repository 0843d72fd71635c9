import { describe, expect, it } from 'vitest'
import { fitColumns } from './column.ts'
import { tableColumns } from './columns/mod.ts'

const keys = (chosen: readonly string[], room: number) => fitColumns(tableColumns, chosen, room).map((c) => c.key)

describe('columns', () => {
  it('fit a phone with what matters most', () => {
    const phone = fitColumns(tableColumns, [], 23.5, 12)
    expect(phone.map((c) => c.key)).toEqual(['name', 'behind', 'propagation'])
  })

  it('fill a wide screen, but never with those only shown when chosen', () => {
    const wide = keys([], 1000)
    expect(wide.length).toBeGreaterThan(20)
    expect(wide).not.toContain('coinbase')
  })

  it('follow a choice in table order and keep the name', () => {
    expect(keys(['contact', 'peers'], 5)).toEqual(['name', 'peers', 'contact'])
  })

  it('always show the name, however little room there is', () => {
    expect(keys([], 1)).toEqual(['name'])
  })

  it('have keys and ranks of their own', () => {
    for (const field of ['key', 'rank'] as const) {
      expect(new Set(tableColumns.map((c) => c[field])).size).toBe(tableColumns.length)
    }
  })
})
