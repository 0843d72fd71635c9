import type { Block } from '@netstats/protocol'
import type { BlockDetail, BlockRow } from '@netstats/protocol/feed'
import type { Markable } from './dirty.ts'
import type { BlockFacts } from './observer.ts'
import { at, percentilesOf } from './percentile.ts'
import type { Percentiles } from './percentile.ts'

/** A block as the shard keeps it: facts of the first report, and what nodes did with it. */
export interface BlockRecord extends Markable {
  readonly number: number
  readonly hash: string
  /** Learned later where the first reporter did not name it. */
  parentHash: string
  readonly timestampMs: number
  readonly miner: string
  readonly transactions: number
  readonly uncles: number
  readonly gasUsed: number
  readonly gasLimit: number
  readonly baseFeePerGas: string | null
  readonly size: number | null
  readonly difficulty: string
  readonly extraData: string | null
  readonly stateRoot: string | null
  readonly transactionsRoot: string | null
  /** First live sight; null while only history told of it. */
  arrivedAt: number | null
  firstNode: string | null
  parent: BlockRecord | null
  blockTimeMs: number | null
  /** In the tree. Otherwise it is only what some node has as its latest: below the window, or beyond a bound. */
  attached: boolean
  canonical: boolean
  /** Nodes that reported it, live or as history, and who, one bit a node slot. */
  witnesses: number
  seen: Uint32Array
  /** Ids of witnesses that were forgotten since, so that one that comes back is not counted twice; the newest of them. */
  departed: Set<string> | null
  /** Sights by delay, as far as `ordered`; those after it came out of order. Read them through `orderSights`. */
  seenBy: string[]
  delays: number[]
  ordered: number
  /** Set once the single sights were given up. */
  kept: Percentiles | null
  /** Nodes with it as latest block: all of them, the active ones, and the active ones that do not catch up. */
  refs: number
  followers: number
  votes: number
}

const noBits = new Uint32Array(0)
// QBFT with 300 validators needs about 60,000; a forged one must not cost more than an honest one.
const maxExtraData = 65_536
// Names that come and go by the thousand are nobody's nodes; honest ones are forgotten after days.
const maxDeparted = 256

const untold = {
  arrivedAt: null,
  firstNode: null,
  parent: null,
  blockTimeMs: null,
  attached: false,
  canonical: false,
  ordered: 0,
  witnesses: 0,
  seen: noBits,
  departed: null,
  kept: null,
  refs: 0,
  followers: 0,
  votes: 0,
  dirtyRound: 0,
} as const

/** The same facts with nothing that nodes did with them: for another network. */
export const copyBlock = (block: BlockRecord): BlockRecord => ({ ...block, ...untold, seenBy: [], delays: [] })

export const createBlock = (body: Block): BlockRecord => ({
  number: body.number,
  hash: body.hash,
  parentHash: body.parentHash,
  timestampMs: body.timestamp * 1000,
  miner: body.miner,
  transactions: body.transactions,
  uncles: body.uncles,
  gasUsed: body.gasUsed,
  gasLimit: body.gasLimit,
  baseFeePerGas: body.baseFeePerGas === undefined ? null : body.baseFeePerGas.toString(),
  size: body.size ?? null,
  difficulty: body.difficulty.toString(),
  extraData: body.extraData === undefined || body.extraData.length > maxExtraData ? null : body.extraData,
  stateRoot: body.stateRoot ?? null,
  transactionsRoot: body.transactionsRoot ?? null,
  ...untold,
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
  ...untold,
  arrivedAt: facts.arrivedAt,
  firstNode: facts.firstNode,
  blockTimeMs: facts.blockTimeMs,
  seenBy: [],
  delays: [],
})

export const hasSeen = (block: BlockRecord, slot: number): boolean =>
  ((block.seen[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0

/** Notes a witness; false where it was known. `slots` is how many slots nodes use by now. */
export const addWitness = (block: BlockRecord, slot: number, slots: number): boolean => {
  const word = slot >>> 5
  const bit = 1 << (slot & 31)
  if (word >= block.seen.length) {
    const grown = new Uint32Array((Math.max(slots, slot + 1) + 31) >>> 5)
    grown.set(block.seen)
    block.seen = grown
  }
  const bits = block.seen[word] ?? 0
  if ((bits & bit) !== 0) return false
  block.seen[word] = bits | bit
  block.witnesses++
  return true
}

/** Frees a slot for its next owner. */
export const freeSlot = (block: BlockRecord, slot: number): void => {
  const word = slot >>> 5
  if (word < block.seen.length) block.seen[word] = (block.seen[word] ?? 0) & ~(1 << (slot & 31))
}

/** A witness is forgotten: what it saw stays counted, under its name. */
export const noteDeparted = (block: BlockRecord, id: string): void => {
  const departed = (block.departed ??= new Set())
  departed.add(id)
  if (departed.size <= maxDeparted) return
  for (const oldest of departed) {
    departed.delete(oldest)
    return
  }
}

/** Gives a witness that was forgotten its slot again; false where it is not known to be one. */
export const welcomeBack = (block: BlockRecord, id: string, slot: number, slots: number): boolean => {
  if (block.departed === null || !block.departed.delete(id)) return false
  if (addWitness(block, slot, slots)) block.witnesses--
  return true
}

/**
 * Puts the sights that came out of order where they belong, so that delays ascend and percentiles are a look-up. Batches of
 * agents bring them by the thousand: the few of late are merged into the many, from the end, in place.
 */
export const orderSights = (block: BlockRecord): BlockRecord => {
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
  const speed = block.kept ?? percentilesOf(orderSights(block).delays)
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
    nodes: block.witnesses,
    p50Ms: speed.p50Ms,
    p95Ms: speed.p95Ms,
    p99Ms: speed.p99Ms,
    canonical: block.canonical,
    forks,
  }
}

export const blockDetail = (block: BlockRecord, siblings: readonly BlockRecord[]): BlockDetail => ({
  ...blockRow(orderSights(block), siblings.length - 1),
  extraData: block.extraData,
  stateRoot: block.stateRoot,
  transactionsRoot: block.transactionsRoot,
  siblings: siblings.filter((one) => one !== block).map((one) => one.hash),
  seenBy: block.seenBy.map((node, i) => [node, at(block.delays, i)] as const),
})

export const p95Of = (block: BlockRecord): number | null =>
  (block.kept ?? percentilesOf(orderSights(block).delays)).p95Ms
