/** Parameters of a list of nodes, and the list they ask for. */
import type { NodeColumn } from '@netstats/protocol/feed'
import { z } from 'zod'
import { nodeColumnNames } from '@netstats/protocol/feed'
import { filterLimits, parseFilter } from '../feed/filter.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import { integer } from './endpoint.ts'
import { listNodes } from './listing.ts'
import type { Listing } from './listing.ts'
import { Problem } from '../net/problem.ts'

export const listParameters = {
  sort: z
    .enum(nodeColumnNames as readonly [NodeColumn, ...NodeColumn[]])
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
}

interface Asked {
  readonly sort?: NodeColumn | undefined
  readonly order?: 'asc' | 'desc' | undefined
  readonly filter?: string | undefined
  readonly offset?: number | undefined
  readonly limit?: number | undefined
}

export const listingOf = ({ sort = 'name', order, filter = '', offset = 0, limit = 100 }: Asked): Listing | Problem => {
  const parsed = parseFilter(filter)
  if (parsed.ok) return { sort, descending: order === 'desc', filter: parsed.filter, offset, limit }
  const { message, position, expected } = parsed.fault
  return new Problem('API_FILTER_INVALID', message, { position, expected })
}

export const nodeListOf = (view: NetworkView, listing: Listing) => ({
  all: view.nodeCount,
  offset: listing.offset,
  limit: listing.limit,
  ...listNodes(view, listing),
})
