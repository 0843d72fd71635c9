/** Pages of blocks of the past, newest first by height. */
import { zeroAddress } from '@netstats/protocol/loose'
import { writeSegment } from '@netstats/protocol'
import { z } from 'zod'
import type { BlocksQuery, Range, StoredBlock } from '@netstats/store'
import { integer } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { time } from '../live-schemas.ts'
import type { NetworkPast } from './past.ts'
import { writeCursor } from './cursor.ts'
import { continued, cursorProblem, isWhole, next, nextLink, scopeOf } from './paging.ts'
import type { Paged } from './paging.ts'

const maxHeight = Number.MAX_SAFE_INTEGER
export const wholePast = 'ten years before its end by default.'
/** Siblings of one block that are named; a height with more has no honest chain. */
export const maxSiblings = 100
export const hashPattern = /^0x[0-9a-f]{64}$/

export const blockShown = (block: StoredBlock, past: NetworkPast): object => ({
  number: block.number,
  hash: block.hash,
  parentHash: block.parentHash,
  timestamp: block.timestamp,
  at: block.at,
  arrivedAt: block.arrivedAt,
  firstNode: block.firstNode === null ? null : past.nodeName(block.firstNode),
  miner: block.miner === zeroAddress ? null : block.miner,
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
export const blockPage = async (
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

export const heights = {
  fromNumber: integer(0, maxHeight, 'Only this height and above.').optional(),
  toNumber: integer(0, maxHeight, 'Only this height and below.').optional(),
}
export const heightsOf = (asked: {
  readonly fromNumber?: number | undefined
  readonly toNumber?: number | undefined
}) => ({
  ...(asked.fromNumber === undefined ? {} : { fromNumber: asked.fromNumber }),
  ...(asked.toNumber === undefined ? {} : { toNumber: asked.toNumber }),
})
export const heightProblem = (asked: Parameters<typeof heightsOf>[0]): Problem | undefined =>
  (asked.fromNumber ?? 0) > (asked.toNumber ?? maxHeight)
    ? new Problem('API_RANGE_INVALID', 'fromNumber must not be above toNumber.')
    : undefined

export const blockListShape = (key: string, row: z.ZodType): z.ZodObject =>
  z.object({ from: time, to: time, limit: z.number(), [key]: z.array(row), next })

export const blockPath = (network: string, list: string): string => `/networks/${writeSegment(network)}/history/${list}`
