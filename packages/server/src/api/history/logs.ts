/** Log lines of a network or of a node: searched, in pages that lead both ways, and around a moment. */
import { writeSegment } from '@netstats/protocol'
import type { LogsQuery, Position, Range } from '@netstats/store'
import { z } from 'zod'
import { Problem } from '../../net/problem.ts'
import { endpoint, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { named, time as timeShape } from '../live-schemas.ts'
import { onPast } from './past.ts'
import type { NetworkPast } from './past.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { CursorScope } from './cursor.ts'
import { logRow } from './history-schemas.ts'
import { cursorProblem, isWhole, maxPage, next, nextLink, presetPage, scopeOf } from './paging.ts'
import { cursor, dayMs, limit, rangeParameters, severity, time } from './parameters.ts'
import { rangeOf } from './range.ts'

const parameters = {
  text: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Found anywhere in the message or the fields, in upper or lower case; no character has a meaning of its own.',
    ),
  severity,
  source: name.optional().describe('Only from this source.'),
  component: name.optional().describe('Only of this part of a program.'),
  ...rangeParameters('a day before its end by default.'),
  around: time(
    'Half of the lines are those up to this moment and half those after it; by default of half a day before and after.',
  ).optional(),
  limit: limit(maxPage, presetPage),
  cursor,
}

const page = named(
  'Logs',
  'Log lines, newest first.',
  z.object({
    from: timeShape,
    to: timeShape,
    limit: z.number(),
    logs: z.array(logRow),
    next,
    previous: z
      .string()
      .nullable()
      .describe('Path of the lines after these, also of those that come later; null where there are none yet.'),
  }),
)

type Row = Awaited<ReturnType<NetworkPast['store']['logs']>>[number]
type Asked = z.output<z.ZodObject<typeof parameters>>

const listed = (rows: readonly Row[], past: NetworkPast): readonly object[] =>
  rows.map(({ at, node, severity, source, message, component, fields }) => ({
    at,
    node: node === null ? null : past.nodeName(node),
    name: node === null ? null : past.shownName(node),
    severity,
    source,
    message,
    component,
    fields: fields === null ? null : JSON.parse(fields),
  }))

/** What a cursor says: the range, the line to go on from, and which way. A range without an end goes on to now. */
interface Place {
  readonly range: Range
  readonly endless: boolean
  readonly after: Position
  readonly newer: boolean
}

const writePlace = (scope: CursorScope, { range, endless, after, newer }: Place): string =>
  writeCursor(scope, [range.from, endless ? 0 : range.to, after.at, after.seq, newer ? 'newer' : 'older'])

const readPlace = (scope: CursorScope, asked: Asked & { readonly cursor: string }, now: number): Place | Problem => {
  const [from, to, at, seq, way] = readCursor(scope, asked.cursor) ?? []
  if (!isWhole(from) || !isWhole(to) || !isWhole(at) || !isWhole(seq)) return cursorProblem()
  if ((asked.from ?? from) !== from || (asked.to ?? to) !== to || asked.around !== undefined) return cursorProblem()
  const range = rangeOf({ from, to: to === 0 ? Math.max(now, at + 1) : to }, now, dayMs)
  if (range instanceof Problem) return cursorProblem()
  return { range, endless: to === 0, after: { at, seq }, newer: way === 'newer' }
}

interface Found {
  readonly range: Range
  /** Newest first, and whether there are older ones. */
  readonly rows: readonly Row[]
  readonly more: boolean
}
type Ask = (query: Omit<LogsQuery, 'network'>) => Promise<readonly Row[]>

const fromPlace = async ({ range, after, newer }: Place, most: number, ask: Ask): Promise<Found> => {
  if (!newer) {
    const rows = await ask({ range, after, limit: most + 1 })
    return { range, rows: rows.slice(0, most), more: rows.length > most }
  }
  const rows = await ask({ range, after, limit: most, oldestFirst: true })
  return { range, rows: rows.toReversed(), more: rows.length > 0 }
}

/** Where one side has fewer lines than its half, the other has more. */
const aroundMoment = async (moment: number, range: Range, most: number, ask: Ask): Promise<Found> => {
  const turn = Math.min(Math.max(moment + 1, range.from), range.to)
  const [older, newer] = await Promise.all([
    ask({ range: { from: range.from, to: turn }, limit: most + 1 }),
    ask({ range: { from: turn, to: range.to }, limit: most, oldestFirst: true }),
  ])
  const after = Math.min(newer.length, Math.max(Math.floor(most / 2), most - older.length))
  const before = Math.min(older.length, most - after)
  return {
    range,
    rows: [...newer.slice(0, after).toReversed(), ...older.slice(0, before)],
    more: older.length > before,
  }
}

const linesOf = async (past: NetworkPast, path: string, asked: Asked, node: string | undefined): Promise<unknown> => {
  const { text, severity, source, component, around, limit: most = presetPage } = asked
  const key = node === undefined ? undefined : past.nodeKey(node)
  if (key instanceof Problem) return key
  const scope = scopeOf('logs', path, { ...asked, around: undefined })
  const filter = {
    ...(key !== undefined && { node: key }),
    ...(text !== undefined && { text }),
    ...(severity !== undefined && { severity }),
    ...(source !== undefined && { source }),
    ...(component !== undefined && { component }),
  }
  const ask: Ask = (query) => past.store.logs({ network: past.network, ...filter, ...query }, past.options)
  const place = asked.cursor === undefined ? undefined : readPlace(scope, { ...asked, cursor: asked.cursor }, past.now)
  if (place instanceof Problem) return place
  let found: Found
  if (place !== undefined) found = await fromPlace(place, most, ask)
  else {
    const to = asked.to ?? (around === undefined ? undefined : around + dayMs / 2)
    const range = rangeOf({ from: asked.from, to }, past.now, dayMs)
    if (range instanceof Problem) return range
    if (around !== undefined) found = await aroundMoment(around, range, most, ask)
    else {
      const rows = await ask({ range, limit: most + 1 })
      found = { range, rows: rows.slice(0, most), more: rows.length > most }
    }
  }
  const { range, rows, more } = found
  const endless = place?.endless ?? asked.to === undefined
  const link = (after: Position, newer: boolean): string =>
    nextLink(path, { ...asked, around: undefined }, writePlace(scope, { range, endless, after, newer }))
  const [first, last] = [rows[0] ?? place?.after, rows.at(-1)]
  return {
    ...range,
    limit: most,
    logs: listed(rows, past),
    next: more && last !== undefined ? link(last, false) : null,
    previous: first === undefined ? null : link(first, true),
  }
}

export const logEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listLogs',
    role: 'viewer',
    summary: 'Log lines of a network, newest first.',
    path: '/networks/{network}/logs',
    params: z.object({ network }),
    query: z.strictObject({ ...parameters, node: name.optional().describe('Only of this node.') }),
    response: page,
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, (past) =>
        linesOf(past, `/networks/${writeSegment(network)}/logs`, asked, asked.node),
      ),
  }),
  endpoint({
    id: 'listNodeLogs',
    role: 'viewer',
    summary: 'Log lines of a node, newest first.',
    path: '/networks/{network}/nodes/{node}/logs',
    params: z.object({ network, node: name.describe('Id of the node, percent-encoded.') }),
    query: z.strictObject(parameters),
    response: page,
    history: 'query',
    handle: (context, { network, node }, asked, options) =>
      onPast(context, network, options, (past) =>
        linesOf(past, `/networks/${writeSegment(network)}/nodes/${writeSegment(node)}/logs`, asked, node),
      ),
  }),
]
