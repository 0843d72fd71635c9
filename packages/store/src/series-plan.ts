/**
 * Which rows answer a series. Roll-ups are written when a bucket closes, so the newest bucket of a tier is missing or
 * may be short: from there on finer rows are read, and no moment is read twice.
 *
 *     1 h   ████████████│
 *     1 min             ├█████│
 *     raw                     ├██    to
 */
import { checkRange, invalidQuery } from './checks.ts'
import { maxBuckets } from './store.ts'
import type { Range, SeriesRange } from './store.ts'
import type { ExpiringTier } from './table.ts'
import { tables } from './tables.ts'

type SeriesTable =
  | 'nodeSample'
  | 'metric'
  | 'network10s'
  | 'network1m'
  | 'network1h'
  | 'node1m'
  | 'node1h'
  | 'metric1m'
  | 'metric1h'

interface Step {
  readonly table: SeriesTable
  /** 0 for raw rows. */
  readonly widthMs: number
}

/** Finest first. */
const ladders = {
  network: [
    { table: 'network10s', widthMs: 10_000 },
    { table: 'network1m', widthMs: 60_000 },
    { table: 'network1h', widthMs: 3_600_000 },
  ],
  node: [
    { table: 'nodeSample', widthMs: 0 },
    { table: 'node1m', widthMs: 60_000 },
    { table: 'node1h', widthMs: 3_600_000 },
  ],
  metric: [
    { table: 'metric', widthMs: 0 },
    { table: 'metric1m', widthMs: 60_000 },
    { table: 'metric1h', widthMs: 3_600_000 },
  ],
} as const satisfies Readonly<Record<string, readonly Step[]>>
export type SeriesKind = keyof typeof ladders

/** What a plan has to know of a store. */
export interface SeriesFacts {
  /** Time before which a tier has no rows any more; null where it never had any. */
  oldest(tier: ExpiringTier): number | null
  /** Start of the newest bucket of a roll-up, of any network; null where it has none. */
  newest(table: SeriesTable): Promise<number | null>
  /** Whether a roll-up has any bucket that starts within the range, of any network. */
  any(table: SeriesTable, range: Range): Promise<boolean>
}

export interface SeriesSegment extends Range {
  readonly table: SeriesTable
}

export interface SeriesPlan extends SeriesRange {
  /** Start of the first bucket and end of the last one: whole buckets are read. */
  readonly from: number
  readonly to: number
  /** Width of a slot: that of the roll-up, or of the bucket where raw rows are read. */
  readonly slotMs: number
  readonly buckets: readonly number[]
  /** What to read, oldest first, without overlap. Rows of a roll-up belong where their bucket starts. */
  readonly segments: readonly SeriesSegment[]
}

const tierOf = (step: Step): ExpiringTier => tables[step.table].tier as ExpiringTier

const align = ({ from, to, bucketMs }: SeriesRange, widthMs: number): SeriesRange => {
  const step = Math.max(1, widthMs)
  const wide = Math.max(1, Math.ceil(bucketMs / step)) * step
  return { from: from - (from % wide), to: to + ((wide - (to % wide)) % wide), bucketMs: wide }
}

/** Buckets below a minute come from the finest rows, below an hour from minutes, all others from hours. */
const stepFor = (bucketMs: number): number => (bucketMs < 60_000 ? 0 : bucketMs < 3_600_000 ? 1 : 2)

export const planSeries = async (kind: SeriesKind, asked: SeriesRange, facts: SeriesFacts): Promise<SeriesPlan> => {
  checkRange(asked)
  if (!Number.isSafeInteger(asked.bucketMs) || asked.bucketMs < 1) throw invalidQuery('bucketMs is not a width.')
  const ladder: readonly Step[] = ladders[kind]
  const at = (index: number): Step => ladder[index] as Step
  let index = stepFor(asked.bucketMs)
  let range = align(asked, at(index).widthMs)
  if ((range.to - range.from) / range.bucketMs > maxBuckets)
    throw invalidQuery(`More than ${maxBuckets} buckets: ask for wider ones or a shorter range.`)

  /** The next coarser step that still has a whole bucket from before the rows of this one. */
  const coarser = async (): Promise<number | undefined> => {
    const oldest = facts.oldest(tierOf(at(index)))
    const until = Math.min(range.to, oldest ?? range.to)
    for (let next = index + 1; next < ladder.length; next++) {
      const end = until - at(next).widthMs + 1
      if (end > range.from && (await facts.any(at(next).table, { from: range.from, to: end }))) return next
    }
    return undefined
  }
  for (let next = await coarser(); next !== undefined; next = await coarser()) {
    index = next
    range = align(asked, at(index).widthMs)
  }

  /** Where the rows of a roll-up end: before its newest bucket if finer ones can stand in for it whole. */
  const endOf = async (step: Step, finer: Step): Promise<number> => {
    const newest = await facts.newest(step.table)
    if (newest === null) return range.from
    const oldest = facts.oldest(tierOf(finer))
    // Raw rows do not have all that a roll-up has, so they do not stand in for one.
    const replaced = finer.widthMs > 0 && oldest !== null && oldest <= newest
    return replaced ? newest : newest + step.widthMs
  }
  const segments: SeriesSegment[] = []
  let cursor = range.from
  for (let i = index; i >= 0 && cursor < range.to; i--) {
    const end = i === 0 ? range.to : Math.min(range.to, await endOf(at(i), at(i - 1)))
    if (end <= cursor) continue
    segments.push({ table: at(i).table, from: cursor, to: end })
    cursor = end
  }

  const count = (range.to - range.from) / range.bucketMs
  return {
    ...range,
    slotMs: at(index).widthMs || range.bucketMs,
    buckets: Array.from({ length: count }, (_, i) => range.from + i * range.bucketMs),
    segments,
  }
}

/** Rows by which `metricsOf` is answered: those that a chart of the range is drawn from. */
export const metricsOfRange = ({ from, to }: Range): SeriesRange => ({
  from,
  to,
  bucketMs: to - from <= 6 * 3_600_000 ? 60_000 : Math.max(3_600_000, Math.ceil((to - from) / 1000)),
})
