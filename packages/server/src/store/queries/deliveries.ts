import { tables } from '@netstats/sdk/store'
import type { StoredDelivery } from '@netstats/sdk/store'
import type { QueryContext, StoreQuery } from '../query.ts'
import { columnList, createParams, numberAt, quoted, rowsFrom } from './sql.ts'

/** `seq` of the first row of the newest complete list; 0 where there is none. Engines skip nearly all rows by the nulls. */
export const newestList = async (context: QueryContext): Promise<number> => {
  const text = `SELECT max("since") AS "greatest" FROM ${context.from(tables.delivery)} AS r WHERE "since" IS NOT NULL`
  return numberAt((await context.run(text)).numbers('greatest'), 0) ?? 0
}

const names = ['agent', 'network', 'node', 'spool', 'firstAt'] as const

export const deliveries: StoreQuery<undefined, readonly StoredDelivery[]> = async (context) => {
  const since = await newestList(context)
  const params = createParams()
  const rows = (): string => `${context.from(tables.delivery)} AS r WHERE "seq" >= ${params.int(since)}`
  // Few rows have names: only those are sorted. Of the others the greatest `seq` is cheap to find.
  const text = `
    WITH newest AS (SELECT "stream" AS "of", max("seq") AS "last" FROM ${rows()} GROUP BY "stream")
    SELECT ${columnList(tables.delivery)} FROM ${context.from(tables.delivery)} AS r
    JOIN newest ON newest."of" = "stream" AND newest."last" = "seq" WHERE "seq" >= ${params.int(since)} ORDER BY "stream"`
  const last = rowsFrom('delivery', await context.run(text, params.values))
  const named = createParams()
  const whose = `
    SELECT DISTINCT ON ("stream") "stream", ${names.map(quoted).join(', ')} FROM ${context.from(tables.delivery)} AS r
    WHERE "seq" >= ${named.int(since)} AND "agent" IS NOT NULL ORDER BY "stream", "seq" DESC`
  const result = await context.run(whose, named.values)
  const columns = names.map((name) => [name, result.values(name)] as const)
  const of = new Map(
    result
      .values('stream')
      .map((stream, row) => [stream, Object.fromEntries(columns.map(([name, values]) => [name, values[row]]))]),
  )
  return last.flatMap((row) => {
    const found = of.get(row.stream)
    return found === undefined ? [] : [{ ...row, ...found } as StoredDelivery]
  })
}
