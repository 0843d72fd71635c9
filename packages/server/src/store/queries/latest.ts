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
  const where = `"network" = ${params.int(query.network)} AND ${inRange('at', query, params)}`
  const text = `
    SELECT DISTINCT ON ("node") ${columnList(tables.nodeSample)}
    FROM ${context.from(tables.nodeSample, query)} AS r WHERE ${where} ORDER BY "node", "at" DESC`
  return rowsFrom('nodeSample', await context.run(text, params.values))
}
