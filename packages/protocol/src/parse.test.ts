import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from './errors.ts'
import { big, count, flag, hex, list, number, object, oneOf, optional, text, toPlain } from './parse.ts'
import type { Reader } from './parse.ts'

const refusals = (reader: Reader<unknown>, values: readonly unknown[]): readonly unknown[] =>
  values.filter((value) => {
    try {
      reader(value, 'x')
      return false
    } catch (error) {
      return error instanceof ParseError && error.code === 'VALUE_INVALID' && error.path === 'x'
    }
  })

describe('readers', () => {
  it.each<[string, Reader<unknown>, readonly unknown[], readonly unknown[]]>([
    ['text', text(3), ['', 'abc'], ['abcd', 5, null, undefined]],
    ['flag', flag, [true, false], [0, 'true', null]],
    ['number', number, [0, -1.5, 1e300], [NaN, Infinity, '1', null]],
    ['count', count, [0, Number.MAX_SAFE_INTEGER], [-1, 1.5, 2 ** 53, '1', NaN]],
    ['hex', hex(2), ['0xabcd'], ['0xABCD', '0xabc', '0xabcde', 'abcdef', '0xabcg', 5]],
    ['oneOf', oneOf(['a', 'b']), ['a', 'b'], ['c', '', 0, ['a']]],
    ['list', list(count, 2), [[], [1, 2]], [[1, 2, 3], {}, 'ab', null]],
  ])('%s takes what it says and refuses the rest', (_, reader, good, bad) => {
    for (const value of good) expect(reader(value, 'x')).toEqual(value)
    expect(refusals(reader, bad)).toEqual(bad)
  })

  it('big reads decimal text only', () => {
    expect(big('58750003716598352816469', 'x')).toBe(58750003716598352816469n)
    const bad = [5, '', '-1', '0x5', '1.5', '9'.repeat(79), null]
    expect(refusals(big, bad)).toEqual(bad)
  })

  it('optional takes null and nothing for absent', () => {
    expect([optional(count)(null, 'x'), optional(count)(undefined, 'x'), optional(count)(5, 'x')]).toEqual([
      undefined,
      undefined,
      5,
    ])
    expect(refusals(optional(count), ['5'])).toEqual(['5'])
  })

  it('object leaves absent fields out and names the path to a fault', () => {
    const reader = object({ a: count, b: optional(object({ c: list(flag, 5) })) })
    expect(reader({ a: 1, z: 2 }, '')).toEqual({ a: 1 })
    expect(Object.keys(reader({ a: 1, b: undefined }, ''))).toEqual(['a'])
    expect(() => reader({ a: 1, b: { c: [true, 1] } }, '')).toThrow('b.c[1]: expected true or false')
    expect(refusals(reader, [null, [], 'x', 5])).toEqual([null, [], 'x', 5])
  })
})

describe('toPlain', () => {
  it('gives what JSON can hold, bigint as decimal text, nothing for undefined', () => {
    expect(toPlain({ a: 5n, b: undefined, c: [1n, { d: 2n }], e: null, f: 'x' })).toEqual({
      a: '5',
      c: ['1', { d: '2' }],
      e: null,
      f: 'x',
    })
    expect(Object.keys(toPlain({ b: undefined }) as object)).toEqual([])
  })

  it('keeps a key called __proto__ a key', () => {
    const value: unknown = JSON.parse('{"__proto__":{"a":1}}')
    expect(JSON.stringify(toPlain(value))).toBe('{"__proto__":{"a":1}}')
  })

  it('changes nothing that is plain already', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(toPlain(value))).toBe(JSON.stringify(value))
      }),
    )
  })
})

describe('taking an object over', () => {
  const reader = object({ a: big, b: optional(count), c: optional(object({ d: flag })) })

  it('gives the same as reading it, for any JSON', () => {
    const attempt = (read: Reader<unknown>, text: string): unknown => {
      try {
        return read(JSON.parse(text), 'x')
      } catch (error) {
        // Of several faults either may be named first.
        return error instanceof ParseError ? 'refused' : error
      }
    }
    const field = fc.constantFrom('a', 'b', 'c', 'z', '__proto__', 'constructor')
    const value = fc.oneof(fc.constantFrom('1', 5, null, true, { d: true }, { d: 1 }, {}), fc.jsonValue())
    const entries = fc.array(fc.tuple(field, value), { maxLength: 5 })
    fc.assert(
      fc.property(
        fc.oneof(
          entries.map((of) => JSON.stringify(Object.fromEntries(of))),
          fc.json(),
        ),
        (text) => {
          expect(attempt(reader.take, text)).toEqual(attempt(reader, text))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('converts in place what needs no copy', () => {
    const value: unknown = JSON.parse('{"a":"12","b":3}')
    expect(reader.take(value, '')).toBe(value)
    expect(value).toEqual({ a: 12n, b: 3 })
    expect(reader.take({ a: '1', b: null, z: 1 }, '')).toEqual({ a: 1n })
  })
})
