/** Lists, newest first by time and then by `seq`, a page at a time. */
import { checkPage, checkRange } from '../checks.ts'
import { tables } from '../tables.ts'
import type { AlarmsQuery, ListQuery, LogsQuery, Page, Range } from '../store.ts'
import type { QueryContext, StoreQuery } from '../query.ts'
import { columnList, createParams, inRange, rowsFrom } from './sql.ts'
import type { Params, Row } from './sql.ts'

type ListTable = 'log' | 'alarm' | 'reorg' | 'nodeInfo' | 'nodeState' | 'gap' | 'shed'
type Paged = Page & { readonly range: Range }

const tail = ({ limit, after }: Page, params: Params, oldestFirst = false): string => {
  const [beyond, order] = oldestFirst ? ['>', 'ASC'] : ['<', 'DESC']
  // The first condition says no more than the second, but an engine can skip rows by it.
  const from = after
    ? ` AND "at" ${beyond}= ${params.int(after.at)} AND ("at" ${beyond} ${params.int(after.at)} OR "seq" ${beyond} ${params.int(after.seq)})`
    : ''
  return `${from} ORDER BY "at" ${order}, "seq" ${order} LIMIT ${params.int(limit)}`
}

const list = async <T extends ListTable>(
  context: QueryContext,
  table: T,
  query: Paged & { readonly oldestFirst?: boolean },
  conditions: readonly string[],
  params: Params,
): Promise<readonly Row<T>[]> => {
  const where = [...conditions, inRange('at', query.range, params)].join(' AND ')
  const from = context.from(tables[table], query.range)
  const text = `SELECT ${columnList(tables[table])} FROM ${from} AS r WHERE ${where}${tail(query, params, query.oldestFirst)}`
  return rowsFrom(table, await context.run(text, params.values))
}

const check = (query: Paged): void => {
  checkRange(query.range)
  checkPage(query)
}

const ofNetwork = ({ network, node }: ListQuery, params: Params): string[] => [
  `"network" = ${params.int(network)}`,
  ...(node === undefined ? [] : [`"node" = ${params.int(node)}`]),
]

const listOf =
  <T extends ListTable>(table: T): StoreQuery<ListQuery, readonly Row<T>[]> =>
  (context, query) => {
    check(query)
    const params = createParams()
    return list(context, table, query, ofNetwork(query, params), params)
  }

export const nodeInfos = listOf('nodeInfo')
export const nodeStates = listOf('nodeState')
export const gaps = listOf('gap')

/** Reorganisations are of no node, so one that is asked for has none. */
export const reorgs: StoreQuery<ListQuery, readonly Row<'reorg'>[]> = async (context, query) => {
  check(query)
  if (query.node !== undefined) return []
  return listOf('reorg')(context, query)
}

export const sheds: StoreQuery<Paged, readonly Row<'shed'>[]> = async (context, query) => {
  check(query)
  return list(context, 'shed', query, [], createParams())
}

export const alarms: StoreQuery<AlarmsQuery, readonly Row<'alarm'>[]> = async (context, query) => {
  check(query)
  const params = createParams()
  const chosen = (): string[] => [
    ...(query.type === undefined ? [] : [`"type" = ${params.text(query.type)}`]),
    ...(query.origin === undefined ? [] : [`"origin" = ${params.text(query.origin)}`]),
  ]
  if (query.open !== true) return list(context, 'alarm', query, [...ofNetwork(query, params), ...chosen()], params)
  // Steps of all times: an alarm is open however long ago it was raised.
  const columns = columnList(tables.alarm)
  const newest = `
    SELECT ${columns}, row_number() OVER (PARTITION BY "origin", "node", "alarm" ORDER BY "at" DESC, "seq" DESC) AS "place"
    FROM ${context.from(tables.alarm)} AS r WHERE "network" = ${params.int(query.network)}`
  const open = [`"place" = 1`, `"step" <> 'cleared'`, ...ofNetwork(query, params), ...chosen()]
  const where = [...open, inRange('at', query.range, params)].join(' AND ')
  const text = `SELECT ${columns} FROM (${newest}) AS n WHERE ${where}${tail(query, params)}`
  return rowsFrom('alarm', await context.run(text, params.values))
}

/** How much of the range is searched first, and by how much more each time. */
const firstSearchMs = 5 * 60_000
const searchGrowth = 4

export const logs: StoreQuery<LogsQuery, readonly Row<'log'>[]> = async (context, query) => {
  check(query)
  const search = (range: Range, limit: number): Promise<readonly Row<'log'>[]> => {
    const params = createParams()
    const conditions = ofNetwork(query, params)
    if (query.severity !== undefined) conditions.push(`"severity" <= ${params.int(query.severity)}`)
    if (query.source !== undefined) conditions.push(`"source" = ${params.text(query.source)}`)
    if (query.component !== undefined) conditions.push(`"component" = ${params.text(query.component)}`)
    if (query.text !== undefined) {
      const has = (column: string): string =>
        `strpos(lower(${column}), lower(${params.text(query.text as string)})) > 0`
      conditions.push(`(${has('"message"')} OR ${has(`coalesce("fields", '')`)})`)
    }
    return list(context, 'log', { ...query, range, limit }, conditions, params)
  }
  // The lines that are asked for come first, and mostly they are enough; a rare text costs one pass over the range all the same.
  const found: Row<'log'>[] = []
  for (const range of stretchesOf(query, context.newestAt)) {
    if (found.length >= query.limit) break
    found.push(...(await search(range, query.limit - found.length)))
  }
  return found
}

/** The range in ever wider parts, from where the search begins. */
const stretchesOf = function* ({ range, after, oldestFirst }: LogsQuery, newestAt: number | null): Generator<Range> {
  const end = newestAt === null ? range.to : Math.min(range.to, newestAt + 1)
  let at = oldestFirst ? Math.max(range.from, after?.at ?? 0) : Math.min(end, after === undefined ? end : after.at + 1)
  for (let width = firstSearchMs; oldestFirst ? at < end : at > range.from; width *= searchGrowth) {
    const to = oldestFirst ? Math.min(end, at + width) : at
    const from = oldestFirst ? at : Math.max(range.from, at - width)
    yield { from, to }
    at = oldestFirst ? to : from
  }
}
