import { checkLimit, checkRange } from '../checks.ts'
import { tables } from '../tables.ts'
import type { LatestMetricsQuery, Range } from '../store.ts'
import type { StoreQuery } from '../query.ts'
import { columnList, createParams, inRange, rowsFrom } from './sql.ts'
import type { Row } from './sql.ts'

export const latest: StoreQuery<{ readonly network: number } & Range, readonly Row<'nodeSample'>[]> = async (
  context,
  query,
) => {
  checkRange(query)
  const params = createParams()
  const from = context.from(tables.nodeSample, query)
  const within = (): string => `"network" = ${params.int(query.network)} AND ${inRange('at', query, params)}`
  // A greatest time is cheap to find; only the rows it leads to are sorted, not all of the range in all their columns.
  const text = `
    WITH newest AS (SELECT "node" AS "of", max("at") AS "last" FROM ${from} AS r WHERE ${within()} GROUP BY "node")
    SELECT DISTINCT ON ("node") ${columnList(tables.nodeSample)}
    FROM ${from} AS r JOIN newest ON newest."of" = "node" AND newest."last" = "at" WHERE ${within()}
    ORDER BY "node", "at" DESC`
  return rowsFrom('nodeSample', await context.run(text, params.values))
}

export const latestMetrics: StoreQuery<LatestMetricsQuery, readonly Omit<Row<'metric'>, 'network'>[]> = async (
  context,
  query,
) => {
  checkRange(query)
  checkLimit(query.limit)
  if (query.metrics?.length === 0) return []
  const params = createParams()
  const from = context.from(tables.metric, query)
  const within = (): string =>
    [
      `"network" = ${params.int(query.network)}`,
      ...(query.node === undefined ? [] : [`"node" = ${params.int(query.node)}`]),
      ...(query.metrics === undefined ? [] : [`"metric" IN (${query.metrics.map((key) => params.int(key)).join()})`]),
      inRange('at', query, params),
    ].join(' AND ')
  const text = `
    WITH newest AS (
      SELECT "node" AS "of", "metric" AS "what", max("at") AS "last" FROM ${from} AS r WHERE ${within()} GROUP BY "node", "metric")
    SELECT "at", "node", "metric", max("value") AS "value"
    FROM ${from} AS r JOIN newest ON newest."of" = "node" AND newest."what" = "metric" AND newest."last" = "at"
    WHERE ${within()} GROUP BY "at", "node", "metric" ORDER BY "node", "metric" LIMIT ${params.int(query.limit)}`
  const result = await context.run(text, params.values)
  const [at, node, metric, value] = ['at', 'node', 'metric', 'value'].map((name) => result.numbers(name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  return Array.from(at, (time, row) => ({
    at: time,
    node: node[row] as number,
    metric: metric[row] as number,
    value: value[row] as number,
  }))
}
