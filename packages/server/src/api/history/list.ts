/** Lists by time, newest first, in pages: how each of them is asked, cut and continued. */
import { writeSegment } from '@netstats/protocol'
import { z } from 'zod'
import type { Page, Position, Range } from '@netstats/store'
import { endpoint, network, nothing } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { named, time } from '../live-schemas.ts'
import { onPast, onWholePast } from './past.ts'
import type { NetworkPast, Past } from './past.ts'
import { writeCursor } from './cursor.ts'
import { continued, cursorProblem, filterOf, isWhole, maxPage, next, nextLink, presetPage, scopeOf } from './paging.ts'
import type { Given, Paged } from './paging.ts'
import { cursor, limit, maxRangeMs, rangeParameters } from './parameters.ts'

interface ListOf<F extends z.ZodRawShape, R extends Position> {
  readonly id: string
  readonly summary: string
  /** Below the network, or below the base path. */
  readonly path: string
  /** Name of the list in the answer, and of its schema. */
  readonly key: string
  readonly filter: F
  readonly row: z.ZodType
  /** How far back it goes by default, milliseconds and in words. */
  readonly preset?: { readonly ms: number; readonly words: string }
  readonly show: (row: R, past: Past) => unknown
}

type Filter<F extends z.ZodRawShape> = z.output<z.ZodObject<F>>
export type RangePage = Page & { readonly range: Range }

interface NetworkList<F extends z.ZodRawShape, R extends Position> extends ListOf<F, R> {
  readonly ask: (past: NetworkPast, query: RangePage, filter: Filter<F>) => Promise<readonly R[] | Problem>
  /** Further facts for the answer, and the schema of them. */
  readonly more?: {
    readonly shape: z.ZodRawShape
    readonly ask: (past: NetworkPast, range: Range, filter: Filter<F>) => Promise<Given | Problem>
  }
}

interface ServerList<R extends Position> extends ListOf<z.ZodRawShape, R> {
  readonly ask: (past: Past, query: RangePage) => Promise<readonly R[]>
}

const presetOf = (list: { readonly preset?: { readonly ms: number; readonly words: string } }) =>
  list.preset ?? { ms: maxRangeMs, words: 'ten years before its end by default.' }

const definitionOf = <F extends z.ZodRawShape, R extends Position>(list: ListOf<F, R>, more: z.ZodRawShape = {}) => ({
  id: list.id,
  summary: list.summary,
  history: 'query' as const,
  query: z.strictObject({
    ...list.filter,
    ...rangeParameters(presetOf(list).words),
    limit: limit(maxPage, presetPage),
    cursor,
  }),
  response: named(
    `History${list.key[0]?.toUpperCase()}${list.key.slice(1)}`,
    list.summary,
    z.object({ from: time, to: time, limit: z.number(), ...more, [list.key]: z.array(list.row), next }),
  ),
})

interface Asking<R> {
  readonly path: string
  readonly asked: object
  readonly page: (query: RangePage) => Promise<readonly R[] | Problem>
  readonly more?: (range: Range) => Promise<Given | Problem>
}

const pageOf = async <R extends Position>(
  list: Pick<ListOf<z.ZodRawShape, R>, 'id' | 'key' | 'preset' | 'show'>,
  past: Past,
  { path, asked, page, more }: Asking<R>,
): Promise<unknown> => {
  const scope = scopeOf(list.id, path, asked)
  const paged: Paged = asked
  const begun = continued(scope, paged, past.now, presetOf(list).ms)
  if (begun instanceof Problem) return begun
  const { range } = begun
  const [at, seq] = begun.after ?? []
  const after = isWhole(at) && isWhole(seq) ? { at, seq } : undefined
  if (begun.after !== undefined && after === undefined) return cursorProblem()
  const most = paged.limit ?? presetPage
  // One more than wanted tells whether there is another page.
  const rows = await page({ limit: most + 1, range, ...(after === undefined ? {} : { after }) })
  if (rows instanceof Problem) return rows
  const further = await more?.(range)
  if (further instanceof Problem) return further
  const last = rows.length > most ? rows[most - 1] : undefined
  return {
    ...range,
    limit: most,
    ...further,
    [list.key]: rows.slice(0, most).map((row) => list.show(row, past)),
    next:
      last === undefined ? null : nextLink(path, asked, writeCursor(scope, [range.from, range.to, last.at, last.seq])),
  }
}

/** A list of one network. */
export const networkList = <F extends z.ZodRawShape, R extends Position>(list: NetworkList<F, R>): Endpoint => {
  const { more } = list
  return endpoint({
    ...definitionOf(list, more?.shape),
    role: 'viewer',
    path: `/networks/{network}${list.path}`,
    params: z.object({ network }),
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, (past) => {
        const filter = filterOf(asked) as Filter<F>
        return pageOf(list, past, {
          path: `/networks/${writeSegment(network)}${list.path}`,
          asked,
          page: (query) => list.ask(past, query, filter),
          ...(more === undefined ? {} : { more: (range) => more.ask(past, range, filter) }),
        })
      }),
  })
}

/** A list of the whole server. */
export const serverList = <R extends Position>(list: ServerList<R>): Endpoint =>
  endpoint({
    ...definitionOf(list),
    role: 'viewer',
    path: list.path,
    params: nothing,
    handle: (context, _, asked, options) =>
      onWholePast(context, options, (past) =>
        pageOf(list, past, { path: list.path, asked, page: (query) => list.ask(past, query) }),
      ),
  })
