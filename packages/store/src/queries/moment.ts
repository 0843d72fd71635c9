/** A network as it was: rows up to a moment and none after it, and no more of them than the rules say. */
import { checkLimit, checkTime } from '../checks.ts'
import { momentSightingsMs } from '../moment-rules.ts'
import { tables } from '../tables.ts'
import type { Moment, MomentQuery, StoredBlock } from '../store.ts'
import type { QueryContext, StoreQuery } from '../query.ts'
import { nodeMoments } from './moment-nodes.ts'
import { createParams, inRange, numberAt } from './sql.ts'
import { storedBlocks } from './stored-blocks.ts'

/** Heights that a step of the search spans, for each one wanted. */
const span = 4

/** The highest heights with a block that was known, newest first. However far apart they are, each step finds some. */
const topHeights = async (context: QueryContext, { network, at }: MomentQuery, count: number): Promise<number[]> => {
  const found: number[] = []
  let upTo = Number.MAX_SAFE_INTEGER
  while (found.length < count) {
    const params = createParams()
    const known = `"network" = ${params.int(network)} AND "at" <= ${params.int(at)} AND "number" <= ${params.int(upTo)}`
    const block = context.from(tables.block)
    const text = `SELECT max("number") AS "highest" FROM ${block} AS r WHERE ${known}`
    const highest = numberAt((await context.run(text, params.values)).numbers('highest'), 0)
    if (highest === null) break
    const lowest = highest - span * count
    const step = `SELECT DISTINCT "number" FROM ${block} AS r WHERE ${known} AND "number" > ${params.int(lowest)} ORDER BY 1 DESC`
    found.push(...(await context.run(step, params.values)).numbers('number'))
    upTo = lowest
  }
  return found.slice(0, count)
}

/** All blocks of these heights; a run of heights without a large gap is one question. */
const blocksOf = async (
  context: QueryContext,
  { network, at }: MomentQuery,
  heights: readonly number[],
): Promise<readonly StoredBlock[]> => {
  const blocks: StoredBlock[] = []
  for (let i = 0; i < heights.length; ) {
    const to = heights[i] as number
    let from = to
    for (; i < heights.length && from - (heights[i] as number) <= span * heights.length; i++)
      from = heights[i] as number
    blocks.push(...(await storedBlocks(context, { network, from, to, at })))
  }
  return blocks
}

const sightingsOf = async (
  context: QueryContext,
  { network, at }: MomentQuery,
  heights: readonly number[],
  newestBlockAt: number,
): Promise<Moment['sightings']> => {
  const empty = { node: new Uint32Array(), number: new Float64Array(), hash64: new BigUint64Array() }
  if (heights.length === 0) return { rows: 0, ...empty, delayMs: new Float64Array(), at: new Float64Array() }
  const range = { from: Math.max(0, newestBlockAt - momentSightingsMs + 1), to: at + 1 }
  const params = createParams()
  const text = `
    SELECT "node", "number", "hash64", "delayMs", "at" FROM ${context.from(tables.blockSeen, range)} AS r
    WHERE ${inRange('at', range, params)} AND "network" = ${params.int(network)}
      AND "number" >= ${params.int(heights.at(-1) as number)} AND "number" <= ${params.int(heights[0] as number)}
      AND "number" IN (${heights.map((height) => params.int(height)).join(', ')})
    ORDER BY "at", "node"`
  const result = await context.run(text, params.values)
  return {
    rows: result.rows,
    node: Uint32Array.from(result.numbers('node')),
    number: result.numbers('number'),
    hash64: result.bigints('hash64'),
    delayMs: result.numbers('delayMs'),
    at: result.numbers('at'),
  }
}

export const moment: StoreQuery<MomentQuery, Moment> = async (context, query) => {
  checkTime('at', query.at)
  checkLimit(query.blocks, 'blocks')
  checkLimit(query.sightings, 'sightings')
  const { network, at } = query
  const params = createParams()
  const text = `
    SELECT max("at") AS "newest" FROM ${context.from(tables.block)} AS r
    WHERE "network" = ${params.int(network)} AND "at" <= ${params.int(at)}`
  const newestBlockAt = numberAt((await context.run(text, params.values)).numbers('newest'), 0) ?? at
  const heights = await topHeights(context, query, Math.max(query.blocks, query.sightings))
  return {
    network,
    at,
    nodes: await nodeMoments(context, query, newestBlockAt),
    blocks: await blocksOf(context, query, heights.slice(0, query.blocks)),
    sightings: await sightingsOf(context, query, heights.slice(0, query.sightings), newestBlockAt),
  }
}
