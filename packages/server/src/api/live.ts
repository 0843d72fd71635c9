/** What the networks are like: now, or at a moment in the past. */
import { writeSegment } from '@netstats/protocol'
import { z } from 'zod'
import { PersonalAnswer } from './answer.ts'
import { at, onPointInTime } from './at.ts'
import { blockPage, findBlock } from './block-pages.ts'
import { base, endpoint, integer, name, network, nothing } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { mapPoints } from './map-points.ts'
import { listParameters, listingOf, nodeListOf } from './node-listing.ts'
import { Problem } from '../net/problem.ts'
import * as schemas from './live-schemas.ts'

export const liveEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'index',
    role: 'viewer',
    summary: 'Where everything is.',
    path: '/',
    params: nothing,
    query: nothing,
    response: schemas.indexBody,
    handle: ({ core, now, version }, _, __, { prefix }) => ({
      name: 'Netstats',
      version,
      serverTime: now(),
      links: {
        description: `${prefix}${base}/openapi.json`,
        networks: `${prefix}${base}/networks`,
        ...Object.fromEntries(
          core
            .networks()
            .slice(0, 100)
            .map((view) => [`network:${view.key}`, `${prefix}${base}/networks/${writeSegment(view.key)}`]),
        ),
      },
    }),
  }),
  endpoint({
    id: 'getFeedAccess',
    role: 'viewer',
    summary: 'Whether a page may open the live feed, and if not, why and what helps.',
    path: '/feed',
    params: nothing,
    query: z.strictObject({
      origin: z.string().max(300).optional().describe('Origin of the page; without it, that of the request.'),
    }),
    response: schemas.feedAccess,
    personal: true,
    handle(_, __, { origin }, { feedFault }) {
      const fault = feedFault(origin)
      return new PersonalAnswer({ allowed: fault === undefined, reason: fault?.message ?? null })
    },
  }),
  endpoint({
    id: 'listNetworks',
    role: 'viewer',
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
    role: 'viewer',
    summary: 'One network at a glance.',
    path: '/networks/{network}',
    params: z.object({ network }),
    query: z.strictObject({ at }),
    response: schemas.networkSummary,
    heavy: true,
    history: 'query',
    handle: (context, params, { at: moment }, options) =>
      onPointInTime(context, params.network, moment, options, context.summary),
  }),
  endpoint({
    id: 'listNodes',
    role: 'viewer',
    summary: 'Nodes of a network, sorted, filtered and cut as the dashboard does it.',
    path: '/networks/{network}/nodes',
    params: z.object({ network }),
    query: z.strictObject({ at, ...listParameters }),
    response: schemas.nodeList,
    heavy: true,
    history: 'query',
    handle(context, params, { at: moment, ...asked }, options) {
      const listing = listingOf(asked)
      if (listing instanceof Problem) return listing
      return onPointInTime(context, params.network, moment, options, (view) => nodeListOf(view, listing))
    },
  }),
  endpoint({
    id: 'getNode',
    role: 'viewer',
    summary: 'One node.',
    path: '/networks/{network}/nodes/{node}',
    params: z.object({ network, node: name.describe('Id of the node, percent-encoded.') }),
    query: z.strictObject({ at }),
    response: schemas.nodeRow,
    history: 'query',
    handle: (context, { network, node }, { at: moment }, options) =>
      onPointInTime(
        context,
        network,
        moment,
        options,
        (view) => view.node(node) ?? new Problem('API_NODE_UNKNOWN', `No node "${node}" is known on "${network}".`),
      ),
  }),
  endpoint({
    id: 'listBlocks',
    role: 'viewer',
    summary: 'Blocks the server keeps, newest first, forks included.',
    path: '/networks/{network}/blocks',
    params: z.object({ network }),
    query: z.strictObject({
      limit: integer(1, 500, 'Blocks to give; the forks of the last height may come on top. 50 by default.').optional(),
      at,
      before: integer(0, Number.MAX_SAFE_INTEGER, 'Only blocks below this height.').optional(),
    }),
    response: schemas.blockList,
    history: 'query',
    handle: (context, params, { at: moment, limit = 50, before }, options) =>
      onPointInTime(context, params.network, moment, options, (view) => blockPage(view, limit, before)),
  }),
  endpoint({
    id: 'getBlock',
    role: 'viewer',
    summary: 'One block with who saw it when.',
    path: '/networks/{network}/blocks/{block}',
    params: z.object({ network, block: name.describe('Hash, height (its canonical block), or `latest`.') }),
    query: z.strictObject({ at }),
    response: schemas.blockDetail,
    heavy: true,
    history: 'query',
    handle: (context, { network, block }, { at: moment }, options) =>
      onPointInTime(context, network, moment, options, (view) => {
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
    role: 'viewer',
    summary: 'Who sealed the newest blocks, most first.',
    path: '/networks/{network}/miners',
    params: z.object({ network }),
    query: z.strictObject({ at }),
    response: schemas.minerList,
    heavy: true,
    history: 'query',
    handle: (context, params, { at: moment }, options) =>
      onPointInTime(context, params.network, moment, options, (view) => {
        const { miners } = context.summary(view)
        return { blocks: miners.reduce((sum, one) => sum + one.count, 0), miners }
      }),
  }),
  endpoint({
    id: 'getMap',
    role: 'viewer',
    summary: 'Nodes whose place is known.',
    path: '/networks/{network}/map',
    params: z.object({ network }),
    query: z.strictObject({ at }),
    response: schemas.mapBody,
    heavy: true,
    history: 'query',
    handle: (context, params, { at: moment }, options) =>
      onPointInTime(context, params.network, moment, options, (view) => ({ points: [...mapPoints(view)] })),
  }),
]
