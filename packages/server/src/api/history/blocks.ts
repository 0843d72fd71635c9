/** Blocks of the past: lists, and one of them. */
import { z } from 'zod'
import { histogramBounds } from '@netstats/store'
import type { StoredBlock } from '@netstats/store'
import { endpoint, name, network } from '../endpoint.ts'
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
  hashPattern,
  heightProblem,
  heights,
  heightsOf,
  maxSiblings,
  wholePast,
} from './block-page.ts'
import { maxPage, presetPage } from './paging.ts'
import { cursor, limit, maxRangeMs, rangeParameters, yesOrNo } from './parameters.ts'
import { pastBlock, pastBlockDetail } from './history-schemas.ts'

const onBlocks = '/networks/{network}/history/blocks'
const findBlocks = (past: NetworkPast, block: string): Promise<readonly StoredBlock[]> | undefined => {
  const hash = block.toLowerCase()
  if (hashPattern.test(hash)) return past.store.blocks({ network: past.network, hash, limit: 1 }, past.options)
  if (!/^[0-9]{1,15}$/.test(block)) return undefined
  return blocksAt(past, Number(block))
}
const blocksAt = (past: NetworkPast, number: number): Promise<readonly StoredBlock[]> =>
  past.store.blocks({ network: past.network, fromNumber: number, toNumber: number, limit: maxSiblings }, past.options)

export const blockEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listHistoryBlocks',
    role: 'viewer',
    summary: 'Blocks of the past, newest first by height, forks included.',
    path: onBlocks,
    params: z.object({ network }),
    query: z.strictObject({
      ...heights,
      canonical: yesOrNo('Only blocks that became part of the chain, or only others.'),
      ...rangeParameters(wholePast),
      limit: limit(maxPage, presetPage),
      cursor,
    }),
    response: named(
      'HistoryBlocks',
      'Blocks of the past, first heard of within the range.',
      blockListShape('blocks', pastBlock),
    ),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const wrong = heightProblem(asked)
        if (wrong !== undefined) return wrong
        const { canonical, limit = presetPage } = asked
        const page = await blockPage(
          past,
          asked,
          { ...heightsOf(asked), ...(canonical === undefined ? {} : { canonical }) },
          { id: 'blocks', path: blockPath(network, 'blocks'), now: past.now, presetMs: maxRangeMs, limit },
        )
        if (page instanceof Problem) return page
        const { range, blocks, ...rest } = page
        return { ...range, ...rest, blocks: blocks.map((block) => blockShown(block, past)) }
      }),
  }),
  endpoint({
    id: 'getHistoryBlock',
    role: 'viewer',
    summary: 'One block of the past: how it spread, and who saw it when while single sights are kept.',
    path: `${onBlocks}/{block}`,
    params: z.object({
      network,
      block: name.describe('Hash, or height: then the block that became part of the chain.'),
    }),
    query: z.strictObject({ limit: limit(maxPage, maxPage) }),
    response: pastBlockDetail,
    history: 'query',
    handle: (context, { network, block: asked }, { limit = maxPage }, options) =>
      onPast(context, network, options, async (past) => {
        const found = await findBlocks(past, asked)
        const block = found?.find((one) => one.canonical === true) ?? found?.[0]
        if (found === undefined || block === undefined) {
          return new Problem(
            'API_BLOCK_UNKNOWN',
            `No block "${asked}" is kept for "${network}"; expected a hash or a height.`,
          )
        }
        const { number, hash, at } = block
        const [here, seenBy] = await Promise.all([
          found.length > 1 ? found : blocksAt(past, number),
          past.store.sightings({ network: past.network, number, hash, at, limit }, past.options),
        ])
        return {
          ...blockShown(block, past),
          extraData: block.extraData,
          stateRoot: block.stateRoot,
          transactionsRoot: block.transactionsRoot,
          siblings: here.map((one) => one.hash).filter((one) => one !== hash),
          delays: { boundsMs: histogramBounds, counts: block.delays },
          seenBy: seenBy.map((one) => ({ node: past.nodeName(one.node), at: one.at, delayMs: one.delayMs })),
        }
      }),
  }),
]
