import { checkHeight, checkLimit, checkRange } from '../checks.ts'
import { tables } from '../tables.ts'
import type { BlocksQuery, StoredBlock } from '../store.ts'
import type { QueryContext, StoreQuery } from '../query.ts'
import { createParams, inRange } from './sql.ts'
import type { Params } from './sql.ts'
import { storedBlocks } from './stored-blocks.ts'

/** Heights looked at in the first step; four times as many in each one after it. */
const firstHeights = 200
const mostHeights = 100_000
const stepGrowth = 4

interface Bounds {
  readonly from: number
  readonly to: number
}

/**
 * The next heights, newest first, that may have a block which is asked for, with repetitions. They are found by what is
 * cheap to see; the rest is decided by `storedBlocks`, which needs all rows of a height.
 */
const heights = async (
  context: QueryContext,
  query: BlocksQuery,
  { from, to }: Bounds,
  limit: number,
): Promise<Float64Array> => {
  const params = createParams()
  const within = (): string[] => [
    `"network" = ${params.int(query.network)}`,
    `"number" >= ${params.int(from)}`,
    `"number" <= ${params.int(to)}`,
  ]
  const block = context.from(tables.block, query.forked === true ? undefined : query.range)
  const conditions = within()
  if (query.range && query.forked !== true) conditions.push(inRange('at', query.range, params))
  if (query.hash !== undefined && query.forked !== true) conditions.push(`"hash" = ${params.text(query.hash)}`)
  if (query.canonical !== undefined) {
    const result = `SELECT "number" FROM ${context.from(tables.blockResult)} AS r WHERE ${within().join(' AND ')}`
    conditions.push(`"number" IN (${result} AND "canonical" = ${params.bool(query.canonical)})`)
  }
  const forks = query.forked === true ? ` GROUP BY "number" HAVING min("hash64") <> max("hash64")` : ''
  const text = `SELECT "number" FROM ${block} AS r WHERE ${conditions.join(' AND ')}${forks}
    ORDER BY "number" DESC LIMIT ${params.int(limit)}`
  return (await context.run(text, params.values)).numbers('number')
}

const conditionsOf =
  ({ range, hash, canonical, forked, after }: BlocksQuery) =>
  (params: Params): readonly string[] => [
    ...(range ? [inRange('at', range, params)] : []),
    ...(hash === undefined ? [] : [`"hash" = ${params.text(hash)}`]),
    ...(canonical === undefined ? [] : [`"canonical" = ${params.bool(canonical)}`]),
    ...(forked === true ? ['"siblings" > 1'] : []),
    ...(after ? [`("number" < ${params.int(after.number)} OR "hash" > ${params.text(after.hash)})`] : []),
  ]

export const blocks: StoreQuery<BlocksQuery, readonly StoredBlock[]> = async (context, query) => {
  checkLimit(query.limit)
  if (query.range) checkRange(query.range)
  for (const height of [query.fromNumber, query.toNumber, query.after?.number])
    if (height !== undefined) checkHeight(height)
  const from = query.fromNumber ?? 0
  let to = Math.min(query.toNumber ?? Number.MAX_SAFE_INTEGER, query.after?.number ?? Number.MAX_SAFE_INTEGER)
  const found: StoredBlock[] = []
  for (let step = Math.max(firstHeights, 2 * query.limit); to >= from && found.length < query.limit; ) {
    const next = await heights(context, query, { from, to }, step)
    const lowest = next.at(-1)
    if (lowest === undefined) break
    const limit = query.limit - found.length
    const highest = next[0] as number
    const where = conditionsOf(query)
    found.push(...(await storedBlocks(context, { network: query.network, from: lowest, to: highest, where, limit })))
    if (next.length < step) break
    to = lowest - 1
    step = Math.min(mostHeights, step * stepGrowth)
  }
  return found
}
