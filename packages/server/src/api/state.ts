/** A network in one answer, for anyone who shows a moment as a whole. */
import { z } from 'zod'
import { at, onPointInTime } from './at.ts'
import { endpoint, integer, network } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { yesOrNo } from './history/parameters.ts'
import { mapPoints } from './map-points.ts'
import { listParameters, listingOf, nodeListOf } from './node-listing.ts'
import { Problem } from '../net/problem.ts'
import { networkState } from './live-schemas.ts'

/** As many as a summary covers. */
const presetBlocks = 60

export const stateEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getState',
    role: 'viewer',
    summary: 'A network as a whole, now or at a moment in the past: summary, first nodes, newest blocks.',
    path: '/networks/{network}/state',
    params: z.object({ network }),
    query: z.strictObject({
      at,
      ...listParameters,
      blocks: integer(0, 500, `Blocks to give, forks included; ${presetBlocks} by default.`).optional(),
      points: yesOrNo('Whether to give the places of nodes too; false by default.'),
    }),
    response: networkState,
    heavy: true,
    history: 'query',
    handle(context, params, { at: moment, blocks = presetBlocks, points = false, ...asked }, options) {
      const listing = listingOf(asked)
      if (listing instanceof Problem) return listing
      return onPointInTime(context, params.network, moment, options, (view) => ({
        at: moment ?? context.now(),
        summary: context.summary(view),
        nodes: nodeListOf(view, listing),
        blocks: blocks === 0 ? [] : view.blocks(blocks),
        ...(points ? { points: [...mapPoints(view)] } : {}),
      }))
    },
  }),
]
