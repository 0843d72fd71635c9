import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOfSegment, writeSegment } from './path-segment.ts'

const name = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => text.toWellFormed()),
  fc.string({ minLength: 1, unit: fc.constantFrom('~', '.') }),
)

describe('a name in a path', () => {
  it('comes back as it was, whatever a browser makes of the path', () => {
    fc.assert(
      fc.property(name, (one) => {
        const { pathname } = new URL(`/n/1/nodes/${writeSegment(one)}`, 'http://localhost')
        expect(nameOfSegment(decodeURIComponent(pathname.slice('/n/1/nodes/'.length)))).toBe(one)
      }),
    )
  })

  it('is changed only where it is made of dots', () => {
    expect(['.', '..', '...', 'a.b', '~', '~.', '~a'].map(writeSegment)).toEqual([
      '~.',
      '~..',
      '...',
      'a.b',
      '~',
      '~~.',
      '~a',
    ])
  })
})
