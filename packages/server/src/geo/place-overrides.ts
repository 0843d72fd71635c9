import type { Place } from '../shard/options.ts'
import type { PlacesConfig } from './config.ts'
import { countryOf } from './countries.ts'
import { globMatches, isGlob } from './glob.ts'

/**
 * The operator's places by node id. An id written out wins over patterns, and among these the one with the most
 * characters of its own: the order of the file means nothing, since YAML gives mappings none.
 */
export const createPlaceOverrides = (given: PlacesConfig): ((node: string) => Place | null) => {
  const entries = Object.entries(given ?? {}).map(([pattern, { city, country, latitude, longitude }]) => {
    const place: Place = { city: city ?? null, country: country ?? null, latitude, longitude }
    return { pattern, place, own: pattern.replaceAll(/[*?]/g, '').length }
  })
  const exact = new Map(entries.map(({ pattern, place }) => [pattern, place]))
  const globs = entries.filter(({ pattern }) => isGlob(pattern)).toSorted((a, b) => b.own - a.own)
  return (node) => {
    const place = exact.get(node) ?? globs.find(({ pattern }) => globMatches(pattern, node))?.place
    if (place === undefined) return null
    return place.country === null ? place : { ...place, country: countryOf(place.country)?.name ?? place.country }
  }
}
