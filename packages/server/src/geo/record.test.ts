import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findingOf } from './record.ts'

const nothing = { code: null, country: null, city: null, latitude: null, longitude: null }

describe('a record of a place database', () => {
  it('is read in the layout of MaxMind and DB-IP', () => {
    const record = {
      city: { names: { de: 'Wien', en: 'Vienna' } },
      country: { iso_code: 'AT', names: { de: 'Österreich', en: 'Austria' } },
      registered_country: { iso_code: 'DE' },
      location: { latitude: 48.2, longitude: 16.4, accuracy_radius: 20 },
    }
    expect(findingOf(record)).toEqual({
      code: 'AT',
      country: 'Austria',
      city: 'Vienna',
      latitude: 48.2,
      longitude: 16.4,
    })
  })

  it('is read in the flat layouts', () => {
    expect(findingOf({ country_code: 'US' })).toEqual({ ...nothing, code: 'US' })
    expect(
      findingOf({ city: 'Graz', country_code: 'AT', latitude: '47.07', longitude: '15.44', state1: 'Steiermark' }),
    ).toEqual({ code: 'AT', country: null, city: 'Graz', latitude: 47.07, longitude: 15.44 })
    expect(findingOf({ country: 'br', city: 'Recife' })).toMatchObject({ code: 'BR', city: 'Recife' })
  })

  it('gives the country an address is registered in where it names no other', () => {
    expect(findingOf({ registered_country: { iso_code: 'FR' } })).toEqual({ ...nothing, code: 'FR' })
  })

  it('that tells no place is none', () => {
    for (const record of [null, undefined, 'AT', 7, [], {}, { autonomous_system_number: 15_169 }, { city: 'Graz' }])
      expect(findingOf(record)).toBeNull()
  })

  it('has a point whole and on the globe, or none', () => {
    const at = (latitude: unknown, longitude: unknown) => findingOf({ country_code: 'AT', latitude, longitude })
    for (const [latitude, longitude] of [
      [91, 0],
      [1, 181],
      [1, undefined],
      ['', '7'],
      ['x', '7'],
      [Number.NaN, 7],
      [0, 0],
      [{}, 7],
    ])
      expect(at(latitude, longitude)).toEqual({ ...nothing, code: 'AT' })
    expect(at(-90, 180)).toMatchObject({ latitude: -90, longitude: 180 })
    expect(at(0, 9)).toMatchObject({ latitude: 0, longitude: 9 })
  })

  it('of any shape is survived, its text bounded', () => {
    expect(findingOf({ country_code: 'AT', city: 'x'.repeat(5000) })?.city).toHaveLength(100)
    const keys = fc.constantFrom(
      'city',
      'country',
      'names',
      'en',
      'location',
      'latitude',
      'longitude',
      'country_code',
      'iso_code',
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.anything(), fc.dictionary(keys, tie('tree'), { maxKeys: 4 })),
    }))
    fc.assert(
      fc.property(tree, (record) => {
        const finding = findingOf(record)
        if (finding === null) return
        expect((finding.latitude === null) === (finding.longitude === null)).toBe(true)
        expect(finding.code ?? finding.country ?? finding.latitude).not.toBeNull()
      }),
    )
  })
})
