/** What the networks are like: now, or at a moment in the past. */
import type { NodeColumn } from '@netstats/protocol/feed'
import { z } from 'zod'
import { columnNames } from '../feed/columns.ts'
import { filterLimits, parseFilter } from '../feed/filter.ts'
import type { NetworkView } from '../shard/model.ts'
import { blockPage, findBlock } from './block-pages.ts'
import { base, endpoint, integer, name, network, nothing, onNetwork } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { listNodes } from './listing.ts'
import { Problem } from './problem.ts'
import * as schemas from './schemas.ts'

export const liveEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'index',
    summary: 'Where everything is.',
    path: '/',
    params: nothing,
    query: nothing,
    response: schemas.indexBody,
    handle: ({ core, now, version }) => ({
      name: 'Netstats',
      version,
      serverTime: now(),
      links: {
        description: `${base}/openapi.json`,
        networks: `${base}/networks`,
        ...Object.fromEntries(
          core
            .networks()
            .slice(0, 100)
            .map((view) => [`network:${view.key}`, `${base}/networks/${encodeURIComponent(view.key)}`]),
        ),
      },
    }),
  }),
  endpoint({
    id: 'listNetworks',
    summary: 'All networks at a glance.',
    path: '/networks',
    params: nothing,
    query: z.strictObject({
      offset: integer(0, 1_000_000, 'Networks to leave out at the beginning.').optional(),
      limit: integer(1, 200, 'Networks to give at most; 50 by default.').optional(),
    }),
    response: schemas.networkList,
    heavy: true,
    handle({ core, summary }, _, { offset = 0, limit = 50 }) {
      const all = core.networks()
      return { total: all.length, offset, limit, networks: all.slice(offset, offset + limit).map(summary) }
    },
  }),
  endpoint({
    id: 'getNetwork',
    summary: 'One network at a glance.',
    path: '/networks/{network}',
    params: z.object({ network }),
    query: nothing,
    response: schemas.networkSummary,
    heavy: true,
    handle: (context, { network }) => onNetwork(context, network, context.summary),
  }),
  endpoint({
    id: 'listNodes',
    summary: 'Nodes of a network, sorted, filtered and cut as the dashboard does it.',
    path: '/networks/{network}/nodes',
    params: z.object({ network }),
    query: z.strictObject({
      sort: z
        .enum(columnNames as readonly [NodeColumn, ...NodeColumn[]])
        .optional()
        .describe('Column to sort by, unknown values last; `name` by default.'),
      order: z.enum(['asc', 'desc']).optional().describe('`asc` by default.'),
      filter: z
        .string()
        .max(filterLimits.length)
        .optional()
        .describe('Words that must occur; `column:value`, `behind:>2`, `peers:3..8`, `-word`, `"two words"`.'),
      offset: integer(0, 1_000_000, 'Rows to leave out at the beginning.').optional(),
      limit: integer(1, 1000, 'Rows to give at most; 100 by default.').optional(),
    }),
    response: schemas.nodeList,
    heavy: true,
    handle(context, { network }, { sort = 'name', order = 'asc', filter = '', offset = 0, limit = 100 }) {
      const parsed = parseFilter(filter)
      if (!parsed.ok) {
        const { message, position, expected } = parsed.fault
        return new Problem('API_FILTER_INVALID', message, { position, expected })
      }
      return onNetwork(context, network, (view) => ({
        all: view.nodeCount,
        offset,
        limit,
        ...listNodes(view, { sort, descending: order === 'desc', filter: parsed.filter, offset, limit }),
      }))
    },
  }),
  endpoint({
    id: 'getNode',
    summary: 'One node.',
    path: '/networks/{network}/nodes/{node}',
    params: z.object({ network, node: name.describe('Id of the node, percent-encoded.') }),
    query: nothing,
    response: schemas.nodeRow,
    handle: (context, { network, node }) =>
      onNetwork(
        context,
        network,
        (view) => view.node(node) ?? new Problem('API_NODE_UNKNOWN', `No node "${node}" is known on "${network}".`),
      ),
  }),
  endpoint({
    id: 'listBlocks',
    summary: 'Blocks the server keeps, newest first, forks included.',
    path: '/networks/{network}/blocks',
    params: z.object({ network }),
    query: z.strictObject({
      limit: integer(1, 500, 'Blocks to give; the forks of the last height may come on top. 50 by default.').optional(),
      before: integer(0, Number.MAX_SAFE_INTEGER, 'Only blocks below this height.').optional(),
    }),
    response: schemas.blockList,
    handle: (context, { network }, { limit = 50, before }) =>
      onNetwork(context, network, (view) => blockPage(view, limit, before)),
  }),
  endpoint({
    id: 'getBlock',
    summary: 'One block with who saw it when.',
    path: '/networks/{network}/blocks/{block}',
    params: z.object({ network, block: name.describe('Hash, height (its canonical block), or `latest`.') }),
    query: nothing,
    response: schemas.blockDetail,
    heavy: true,
    handle: (context, { network, block }) =>
      onNetwork(context, network, (view) => {
        const hash = findBlock(view, block)
        return (
          (hash === undefined ? undefined : view.blockDetail(hash)) ??
          new Problem(
            'API_BLOCK_UNKNOWN',
            `No block "${block}" is kept for "${network}"; expected a hash, a height or latest.`,
          )
        )
      }),
  }),
  endpoint({
    id: 'listMiners',
    summary: 'Who sealed the newest blocks, most first.',
    path: '/networks/{network}/miners',
    params: z.object({ network }),
    query: nothing,
    response: schemas.minerList,
    heavy: true,
    handle: (context, { network }) =>
      onNetwork(context, network, (view) => {
        const { miners } = context.summary(view)
        return { blocks: miners.reduce((sum, one) => sum + one.count, 0), miners }
      }),
  }),
  endpoint({
    id: 'getMap',
    summary: 'Nodes whose place is known.',
    path: '/networks/{network}/map',
    params: z.object({ network }),
    query: nothing,
    response: schemas.mapBody,
    heavy: true,
    handle: (context, { network }) => onNetwork(context, network, (view) => ({ points: [...mapPoints(view)] })),
  }),
]

const mapPoints = function* (view: NetworkView) {
  for (const id of view.nodeIds()) {
    const latitude = view.column(id, 'latitude')
    const longitude = view.column(id, 'longitude')
    if (typeof latitude !== 'number' || typeof longitude !== 'number') continue
    yield { id, name: view.column(id, 'name'), state: view.column(id, 'state'), latitude, longitude }
  }
}
