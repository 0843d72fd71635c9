/** How blocks spread, and where the chain forked. */
import { z } from 'zod'
import type { StoredBlock } from '@netstats/store'
import { endpoint, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { named } from '../live-schemas.ts'
import { onPast } from './past.ts'
import type { NetworkPast } from './past.ts'
import {
  blockListShape,
  blockPage,
  blockPath,
  blockShown,
  heightProblem,
  heights,
  heightsOf,
  maxSiblings,
  wholePast,
} from './block-page.ts'
import { maxPage, presetPage } from './paging.ts'
import { cursor, hourMs, limit, maxRangeMs, rangeParameters } from './parameters.ts'
import { fork, propagationRow } from './history-schemas.ts'

/** How blocks spread: as it was found when they settled, else worked out from single sights. */
const spreadOf = async (past: NetworkPast, blocks: readonly StoredBlock[]): Promise<readonly object[]> => {
  const unsettled = blocks.filter((block) => block.canonical === null)
  const numbers = unsettled.map((block) => block.number)
  const times = unsettled.map((block) => block.at)
  const raw =
    unsettled.length === 0
      ? []
      : await past.store.propagation(
          {
            network: past.network,
            fromNumber: Math.min(...numbers),
            toNumber: Math.max(...numbers),
            from: Math.min(...times),
            to: Math.max(...times) + hourMs,
          },
          past.options,
        )
  const ofBlock = new Map(raw.map((one) => [`${one.number} ${one.hash64}`, one]))
  return blocks.map((block) => {
    const { nodes, p50Ms, p95Ms, p99Ms } =
      (block.canonical === null ? ofBlock.get(`${block.number} ${block.hash64}`) : undefined) ?? block
    const { number, hash, at, canonical } = block
    return { number, hash, at, canonical, nodes, p50Ms, p95Ms, p99Ms }
  })
}

const groupedByHeight = (blocks: readonly StoredBlock[]): readonly (readonly StoredBlock[])[] => [
  ...Map.groupBy(blocks, (block) => block.number).values(),
]

export const spreadEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listHistoryPropagation',
    role: 'viewer',
    summary: 'How fast blocks spread, newest first by height.',
    path: '/networks/{network}/history/propagation',
    params: z.object({ network }),
    query: z.strictObject({
      ...rangeParameters('an hour before its end by default.'),
      limit: limit(maxPage, presetPage),
      cursor,
    }),
    response: named('HistoryPropagations', 'How fast blocks spread.', blockListShape('blocks', propagationRow)),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const path = blockPath(network, 'propagation')
        const { limit = presetPage } = asked
        const page = await blockPage(
          past,
          asked,
          {},
          { id: 'propagation', path, now: past.now, presetMs: hourMs, limit },
        )
        if (page instanceof Problem) return page
        const { range, blocks, ...rest } = page
        return { ...range, ...rest, blocks: await spreadOf(past, blocks) }
      }),
  }),
  endpoint({
    id: 'listHistoryForks',
    role: 'viewer',
    summary: 'Heights of which more than one block is known, newest first.',
    path: '/networks/{network}/history/forks',
    params: z.object({ network }),
    query: z.strictObject({ ...heights, ...rangeParameters(wholePast), limit: limit(100, 50), cursor }),
    response: named('HistoryForks', 'Heights with more than one block.', blockListShape('forks', fork)),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const wrong = heightProblem(asked)
        if (wrong !== undefined) return wrong
        const { limit = 50 } = asked
        const page = await blockPage(
          past,
          asked,
          { ...heightsOf(asked), forked: true },
          {
            id: 'forks',
            path: blockPath(network, 'forks'),
            now: past.now,
            presetMs: maxRangeMs,
            limit,
            fetch: 3 * limit + maxSiblings,
            cut: (found, complete) => {
              // The last height may go on beyond what came: it is left to the next page.
              const all = groupedByHeight(found)
              const whole = complete || all.length === 1 ? all : all.slice(0, -1)
              return whole.slice(0, limit).reduce((sum, group) => sum + group.length, 0)
            },
          },
        )
        if (page instanceof Problem) return page
        const { range, blocks, ...rest } = page
        const forks = groupedByHeight(blocks).map((group) => ({
          number: group[0]?.number,
          blocks: group.map((block) => blockShown(block, past)),
        }))
        return { ...range, ...rest, forks }
      }),
  }),
]
