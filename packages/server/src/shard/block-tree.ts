/**
 * The blocks of one network by hash and height, linked to their parents, with one canonical chain down from the head.
 *
 *   heights   base ............................ head .... (candidates above)
 *             [c] [c] [c, side] [c] [c] ( gap ) [c]
 *
 * The first of each height's list is the canonical block, where there is one. Below a gap the old chain is taken to be
 * canonical until a block shows otherwise. Everything else attached is in `side`, oldest first, and bounded.
 */
import type { BlockRecord } from './block-record.ts'

export interface TreeLimits {
  readonly windowHeights: number
  readonly maxForksPerHeight: number
  readonly maxSideBlocks: number
}

/** Told of every row that changes or leaves. */
export interface TreeObserver {
  changed(block: BlockRecord): void
  gone(block: BlockRecord): void
  /** A block was given up at a bound. */
  dropped(): void
}

export interface BlockTree {
  readonly limits: TreeLimits
  readonly observer: TreeObserver
  head: BlockRecord | null
  /** Lowest height kept. */
  base: number
  /** Attached blocks, and those only a node's latest refers to. */
  readonly byHash: Map<string, BlockRecord>
  readonly heights: Map<number, BlockRecord[]>
  readonly side: Set<BlockRecord>
  /** Blocks outside the tree that nodes have gone on from, oldest first. */
  readonly strays: Set<BlockRecord>
  canonicalCount: number
  /** Lowest block of the head's chain while its parent is unknown, and how many canonical blocks it has displaced. */
  loose: { bottom: BlockRecord; displaced: number } | null
  forks: number
  reorgs: number
  deepestReorg: number
}

export const createBlockTree = (limits: TreeLimits, observer: TreeObserver): BlockTree => ({
  limits,
  observer,
  head: null,
  base: 0,
  byHash: new Map(),
  heights: new Map(),
  side: new Set(),
  strays: new Set(),
  canonicalCount: 0,
  loose: null,
  forks: 0,
  reorgs: 0,
  deepestReorg: 0,
})

/** Stands for the parent of a block whose reporter does not name it: geth 1.5. */
export const unnamedParent = `0x${'0'.repeat(64)}`

const maxStrays = 512
const none: readonly BlockRecord[] = Object.freeze([])

/** Blocks of a height, canonical first. */
export const blocksAt = (tree: BlockTree, number: number): readonly BlockRecord[] => tree.heights.get(number) ?? none

export const canonicalAt = (tree: BlockTree, number: number): BlockRecord | undefined => {
  const first = tree.heights.get(number)?.[0]
  return first?.canonical === true ? first : undefined
}

/**
 * Takes a block into the tree and links it; false where it is below the window or its height is full of better
 * witnessed ones. `force` makes room in any case, for a block that is to be the head.
 */
export const attach = (tree: BlockTree, block: BlockRecord, force = false): boolean => {
  if (block.attached) return true
  if (block.number < tree.base) return false
  const full = tree.heights.get(block.number)
  if (full !== undefined && full.length >= tree.limits.maxForksPerHeight && !dropWeakest(tree, full, force) && !force) {
    tree.observer.dropped()
    return false
  }
  const list = tree.heights.get(block.number) ?? []
  if (list.length === 0) tree.heights.set(block.number, list)
  list.push(block)
  block.attached = true
  tree.byHash.set(block.hash, block)
  tree.side.add(block)
  if (list.length > 1) {
    tree.forks++
    for (const one of list) tree.observer.changed(one)
  } else tree.observer.changed(block)
  link(tree, block)
  trimSide(tree)
  return block.attached
}

/** Completes a block that was first reported without its parent. */
export const learnParent = (tree: BlockTree, block: BlockRecord, parentHash: string): void => {
  if (block.parentHash !== unnamedParent || parentHash === unnamedParent) return
  block.parentHash = parentHash
  if (!block.attached) return
  tree.observer.changed(block)
  const parent = tree.byHash.get(parentHash)
  if (parent?.attached === true && parent.number === block.number - 1) {
    adopt(tree, parent, block)
    if (block.canonical) extendDown(tree, parent, block)
  } else if (block.canonical) {
    const displaced = contradict(tree, block)
    if (tree.loose?.bottom === block) tree.loose.displaced += displaced
  }
  trimSide(tree)
}

const link = (tree: BlockTree, block: BlockRecord): void => {
  const parent = tree.byHash.get(block.parentHash)
  if (parent?.attached === true && parent.number === block.number - 1) adopt(tree, parent, block)
  let heir: BlockRecord | undefined
  for (const child of blocksAt(tree, block.number + 1)) {
    if (child.parentHash !== block.hash) continue
    adopt(tree, block, child)
    if (child.canonical) heir = child
  }
  if (heir !== undefined) extendDown(tree, block, heir)
}

const adopt = (tree: BlockTree, parent: BlockRecord, child: BlockRecord): void => {
  child.parent = parent
  const elapsed = child.timestampMs - parent.timestampMs
  // A header time before its parent's breaks the rules of every engine: no value rather than a wrong one.
  child.blockTimeMs = elapsed >= 0 ? elapsed : null
  tree.observer.changed(child)
}

// A parent of a canonical block came late: it is canonical too, and may show that the assumed chain below was another.
const extendDown = (tree: BlockTree, block: BlockRecord, heir: BlockRecord): void => {
  const { displaced, bottom } = markCanonical(tree, block)
  const before = tree.loose?.bottom === heir ? tree.loose.displaced : 0
  if (bottom === null) {
    if (tree.loose?.bottom === heir) tree.loose = null
    countReorg(tree, before + displaced)
  } else if (tree.loose?.bottom === heir) tree.loose = { bottom, displaced: before + displaced }
}

const countReorg = (tree: BlockTree, depth: number): void => {
  if (depth === 0) return
  tree.reorgs++
  if (depth > tree.deepestReorg) tree.deepestReorg = depth
}

/**
 * Makes a block the head and its ancestors canonical. Gives the number of blocks that left the chain, 0 where the new
 * head has no known link to the old chain: then it is counted when the link is found, or never after a chain reset.
 */
export const setHead = (tree: BlockTree, next: BlockRecord): number => {
  const previous = tree.head
  const base = Math.max(0, next.number - tree.limits.windowHeights + 1)
  if (base < tree.base) tree.base = base
  attach(tree, next, true)
  let displaced = 0
  if (previous !== null && previous.number > next.number) displaced += clearAbove(tree, next.number, previous.number)
  const marked = markCanonical(tree, next)
  displaced += marked.displaced
  tree.head = next
  if (marked.bottom === null) countReorg(tree, displaced)
  else {
    tree.loose = { bottom: marked.bottom, displaced }
    if (previous !== null && previous.number > next.number) dropAbove(tree, next.number)
  }
  moveBase(tree, base)
  trimSide(tree)
  return marked.bottom === null ? displaced : 0
}

/** Heights in a range of which there may be 2^53: visits those that exist, by the shorter way. */
const eachHeight = (tree: BlockTree, from: number, to: number, visit: (list: BlockRecord[]) => void): void => {
  if (to - from <= tree.heights.size) {
    for (let n = from; n <= to; n++) {
      const list = tree.heights.get(n)
      if (list !== undefined) visit(list)
    }
    return
  }
  const within = [...tree.heights.keys()].filter((n) => n >= from && n <= to)
  for (const n of within) {
    const list = tree.heights.get(n)
    if (list !== undefined) visit(list)
  }
}

const clearAbove = (tree: BlockTree, number: number, top: number): number => {
  let cleared = 0
  eachHeight(tree, number + 1, top, (list) => {
    const first = list[0]
    if (first?.canonical !== true) return
    clearCanonical(tree, first)
    cleared++
  })
  return cleared
}

// After a chain reset the old chain's blocks above the new head would show as forks of every block to come.
const dropAbove = (tree: BlockTree, number: number): void => {
  for (const block of tree.side) if (block.number > number && block.followers === 0) detach(tree, block)
}

/**
 * Walks down from a block that is to be canonical until the chain is canonical already (`bottom` null) or the parent is
 * unknown (`bottom` is the last block reached). Each block is marked once on its way in: amortised O(1) a new head.
 */
const markCanonical = (tree: BlockTree, from: BlockRecord): { displaced: number; bottom: BlockRecord | null } => {
  let displaced = 0
  let block = from
  for (;;) {
    if (block.canonical) return { displaced, bottom: null }
    const rival = canonicalAt(tree, block.number)
    if (rival !== undefined) {
      clearCanonical(tree, rival)
      displaced++
    }
    markOne(tree, block)
    if (block.parent === null) break
    block = block.parent
  }
  return { displaced: displaced + contradict(tree, block), bottom: block }
}

// What stands below a block without a known parent is not its parent, or it would be linked: there the assumed chain
// is shown to be wrong. A block that names no parent shows nothing.
const contradict = (tree: BlockTree, block: BlockRecord): number => {
  const below = block.parentHash === unnamedParent ? undefined : canonicalAt(tree, block.number - 1)
  if (below === undefined) return 0
  clearCanonical(tree, below)
  return 1
}

const markOne = (tree: BlockTree, block: BlockRecord): void => {
  block.canonical = true
  tree.side.delete(block)
  tree.canonicalCount++
  const list = tree.heights.get(block.number)
  if (list !== undefined && list[0] !== block) {
    list.splice(list.indexOf(block), 1)
    list.unshift(block)
  }
  tree.observer.changed(block)
}

const clearCanonical = (tree: BlockTree, block: BlockRecord): void => {
  block.canonical = false
  tree.side.add(block)
  tree.canonicalCount--
  tree.observer.changed(block)
}

const moveBase = (tree: BlockTree, base: number): void => {
  if (base > tree.base) {
    const old = tree.base
    tree.base = base
    eachHeight(tree, old, base - 1, (list) => {
      for (let last = list.at(-1); last !== undefined; last = list.at(-1)) detach(tree, last)
    })
  }
}

/** Takes a block out; it stays known by its hash while a node has it as its latest. */
export const detach = (tree: BlockTree, block: BlockRecord): void => {
  if (!block.attached) return
  const list = tree.heights.get(block.number)
  if (list !== undefined) {
    list.splice(list.indexOf(block), 1)
    if (list.length === 0) tree.heights.delete(block.number)
    for (const one of list) tree.observer.changed(one)
  }
  // Cut on both sides, or the youngest block would keep every ancestor in memory.
  for (const child of blocksAt(tree, block.number + 1)) if (child.parent === block) child.parent = null
  block.parent = null
  block.attached = false
  if (block.canonical) {
    block.canonical = false
    tree.canonicalCount--
  } else tree.side.delete(block)
  if (tree.loose?.bottom === block) tree.loose = null
  if (tree.head === block) loseHead(tree)
  tree.observer.gone(block)
  forget(tree, block)
}

const loseHead = (tree: BlockTree): void => {
  tree.head = null
  tree.loose = null
  for (const [first] of tree.heights.values()) if (first?.canonical === true) clearCanonical(tree, first)
}

/** Lets go of a block that is neither in the tree nor any node's latest. */
export const forget = (tree: BlockTree, block: BlockRecord): void => {
  if (block.attached || block.refs > 0 || tree.byHash.get(block.hash) !== block) return
  tree.byHash.delete(block.hash)
  tree.strays.delete(block)
}

/**
 * A node has gone on from this block. Outside the tree it is remembered for a while: where a wrong head keeps the true
 * chain below the window, only what nodes said one after the other shows that they agree.
 */
export const linger = (tree: BlockTree, block: BlockRecord): void => {
  if (block.attached || block.refs > 0 || tree.byHash.get(block.hash) !== block) return
  tree.strays.delete(block)
  tree.strays.add(block)
  if (tree.strays.size <= maxStrays) return
  for (const oldest of tree.strays) {
    tree.strays.delete(oldest)
    return forget(tree, oldest)
  }
}

/** The parent of a block, linked or not. */
export const parentOf = (tree: BlockTree, block: BlockRecord): BlockRecord | null => {
  if (block.parent !== null || block.attached) return block.parent
  const parent = tree.byHash.get(block.parentHash)
  return parent?.number === block.number - 1 ? parent : null
}

const dropWeakest = (tree: BlockTree, list: readonly BlockRecord[], force: boolean): boolean => {
  let weakest: BlockRecord | undefined
  for (const one of list) {
    if (one.canonical || (!force && (one.witnesses > 1 || one.votes > 0))) continue
    if (weakest === undefined || one.witnesses < weakest.witnesses) weakest = one
  }
  if (weakest === undefined) return false
  tree.observer.dropped()
  detach(tree, weakest)
  return true
}

/** Brings the blocks beside the chain back to their number, after some have left the chain. */
export const trimSide = (tree: BlockTree): void => {
  while (tree.side.size > tree.limits.maxSideBlocks) {
    let victim: BlockRecord | undefined
    let looked = 0
    for (const one of tree.side) {
      victim ??= one
      if (one.followers === 0) {
        victim = one
        break
      }
      if (++looked === 32) break
    }
    if (victim === undefined) return
    tree.observer.dropped()
    detach(tree, victim)
  }
}

/** Heights between base and head without a canonical block: the newest `limit` of them, ascending. */
export const missingHeights = (tree: BlockTree, limit: number): readonly number[] => {
  const head = tree.head
  if (head === null || tree.canonicalCount >= head.number - tree.base + 1) return []
  const found: number[] = []
  for (let n = head.number - 1; n >= tree.base && found.length < limit; n--)
    if (canonicalAt(tree, n) === undefined) found.push(n)
  return found.reverse()
}

/** Canonical blocks of the newest `heights` heights, oldest first; gaps are left out. */
export const recentCanonical = (tree: BlockTree, heights: number): readonly BlockRecord[] => {
  const head = tree.head
  if (head === null) return none
  const found: BlockRecord[] = []
  for (let n = Math.max(tree.base, head.number - heights + 1); n <= head.number; n++) {
    const block = canonicalAt(tree, n)
    if (block !== undefined) found.push(block)
  }
  return found
}
