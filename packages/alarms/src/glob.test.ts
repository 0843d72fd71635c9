import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchesGlob } from './glob.ts'

it('takes a star for any text', () => {
  const yes = [
    ['*', ''],
    ['a*', 'a'],
    ['a*c', 'abc'],
    ['*b*', 'abc'],
    ['a*b*c', 'a-b-c'],
    ['a.b', 'a.b'],
    ['**', 'x'],
  ]
  const no = [
    ['a', 'b'],
    ['a*', 'ba'],
    ['a*a', 'a'],
    ['*b*', 'ac'],
    ['a.b', 'axb'],
    ['', 'a'],
    ['a*bc*c', 'abc'],
  ]
  for (const [pattern = '', name = ''] of yes) expect([pattern, matchesGlob(pattern, name)]).toEqual([pattern, true])
  for (const [pattern = '', name = ''] of no) expect([pattern, matchesGlob(pattern, name)]).toEqual([pattern, false])
})

it('as a regular expression would', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
  fc.assert(
    fc.property(text, name, (pattern, of) => {
      expect(matchesGlob(pattern, of)).toBe(new RegExp(`^${pattern.replaceAll(/\*+/g, '.*')}$`).test(of))
    }),
    { numRuns: 500 },
  )
})
