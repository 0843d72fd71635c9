import { checkHeight, checkLimit, checkRange, checkTime } from '../checks.ts'
import { hash64Of } from '../hash64.ts'
import { histogramBins } from '../metrics.ts'
import { sightingsMs } from '../moment-rules.ts'
import type { BlocksQuery, Propagation, PropagationQuery, Sighting, SightingsQuery, StoredBlock } from '../store.ts'
import { groupBy, newestOf, percentile, within } from './data.ts'
import type { Data, Row } from './data.ts'

const storedBlock = (block: Row<'block'>, results: readonly Row<'blockResult'>[]): StoredBlock => {
  const result = newestOf(results)
  const bins = result as Readonly<Record<string, unknown>> | undefined
  return {
    ...block,
    canonical: result?.canonical ?? null,
    blockTimeMs: result?.blockTimeMs ?? null,
    nodes: result?.nodes ?? 0,
    p50Ms: result?.p50Ms ?? null,
    p95Ms: result?.p95Ms ?? null,
    p99Ms: result?.p99Ms ?? null,
    delays: Array.from({ length: histogramBins }, (_, bin) => (bins?.[`delay_h${bin}`] ?? 0) as number),
  }
}

/** As it was first, and what that row leaves out as a later one tells it. */
const completed = ([first, ...later]: readonly Row<'block'>[]): Row<'block'> => {
  const block: Record<string, unknown> = { ...first }
  for (const row of later)
    for (const [fact, value] of Object.entries(row))
      if (fact !== 'arrivedAt' && fact !== 'firstNode') block[fact] ??= value
  return block as Row<'block'>
}

export const newestBlocksFirst = (a: StoredBlock, b: StoredBlock): number =>
  b.number - a.number || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)

/** Every block of a network once, with what is known of it at a moment. */
export const blocksAt = (data: Data, network: number, at: number): readonly StoredBlock[] => {
  const rows = data.block.filter((row) => row.network === network && row.at <= at)
  const results = groupBy(
    data.blockResult.filter((row) => row.network === network && row.at <= at),
    (row) => row.hash64,
  )
  return [...groupBy(rows, (row) => row.hash64).values()]
    .map((same) => completed(same.toSorted((a, b) => a.at - b.at)))
    .map((block) => storedBlock(block, results.get(block.hash64) ?? []))
    .toSorted(newestBlocksFirst)
}

export const blocks = (data: Data, query: BlocksQuery): readonly StoredBlock[] => {
  const { after, range, hash, canonical, fromNumber, toNumber } = query
  checkLimit(query.limit)
  if (range) checkRange(range)
  for (const height of [fromNumber, toNumber, after?.number]) if (height !== undefined) checkHeight(height)
  const all = blocksAt(data, query.network, Number.POSITIVE_INFINITY)
  const heights = groupBy(all, (block) => block.number)
  return all
    .filter((block) => query.forked !== true || (heights.get(block.number)?.length ?? 0) > 1)
    .filter((block) => range === undefined || within(range)(block))
    .filter((block) => block.number >= (fromNumber ?? block.number) && block.number <= (toNumber ?? block.number))
    .filter((block) => hash === undefined || block.hash === hash)
    .filter((block) => canonical === undefined || block.canonical === canonical)
    .filter(
      (block) =>
        after === undefined ||
        block.number < after.number ||
        (block.number === after.number && block.hash > after.hash),
    )
    .slice(0, query.limit)
}

export const sightings = (data: Data, query: SightingsQuery): readonly Sighting[] => {
  checkLimit(query.limit)
  checkTime('at', query.at)
  checkHeight(query.number)
  if (!/^0x[0-9a-f]{64}$/u.test(query.hash)) return []
  const hash64 = hash64Of(query.hash)
  return data.blockSeen
    .filter(within({ from: query.at, to: query.at + sightingsMs }))
    .filter((row) => row.network === query.network && row.number === query.number && row.hash64 === hash64)
    .toSorted((a, b) => a.at - b.at || a.node - b.node)
    .slice(0, query.limit)
    .map(({ node, at, delayMs }) => ({ node, at, delayMs }))
}

export const propagation = (data: Data, query: PropagationQuery): readonly Propagation[] => {
  checkRange(query)
  checkHeight(query.fromNumber)
  checkHeight(query.toNumber)
  const rows = data.blockSeen
    .filter(within(query))
    .filter((row) => row.network === query.network)
    .filter((row) => row.number >= query.fromNumber && row.number <= query.toNumber)
  return [...groupBy(rows, (row) => `${row.number} ${row.hash64}`).values()]
    .map((seen) => {
      const { number, hash64 } = seen[0] as Row<'blockSeen'>
      const delays = seen.map((row) => row.delayMs).filter((delay) => delay !== null)
      return {
        number,
        hash64,
        nodes: seen.length,
        p50Ms: percentile(delays, 0.5),
        p95Ms: percentile(delays, 0.95),
        p99Ms: percentile(delays, 0.99),
      }
    })
    .toSorted((a, b) => b.number - a.number || (a.hash64 < b.hash64 ? -1 : 1))
}
