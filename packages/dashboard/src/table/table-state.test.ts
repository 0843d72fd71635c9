// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { readSort, writeSort } from './table-state.ts'

const columns = new Set(['name', 'behind'])

describe('the order in the address', () => {
  it('is read as it was written', () => {
    for (const descending of [true, false]) {
      const sort = { column: 'behind', descending } as const
      expect(readSort(writeSort(sort), columns)).toEqual(sort)
    }
  })

  it('is ignored where it names no column', () => {
    for (const text of [null, '', '-', '-x', '__proto__', '--name']) expect(readSort(text, columns)).toBeUndefined()
  })
})
