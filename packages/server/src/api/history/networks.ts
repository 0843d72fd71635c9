/** Networks the history knows, gone ones too. */
import { z } from 'zod'
import { endpoint, integer, nothing } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { unavailable } from './past.ts'
import { seenNetworks } from './history-schemas.ts'

export const networksEndpoint: Endpoint = endpoint({
  id: 'listHistoryNetworks',
  role: 'viewer',
  summary: 'All networks ever seen, also those that are gone.',
  path: '/history/networks',
  params: nothing,
  query: z.strictObject({
    offset: integer(0, 1_000_000, 'Networks to leave out at the beginning.').optional(),
    limit: integer(1, 1000, 'Networks to give at most; 100 by default.').optional(),
  }),
  response: seenNetworks,
  history: 'query',
  handle({ history, core }, _, { offset = 0, limit = 100 }) {
    if (history?.store === undefined) return unavailable(history)
    const all = history.networks().toSorted()
    return {
      total: all.length,
      offset,
      limit,
      networks: all
        .slice(offset, offset + limit)
        .map((network) => ({ network, live: core.network(network) !== undefined })),
    }
  },
})
