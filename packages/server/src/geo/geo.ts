/**
 * Where nodes are, as they connect:
 *
 *     node id ── places of the operator ──► exact
 *     address ── public? ── database ─────► exact to the city, or near the middle of the country
 *
 * Nothing here asks anybody: databases are files.
 */
import { reasonOf } from '@netstats/sdk'
import type { Place } from '../shard/options.ts'
import type { PlacesConfig } from './config.ts'
import { countryOf } from './countries.ts'
import { openDatabase, readBuiltIn as readPackaged } from './database.ts'
import type { Lookup } from './database.ts'
import { createPlaceOverrides } from './place-overrides.ts'
import { publicAddress } from './public-address.ts'
import { findingOf } from './record.ts'
import type { Finding } from './record.ts'
import { jitter } from './jitter.ts'

/** How a node got its place: `private` has an address that no database knows, `failed` met a broken one. */
export const placements = ['operator', 'city', 'country', 'private', 'unknown', 'failed'] as const
export type Placement = (typeof placements)[number]

export interface GeoOptions {
  /** Whether addresses are looked up. */
  readonly enabled: boolean
  /** File to look them up in instead of the built-in countries. */
  readonly database?: string | undefined
  readonly places: PlacesConfig
  /** Reads the built-in countries; throws where they are missing. */
  readonly readBuiltIn?: () => Lookup
  /** Told once, when a database turns out to be missing or broken. */
  readonly onTrouble: (reason: string, error: unknown) => void
}

export interface Geo {
  /** Never throws, and is at once there, except that the first public address reads the built-in countries. */
  readonly locate: (address: string | null, node: string) => Place | null
  readonly counts: Readonly<Record<Placement, number>>
}

/** Reads and checks the operator's database; throws a `ServerError` that names file and cure. */
export const openGeo = async (options: GeoOptions): Promise<Geo> => {
  const { enabled, database, onTrouble, readBuiltIn = readPackaged } = options
  const book = createPlaceOverrides(options.places)
  const counts = Object.fromEntries(placements.map((one) => [one, 0])) as Record<Placement, number>
  let lookup: Lookup | undefined = enabled && database !== undefined ? await openDatabase(database) : undefined
  let troubled = false

  const trouble = (reason: string, error: unknown): void => {
    if (troubled) return
    troubled = true
    onTrouble(`${reason}: ${reasonOf(error)}`, error)
  }
  const builtIn = (): Lookup => {
    try {
      return readBuiltIn()
    } catch (error) {
      trouble('the built-in countries cannot be read; nodes have only the places of the configuration', error)
      return () => null
    }
  }
  const find = (address: string): Finding | null | undefined => {
    try {
      lookup ??= builtIn()
      return findingOf(lookup(address))
    } catch (error) {
      trouble('the place database is damaged', error)
      return undefined
    }
  }
  const placed = (how: Placement, place: Place | null): Place | null => {
    counts[how]++
    return place
  }

  return {
    counts,
    locate(address, node) {
      const told = book(node)
      if (told !== null) return placed('operator', told)
      if (!enabled || address === null) return null
      const open = publicAddress(address)
      if (open === null) return placed('private', null)
      const finding = find(open)
      if (finding === undefined) return placed('failed', null)
      if (finding === null) return placed('unknown', null)
      return placed(finding.city === null || finding.latitude === null ? 'country' : 'city', placeOf(finding, node))
    },
  }
}

/** A point that stands for a whole country is spread out and shows no city. */
export const placeOf = (finding: Finding, node: string): Place => {
  const { code, city, latitude, longitude } = finding
  const known = code === null ? undefined : countryOf(code)
  const country = known?.name ?? finding.country ?? code
  if (latitude !== null && longitude !== null) {
    if (city !== null) return { city, country, latitude, longitude }
    return { city: null, country, ...jitter({ latitude, longitude }, node) }
  }
  if (known === undefined) return { city: null, country, latitude: null, longitude: null }
  return { city: null, country, ...jitter(known, node) }
}
