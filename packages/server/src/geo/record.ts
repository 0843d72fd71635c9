/** What a record of a place database says, whichever layout it has. */
export interface Finding {
  /** ISO code of two letters. */
  readonly code: string | null
  readonly country: string | null
  readonly city: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

const maxText = 100

/**
 * Reads the nested layout of MaxMind and DB-IP (`country.iso_code`, `city.names.en`, `location.latitude`) and the flat one
 * of ip-location-db (`country_code`, `city`, `latitude`). Null where the record tells no place.
 */
export const findingOf = (record: unknown): Finding | null => {
  const city = textOf(at(record, 'city', 'names', 'en')) ?? textOf(at(record, 'city'))
  const country = textOf(at(record, 'country', 'names', 'en')) ?? textOf(at(record, 'country'))
  const code =
    codeOf(at(record, 'country', 'iso_code')) ??
    codeOf(at(record, 'country_code')) ??
    codeOf(at(record, 'country')) ??
    codeOf(at(record, 'registered_country', 'iso_code'))
  const latitude = degreesOf(at(record, 'location', 'latitude') ?? at(record, 'latitude'), 90)
  const longitude = degreesOf(at(record, 'location', 'longitude') ?? at(record, 'longitude'), 180)
  // Some databases write 0, 0 for "unknown"; there is only sea.
  const located = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0)
  if (!located && code === null && country === null) return null
  const point = located ? { latitude, longitude } : { latitude: null, longitude: null }
  return { code, country, city, ...point }
}

const at = (value: unknown, ...keys: readonly string[]): unknown => {
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

const textOf = (value: unknown): string | null => {
  const text = typeof value === 'string' ? value.trim().slice(0, maxText) : ''
  return text === '' ? null : text
}

const codeOf = (value: unknown): string | null =>
  typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : null

/** Some databases write numbers as text. */
const degreesOf = (value: unknown, most: number): number | null => {
  const degrees = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof degrees === 'number' && Math.abs(degrees) <= most ? degrees : null
}
