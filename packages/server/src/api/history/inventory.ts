/** What nodes said of themselves: at a moment, and each time it changed. */
import { writeSegment } from '@netstats/protocol'
import { z } from 'zod'
import type { NodeMoment, RowOf, Tables } from '@netstats/store'
import { endpoint, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { named, time as timeShape } from '../live-schemas.ts'
import { onPast } from './past.ts'
import type { NetworkPast, Past } from './past.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { withNode } from './events.ts'
import { networkList } from './list.ts'
import { cursorProblem, isWhole, maxPage, next, nextLink, presetPage, scopeOf } from './paging.ts'
import { cursor, limit, maxTime, time } from './parameters.ts'
import { inventoryChange, inventoryRow } from './history-schemas.ts'

type InfoRow = RowOf<Tables['nodeInfo']>

const factNames = [
  'name',
  'client',
  'networkId',
  'genesis',
  'port',
  'protocol',
  'api',
  'os',
  'osVersion',
  'reporter',
  'contact',
  'coinbase',
  'canUpdateHistory',
  'city',
  'country',
  'latitude',
  'longitude',
] as const satisfies readonly (keyof InfoRow)[]

const factsOf = (row: InfoRow, past: Past): Record<string, unknown> => ({
  node: past.nodeName(row.node),
  ...Object.fromEntries(factNames.map((fact) => [fact, row[fact]])),
})

interface Known {
  readonly node: string
  readonly info: InfoRow
  readonly moment: NodeMoment
}

/** Nodes that had said something and were not removed, by name. */
const knownAt = async (past: NetworkPast, at: number): Promise<readonly Known[]> => {
  const { nodes } = await past.store.moment({ network: past.network, at, blocks: 0, sightings: 0 }, past.options)
  const known: Known[] = []
  for (const moment of nodes) {
    if (moment.info === null || moment.state?.state === 'removed') continue
    known.push({ node: past.nodeName(moment.node), info: moment.info, moment })
  }
  return known.sort((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0))
}

export const inventoryEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getHistoryInventory',
    role: 'viewer',
    summary: 'Nodes and their facts as they were at a moment, by name.',
    path: '/networks/{network}/history/inventory',
    params: z.object({ network }),
    query: z.strictObject({
      at: time('The moment; now by default.').optional(),
      limit: limit(maxPage, presetPage),
      cursor,
    }),
    response: named(
      'HistoryInventory',
      'Nodes and their facts at a moment.',
      z.object({
        at: timeShape,
        total: z.number().describe('Nodes in all.'),
        limit: z.number(),
        nodes: z.array(inventoryRow),
        next,
      }),
    ),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const path = `/networks/${writeSegment(network)}/history/inventory`
        const { at: _at, ...rest } = asked
        const scope = scopeOf('inventory', path, rest)
        const [cursorAt, after] = (asked.cursor === undefined ? undefined : readCursor(scope, asked.cursor)) ?? []
        if (asked.cursor !== undefined) {
          if (!isWhole(cursorAt) || cursorAt > maxTime || typeof after !== 'string') return cursorProblem()
          if ((asked.at ?? cursorAt) !== cursorAt) return cursorProblem()
        }
        const at = isWhole(cursorAt) ? cursorAt : (asked.at ?? past.now)
        const most = asked.limit ?? presetPage
        const all = await knownAt(past, at)
        const from = typeof after === 'string' ? all.findIndex(({ node }) => node > after) : 0
        const shown = from < 0 ? [] : all.slice(from, from + most)
        const last = from >= 0 && from + most < all.length ? shown.at(-1) : undefined
        return {
          at,
          total: all.length,
          limit: most,
          nodes: shown.map(({ info, moment }) => ({
            ...factsOf(info, past),
            since: info.at,
            state: moment.state?.state ?? null,
            stateSince: moment.state?.at ?? null,
            lastSeenAt: moment.lastSeenAt,
          })),
          next: last === undefined ? null : nextLink(path, rest, writeCursor(scope, [at, last.node])),
        }
      }),
  }),
  networkList({
    id: 'listHistoryInventoryChanges',
    summary: 'Each time a node said something else of itself, newest first.',
    path: '/history/inventory/changes',
    key: 'changes',
    filter: { node: name.optional().describe('Only of this node; what differs is told then.') },
    row: inventoryChange,
    async ask(past, query, { node }) {
      const rows = await withNode(past, query, node, (asked) => past.store.nodeInfos(asked, past.options))
      if (rows instanceof Problem || node === undefined) return rows
      // All rows are of one node, and one more was asked for than is shown: each shown one has its predecessor.
      return rows.map((row, index) => ({ ...row, changed: changedFrom(rows[index + 1], row) }))
    },
    show: (row: InfoRow & { readonly changed?: readonly string[] | null }, past) => ({
      at: row.at,
      ...factsOf(row, past),
      changed: row.changed ?? null,
    }),
  }),
]

const changedFrom = (before: InfoRow | undefined, row: InfoRow): readonly string[] | null =>
  before === undefined ? null : factNames.filter((fact) => before[fact] !== row[fact])
