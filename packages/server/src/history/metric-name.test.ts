import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flatName, parseFlatName } from './metric-name.ts'

const text = fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'B', '{', '}', ',', '=', '\\', '.', 'ü', ' ') })

describe('the flat name of a metric', () => {
  it('reads as its name and its labels again, whatever is in them', () => {
    const named = fc.record({ name: text, labels: fc.dictionary(text, text, { maxKeys: 5, noNullPrototype: true }) })
    fc.assert(
      fc.property(named, (metric) => {
        expect(parseFlatName(flatName(metric))).toEqual(metric)
      }),
    )
  })

  it('is the same however the labels are ordered', () => {
    expect(flatName({ name: 'disk', labels: { b: '2', a: '1' } })).toBe('disk{a=1,b=2}')
    expect(parseFlatName('host.cpuShare')).toEqual({ name: 'host.cpuShare', labels: {} })
    expect(parseFlatName(flatName({ name: 'host.cpuShare' }))).toEqual({ name: 'host.cpuShare', labels: {} })
  })

  it('is a name without labels where it is none of ours', () => {
    for (const odd of ['a{b', 'a}', 'a{b=c', 'a{b,c}', 'a{b=c}d', '='])
      expect(parseFlatName(odd)).toMatchObject({ labels: {} })
    fc.assert(
      fc.property(text, (any) => {
        expect(typeof parseFlatName(any).name).toBe('string')
      }),
    )
  })
})
