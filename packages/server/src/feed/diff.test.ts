import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedFields, isEqual } from './diff.ts'

describe('differences of JSON values', () => {
  it('finds equal what is equal by content', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isEqual(value, structuredClone(value))).toBe(true)
      }),
    )
  })

  it('finds different what JSON tells apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        if (isEqual(a, b)) expect(JSON.stringify(sortKeys(a))).toBe(JSON.stringify(sortKeys(b)))
      }),
    )
  })

  it('names the fields that changed and nothing else', () => {
    const list = [1, 2]
    expect(changedFields({ a: 1, b: list, c: null }, { a: 2, b: [1, 2], c: null })).toEqual({ a: 2 })
    expect(changedFields({ a: 1 }, { a: 1 })).toBeUndefined()
    expect(changedFields(null, { a: 1 })).toEqual({ a: 1 })
  })
})

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sortKeys(v)]),
  )
}
