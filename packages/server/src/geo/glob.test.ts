import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globMatches } from './glob.ts'

describe('a pattern', () => {
  it.each([
    ['eu-*', ['eu-', 'eu-1', 'eu-eu-*'], ['eu', 'a-eu-1', 'EU-1']],
    ['*-validator', ['a-validator', '-validator', 'validator-validator'], ['validator', 'a-validator-1']],
    ['node-?', ['node-1', 'node-?'], ['node-', 'node-12']],
    ['a*b*c', ['abc', 'a1b2c', 'abbcc'], ['ab', 'acb', 'abcd']],
    ['*', ['', 'anything'], []],
    ['', [''], ['a']],
    ['a.c', ['a.c'], ['abc']],
    ['[ab]', ['[ab]'], ['a']],
  ])('%s', (pattern, fits, misses) => {
    for (const text of fits) expect(globMatches(pattern, text), text).toBe(true)
    for (const text of misses) expect(globMatches(pattern, text), text).toBe(false)
  })

  it('agrees with a regular expression', () => {
    const letters = (...from: string[]) => fc.string({ unit: fc.constantFrom(...from), maxLength: 8 })
    fc.assert(
      fc.property(letters('a', 'b', '*', '?'), letters('a', 'b'), (pattern, text) => {
        const regular = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(globMatches(pattern, text)).toBe(regular.test(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('with many stars takes no time that grows with their number', () => {
    // A backtracking matcher would not end.
    expect(globMatches(`${'a*'.repeat(100)}b`, 'a'.repeat(1000))).toBe(false)
  })
})
