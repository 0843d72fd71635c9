import type { Block } from '@netstats/protocol'
import { zeroAddress } from '@netstats/protocol/loose'
import type { BlockDetail, BlockRow } from '@netstats/protocol/feed'
import type { Markable } from '../change-set.ts'
import { at, percentilesOf } from '../../lib/percentile.ts'
import type { Percentiles } from '../../lib/percentile.ts'

/** A block as the shard keeps it: facts as its reports tell them, and what nodes did with it. */
export interface BlockRecord extends Markable {
  readonly number: number
  readonly hash: string
  /** Learned later where the first reporter did not name it. */
  parentHash: string
  readonly timestampMs: number
  miner: string | null
  transactions: number | null
  uncles: number | null
  gasUsed: number | null
  gasLimit: number | null
  baseFeePerGas: string | null
  size: number | null
  difficulty: string | null
  extraData: string | null
  stateRoot: string | null
  transactionsRoot: string | null
  /** The last report whose facts were taken in. */
  lastBody: Block | null
  /** First report of it that was not history, and when it came (see `arrival.ts`); null while only history reported it. */
  firstSeenAt: number | null
  arrivedAt: number | null
  firstNode: string | null
  parent: BlockRecord | null
  blockTimeMs: number | null
  /** In the tree. Otherwise it is only what some node has as its latest: below the window, or beyond a bound. */
  attached: boolean
  canonical: boolean
  /** It has been on the head's chain. */
  wasCanonical: boolean
  /** Nodes have left it, and the branch it is the lowest block of, for another. */
  left: boolean
  /** Nodes that reported it, live or as history, and who, one bit a node slot. */
  reporters: number
  reporterBits: Uint32Array
  /** Ids of reporters that were forgotten since, so that one that comes back is not counted twice; the newest of them. */
  forgottenReporters: Set<string> | null
  /** Sights by delay, as far as `ordered`; those after it came out of order. Read them through `orderSights`. */
  seenBy: string[]
  delays: number[]
  ordered: number
  /** Set once the single first-seen records were given up. */
  percentiles: Percentiles | null
  /** Nodes with it as latest block: all of them, the active ones, and the active ones that do not catch up. */
  refs: number
  followers: number
  votes: number
}

/** What others than the shard read of a block. What its first report left out may be filled in later. */
export type BlockFacts = Readonly<
  Pick<
    BlockRecord,
    | 'number'
    | 'hash'
    | 'parentHash'
    | 'timestampMs'
    | 'miner'
    | 'transactions'
    | 'uncles'
    | 'gasUsed'
    | 'gasLimit'
    | 'baseFeePerGas'
    | 'size'
    | 'difficulty'
    | 'extraData'
    | 'stateRoot'
    | 'transactionsRoot'
    | 'firstSeenAt'
    | 'arrivedAt'
    | 'firstNode'
    | 'blockTimeMs'
  >
>

const noBits = new Uint32Array(0)
// QBFT with 300 validators needs about 60,000; a forged one must not cost more than an honest one.
const maxExtraData = 65_536
// Names that come and go by the thousand are nobody's nodes; honest ones are forgotten after days.
const maxForgottenReporters = 256

const nothingSeen = {
  lastBody: null,
  firstSeenAt: null,
  arrivedAt: null,
  firstNode: null,
  parent: null,
  blockTimeMs: null,
  attached: false,
  canonical: false,
  wasCanonical: false,
  left: false,
  ordered: 0,
  reporters: 0,
  reporterBits: noBits,
  forgottenReporters: null,
  percentiles: null,
  refs: 0,
  followers: 0,
  votes: 0,
  changedRound: 0,
} as const

/** The same facts with nothing that nodes did with them: for another network. */
export const copyBlock = (block: BlockRecord): BlockRecord => ({ ...block, ...nothingSeen, seenBy: [], delays: [] })

export const createBlock = (body: Block): BlockRecord => ({
  number: body.number,
  hash: body.hash,
  parentHash: body.parentHash,
  timestampMs: body.timestamp * 1000,
  miner: body.miner === undefined || body.miner === zeroAddress ? null : body.miner,
  transactions: body.transactions ?? null,
  uncles: body.uncles ?? null,
  gasUsed: body.gasUsed ?? null,
  gasLimit: body.gasLimit ?? null,
  baseFeePerGas: body.baseFeePerGas === undefined ? null : body.baseFeePerGas.toString(),
  size: body.size ?? null,
  difficulty: body.difficulty === undefined ? null : body.difficulty.toString(),
  extraData: body.extraData === undefined || body.extraData.length > maxExtraData ? null : body.extraData,
  stateRoot: body.stateRoot ?? null,
  transactionsRoot: body.transactionsRoot ?? null,
  ...nothingSeen,
  seenBy: [],
  delays: [],
})

/** The same from facts that were taken down earlier. */
export const makeBlock = (facts: BlockFacts): BlockRecord => ({
  number: facts.number,
  hash: facts.hash,
  parentHash: facts.parentHash,
  timestampMs: facts.timestampMs,
  miner: facts.miner,
  transactions: facts.transactions,
  uncles: facts.uncles,
  gasUsed: facts.gasUsed,
  gasLimit: facts.gasLimit,
  baseFeePerGas: facts.baseFeePerGas,
  size: facts.size,
  difficulty: facts.difficulty,
  extraData: facts.extraData,
  stateRoot: facts.stateRoot,
  transactionsRoot: facts.transactionsRoot,
  ...nothingSeen,
  firstSeenAt: facts.firstSeenAt,
  arrivedAt: facts.arrivedAt,
  firstNode: facts.firstNode,
  blockTimeMs: facts.blockTimeMs,
  seenBy: [],
  delays: [],
})

export const hasReported = (block: BlockRecord, slot: number): boolean =>
  ((block.reporterBits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0

/** Notes a reporter; false where it was known. `slots` is how many slots nodes use by now. */
export const addReporter = (block: BlockRecord, slot: number, slots: number): boolean => {
  const word = slot >>> 5
  const bit = 1 << (slot & 31)
  if (word >= block.reporterBits.length) {
    const grown = new Uint32Array((Math.max(slots, slot + 1) + 31) >>> 5)
    grown.set(block.reporterBits)
    block.reporterBits = grown
  }
  const bits = block.reporterBits[word] ?? 0
  if ((bits & bit) !== 0) return false
  block.reporterBits[word] = bits | bit
  block.reporters++
  return true
}

/** Frees a slot for its next owner. */
export const freeSlot = (block: BlockRecord, slot: number): void => {
  const word = slot >>> 5
  if (word < block.reporterBits.length) block.reporterBits[word] = (block.reporterBits[word] ?? 0) & ~(1 << (slot & 31))
}

/** A reporter is forgotten: its report stays counted, under its name. */
export const addForgottenReporter = (block: BlockRecord, id: string): void => {
  const forgotten = (block.forgottenReporters ??= new Set())
  forgotten.add(id)
  if (forgotten.size <= maxForgottenReporters) return
  for (const oldest of forgotten) {
    forgotten.delete(oldest)
    return
  }
}

/** Gives a reporter that was forgotten its slot again; false where it is not known to be one. */
export const restoreReporter = (block: BlockRecord, id: string, slot: number, slots: number): boolean => {
  if (block.forgottenReporters === null || !block.forgottenReporters.delete(id)) return false
  if (addReporter(block, slot, slots)) block.reporters--
  return true
}

/**
 * Puts the sights that came out of order where they belong, so that delays ascend and percentiles are a look-up. Batches of
 * agents bring them by the thousand: the few of late are merged into the many, from the end, in place.
 */
export const orderDelays = (block: BlockRecord): BlockRecord => {
  const { delays, seenBy, ordered } = block
  if (ordered === delays.length) return block
  const late = delays.slice(ordered).map((delay, i) => ({ delay, node: seenBy[ordered + i] as string }))
  // Of equal ones the first stays the first: sorting is stable.
  late.sort((a, b) => a.delay - b.delay)
  let from = ordered - 1
  let next = late.length - 1
  for (let to = delays.length - 1; next >= 0; to--) {
    const one = late[next] as (typeof late)[number]
    if (from >= 0 && at(delays, from) > one.delay) {
      delays[to] = at(delays, from)
      seenBy[to] = seenBy[from--] as string
    } else {
      delays[to] = one.delay
      seenBy[to] = one.node
      next--
    }
  }
  block.ordered = delays.length
  return block
}

export const blockRow = (block: BlockRecord, forks: number): BlockRow => {
  const speed = block.percentiles ?? percentilesOf(orderDelays(block).delays)
  return {
    number: block.number,
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: block.timestampMs,
    arrivedAt: block.arrivedAt,
    firstNode: block.firstNode,
    miner: block.miner,
    transactions: block.transactions,
    uncles: block.uncles,
    gasUsed: block.gasUsed,
    gasLimit: block.gasLimit,
    baseFeePerGas: block.baseFeePerGas,
    size: block.size,
    difficulty: block.difficulty,
    blockTimeMs: block.blockTimeMs,
    nodes: block.reporters,
    p50Ms: speed.p50Ms,
    p95Ms: speed.p95Ms,
    p99Ms: speed.p99Ms,
    canonical: block.canonical,
    forks,
  }
}

export const blockDetail = (block: BlockRecord, siblings: readonly BlockRecord[]): BlockDetail => ({
  ...blockRow(orderDelays(block), siblings.length - 1),
  extraData: block.extraData,
  stateRoot: block.stateRoot,
  transactionsRoot: block.transactionsRoot,
  siblings: siblings.filter((one) => one !== block).map((one) => one.hash),
  seenBy: block.seenBy.map((node, i) => [node, at(block.delays, i)] as const),
})

export const p95Of = (block: BlockRecord): number | null =>
  (block.percentiles ?? percentilesOf(orderDelays(block).delays)).p95Ms
