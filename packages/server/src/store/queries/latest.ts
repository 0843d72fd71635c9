import { checkRange, tables } from '@netstats/sdk/store'
import type { Range } from '@netstats/sdk/store'
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
