/** Who saw which block when. */
import { checkHeight, checkLimit, checkRange, checkTime } from '../checks.ts'
import { hash64Of } from '../hash64.ts'
import { sightingsMs } from '../moment-rules.ts'
import { tables } from '../tables.ts'
import type { Propagation, PropagationQuery, Sighting, SightingsQuery } from '../store.ts'
import type { StoreQuery } from '../query.ts'
import { createParams, inRange, numberAt } from './sql.ts'

export const sightings: StoreQuery<SightingsQuery, readonly Sighting[]> = async (context, query) => {
  checkLimit(query.limit)
  checkTime('at', query.at)
  checkHeight(query.number)
  if (!/^0x[0-9a-f]{64}$/u.test(query.hash)) return []
  const range = { from: query.at, to: query.at + sightingsMs }
  const params = createParams()
  const text = `
    SELECT "node", "at", "delayMs" FROM ${context.from(tables.blockSeen, range)} AS r
    WHERE ${inRange('at', range, params)} AND "network" = ${params.int(query.network)}
      AND "number" = ${params.int(query.number)} AND "hash64" = ${params.hash64(hash64Of(query.hash))}
    ORDER BY "at", "node" LIMIT ${params.int(query.limit)}`
  const result = await context.run(text, params.values)
  const node = result.numbers('node')
  const at = result.numbers('at')
  const delayMs = result.numbers('delayMs')
  return Array.from(node, (key, row) => ({ node: key, at: at[row] as number, delayMs: numberAt(delayMs, row) }))
}

export const propagation: StoreQuery<PropagationQuery, readonly Propagation[]> = async (context, query) => {
  checkRange(query)
  checkHeight(query.fromNumber)
  checkHeight(query.toNumber)
  const params = createParams()
  // All percentiles in one aggregate: each on its own would gather and sort the values once more.
  const text = `
    SELECT "number", "hash64", "nodes", "all"[1] AS "p50", "all"[2] AS "p95", "all"[3] AS "p99" FROM (
      SELECT "number", "hash64", CAST(count(*) AS BIGINT) AS "nodes",
        percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY "delayMs") AS "all"
      FROM ${context.from(tables.blockSeen, query)} AS r
      WHERE ${inRange('at', query, params)} AND "network" = ${params.int(query.network)}
        AND "number" >= ${params.int(query.fromNumber)} AND "number" <= ${params.int(query.toNumber)}
      GROUP BY "number", "hash64") AS b
    ORDER BY "number" DESC, "hash64"`
  const result = await context.run(text, params.values)
  const number = result.numbers('number')
  const hash64 = result.bigints('hash64')
  const nodes = result.numbers('nodes')
  const p50 = result.numbers('p50')
  const p95 = result.numbers('p95')
  const p99 = result.numbers('p99')
  return Array.from(number, (height, row) => ({
    number: height,
    hash64: hash64[row] as bigint,
    nodes: nodes[row] as number,
    p50Ms: numberAt(p50, row),
    p95Ms: numberAt(p95, row),
    p99Ms: numberAt(p99, row),
  }))
}
