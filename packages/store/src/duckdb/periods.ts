/**
 * How time is cut into files. A tier's files cover periods of about an eighth of its retention, so that whole files
 * expire; a name tells start and length, and what is in the file's own record counts.
 */
import type { ExpiringTier } from '../table.ts'

const hour = 3_600_000
const day = 24 * hour
const lengths = [
  ['1h', hour],
  ['2h', 2 * hour],
  ['3h', 3 * hour],
  ['6h', 6 * hour],
  ['12h', 12 * hour],
  ['1d', day],
  ['2d', 2 * day],
  ['7d', 7 * day],
  ['14d', 14 * day],
  ['30d', 30 * day],
  ['90d', 90 * day],
  ['180d', 180 * day],
  ['365d', 365 * day],
] as const

export interface Period {
  /** Start and end, Unix milliseconds, half open; multiples of the length since 1970 in UTC. */
  readonly from: number
  readonly to: number
}

const shortest = lengths[0]

/** Length of the periods of a tier that keeps its rows for so long: the longest that is at most an eighth, one hour at least. */
export const periodMsOf = (retentionMs: number): number =>
  lengths.findLast(([, ms]) => ms <= retentionMs / 8)?.[1] ?? shortest[1]

export const periodAt = (time: number, periodMs: number): Period => {
  const from = Math.floor(time / periodMs) * periodMs
  return { from, to: from + periodMs }
}

/** Name without ending, such as `raw-2026-11-23T18-6h`; `copy` tells it from a file of that name that cannot be used. */
export const periodName = (tier: ExpiringTier, { from, to }: Period, copy = 1): string => {
  const start = new Date(from).toISOString().slice(0, 13)
  const length = lengths.find(([, ms]) => ms === to - from)?.[0] ?? `${(to - from) / hour}h`
  return `${tier}-${start}-${length}${copy === 1 ? '' : `.${copy}`}`
}

const pattern = /^(raw|logs|seconds|minutes|hours)-\d{4}-\d{2}-\d{2}T\d{2}-\d+[hd](\.\d+)?\.duckdb$/

const partsPattern = /^[a-z]+-(\d{4}-\d{2}-\d{2}T\d{2})-(\d+)([hd])(?:\.\d+)?\.duckdb$/

/** The period of a file by its name: where the file itself cannot be asked. */
export const periodOfName = (file: string): Period | undefined => {
  const [, start = '', count = '', unit] = partsPattern.exec(file) ?? []
  const from = Date.parse(`${start}:00Z`)
  return Number.isNaN(from) ? undefined : { from, to: from + Number(count) * (unit === 'd' ? day : hour) }
}

/** The tier of a period file by its name; undefined for any other file. */
export const tierOfName = (file: string): ExpiringTier | undefined =>
  pattern.exec(file)?.[1] as ExpiringTier | undefined
