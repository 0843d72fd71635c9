import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { momentHref, readMoment, writeMoment } from './address.ts'

describe('a moment in the address', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
        expect(readMoment(writeMoment(at))).toBe(at)
      }),
    )
    expect(writeMoment(Date.UTC(2026, 10, 23, 14, 3, 20))).toBe('2026-11-23T14:03:20Z')
  })

  it('may name any zone, but has to name one', () => {
    expect(readMoment('2026-11-23T15:03:20+01:00')).toBe(Date.UTC(2026, 10, 23, 14, 3, 20))
    for (const text of [
      null,
      '',
      'yesterday',
      '2026-11-23',
      '2026-11-23T15:03:20',
      '2026-99-99T00:00:00Z',
      '1700000000',
    ])
      expect(readMoment(text)).toBeUndefined()
  })

  it('leads to a network or to one of its nodes', () => {
    const at = Date.UTC(2026, 10, 23)
    expect(momentHref('1', at)).toBe('/n/1?at=2026-11-23T00:00:00Z')
    expect(momentHref('1', at, 'a/b')).toBe('/n/1/nodes/a%2Fb?at=2026-11-23T00:00:00Z')
  })
})
