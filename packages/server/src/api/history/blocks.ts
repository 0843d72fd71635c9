/** Blocks of the past: lists, one of them, how they spread, and where the chain forked. */
import { z } from 'zod'
import { histogramBounds } from '@netstats/sdk/store'
import type { BlocksQuery, Range, StoredBlock } from '@netstats/sdk/store'
import { endpoint, integer, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../problem.ts'
import { named, time } from '../schemas.ts'
import { onPast } from './access.ts'
import type { NetworkPast } from './access.ts'
import { cursorProblem, continued, isWhole, maxPage, next, nextLink, presetPage, scopeOf } from './paging.ts'
import type { Paged } from './paging.ts'
import { writeCursor } from './cursor.ts'
import { cursor, hourMs, limit, maxRangeMs, rangeParameters, yesOrNo } from './parameters.ts'
import { fork, pastBlock, pastBlockDetail, propagationRow } from './schemas.ts'

const maxHeight = Number.MAX_SAFE_INTEGER
const whole = 'ten years before its end by default.'
const hashPattern = /^0x[0-9a-f]{64}$/
/** Siblings of one block that are named; a height with more has no honest chain. */
const maxSiblings = 100

const blockShown = (block: StoredBlock, past: NetworkPast): object => ({
  number: block.number,
  hash: block.hash,
  parentHash: block.parentHash,
  timestamp: block.timestamp,
  at: block.at,
  arrivedAt: block.arrivedAt,
  firstNode: block.firstNode === null ? null : past.nodeName(block.firstNode),
  miner: block.miner,
  transactions: block.transactions,
  uncles: block.uncles,
  gasUsed: block.gasUsed,
  gasLimit: block.gasLimit,
  baseFeePerGas: block.baseFeePerGas,
  size: block.size,
  difficulty: block.difficulty,
  canonical: block.canonical,
  blockTimeMs: block.blockTimeMs,
  nodes: block.nodes,
  p50Ms: block.p50Ms,
  p95Ms: block.p95Ms,
  p99Ms: block.p99Ms,
})

interface BlockPage {
  readonly range: Range
  readonly limit: number
  readonly blocks: readonly StoredBlock[]
  readonly next: string | null
}

interface PageOptions {
  readonly id: string
  readonly path: string
  readonly now: number
  readonly presetMs: number
  readonly limit: number
  /** How many blocks to look at; at least `limit`. */
  readonly fetch?: number
  /** How many of the blocks that came belong to the page. */
  readonly cut?: (blocks: readonly StoredBlock[], complete: boolean) => number
}

/** A page of blocks, newest first by height. */
const pageOf = async (
  past: NetworkPast,
  asked: Paged,
  filter: Omit<BlocksQuery, 'network' | 'limit' | 'after' | 'range'>,
  options: PageOptions,
): Promise<BlockPage | Problem> => {
  const scope = scopeOf(options.id, options.path, asked)
  const begun = continued(scope, asked, options.now, options.presetMs)
  if (begun instanceof Problem) return begun
  const { range } = begun
  const [number, hash] = begun.after ?? []
  const after = isWhole(number) && typeof hash === 'string' && hashPattern.test(hash) ? { number, hash } : undefined
  if (begun.after !== undefined && after === undefined) return cursorProblem()
  const fetch = options.fetch ?? options.limit + 1
  const found = await past.store.blocks(
    { network: past.network, range, ...filter, limit: fetch, ...(after === undefined ? {} : { after }) },
    past.options,
  )
  const complete = found.length < fetch
  const size = options.cut?.(found, complete) ?? Math.min(found.length, options.limit)
  const blocks = found.slice(0, size)
  const last = complete && size === found.length ? undefined : blocks.at(-1)
  return {
    range,
    limit: options.limit,
    blocks,
    next:
      last === undefined
        ? null
        : nextLink(options.path, asked, writeCursor(scope, [range.from, range.to, last.number, last.hash])),
  }
}

const heights = {
  fromNumber: integer(0, maxHeight, 'Only this height and above.').optional(),
  toNumber: integer(0, maxHeight, 'Only this height and below.').optional(),
}
const heightsOf = (asked: { readonly fromNumber?: number | undefined; readonly toNumber?: number | undefined }) => ({
  ...(asked.fromNumber === undefined ? {} : { fromNumber: asked.fromNumber }),
  ...(asked.toNumber === undefined ? {} : { toNumber: asked.toNumber }),
})
const heightProblem = (asked: Parameters<typeof heightsOf>[0]): Problem | undefined =>
  (asked.fromNumber ?? 0) > (asked.toNumber ?? maxHeight)
    ? new Problem('API_RANGE_INVALID', 'fromNumber must not be above toNumber.')
    : undefined

const listShape = (key: string, row: z.ZodType): z.ZodObject =>
  z.object({ from: time, to: time, limit: z.number(), [key]: z.array(row), next })

const onBlocks = '/networks/{network}/history/blocks'
const pathOf = (network: string, list: string): string => `/networks/${encodeURIComponent(network)}/history/${list}`

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
    summary: 'Blocks of the past, newest first by height, forks included.',
    path: onBlocks,
    params: z.object({ network }),
    query: z.strictObject({
      ...heights,
      canonical: yesOrNo('Only blocks that became part of the chain, or only others.'),
      ...rangeParameters(whole),
      limit: limit(maxPage, presetPage),
      cursor,
    }),
    response: named(
      'HistoryBlocks',
      'Blocks of the past, first heard of within the range.',
      listShape('blocks', pastBlock),
    ),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const wrong = heightProblem(asked)
        if (wrong !== undefined) return wrong
        const { canonical, limit = presetPage } = asked
        const page = await pageOf(
          past,
          asked,
          { ...heightsOf(asked), ...(canonical === undefined ? {} : { canonical }) },
          { id: 'blocks', path: pathOf(network, 'blocks'), now: past.now, presetMs: maxRangeMs, limit },
        )
        if (page instanceof Problem) return page
        const { range, blocks, ...rest } = page
        return { ...range, ...rest, blocks: blocks.map((block) => blockShown(block, past)) }
      }),
  }),
  endpoint({
    id: 'getHistoryBlock',
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
  endpoint({
    id: 'listHistoryPropagation',
    summary: 'How fast blocks spread, newest first by height.',
    path: '/networks/{network}/history/propagation',
    params: z.object({ network }),
    query: z.strictObject({
      ...rangeParameters('an hour before its end by default.'),
      limit: limit(maxPage, presetPage),
      cursor,
    }),
    response: named('HistoryPropagations', 'How fast blocks spread.', listShape('blocks', propagationRow)),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const path = pathOf(network, 'propagation')
        const { limit = presetPage } = asked
        const page = await pageOf(past, asked, {}, { id: 'propagation', path, now: past.now, presetMs: hourMs, limit })
        if (page instanceof Problem) return page
        const { range, blocks, ...rest } = page
        return { ...range, ...rest, blocks: await spreadOf(past, blocks) }
      }),
  }),
  endpoint({
    id: 'listHistoryForks',
    summary: 'Heights of which more than one block is known, newest first.',
    path: '/networks/{network}/history/forks',
    params: z.object({ network }),
    query: z.strictObject({ ...heights, ...rangeParameters(whole), limit: limit(100, 50), cursor }),
    response: named('HistoryForks', 'Heights with more than one block.', listShape('forks', fork)),
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const wrong = heightProblem(asked)
        if (wrong !== undefined) return wrong
        const { limit = 50 } = asked
        const page = await pageOf(
          past,
          asked,
          { ...heightsOf(asked), forked: true },
          {
            id: 'forks',
            path: pathOf(network, 'forks'),
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
