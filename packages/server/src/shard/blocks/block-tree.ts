/** Takes blocks into the tree and out of it, and moves its head and window. */
import type { BlockRecord } from './block-record.ts'
import { clearAbove, contradict, eachHeight, extendDown, loseHead, markCanonical } from './tree-chain.ts'
import { blocksAt, unnamedParent } from './tree-state.ts'
import type { BlockTree } from './tree-state.ts'

const maxDetached = 512

/**
 * Takes a block into the tree and links it; false where it is below the window or its height is full of more often
 * reported ones. `force` makes room in any case, for a block that is to be the head.
 */
export const attach = (tree: BlockTree, block: BlockRecord, force = false): boolean => {
  if (block.attached) return true
  if (block.number < tree.base) return false
  const full = tree.heights.get(block.number)
  if (full !== undefined && full.length >= tree.limits.maxForksPerHeight && !dropWeakest(tree, full, force) && !force) {
    tree.listener.dropped()
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
    for (const one of list) tree.listener.changed(one)
  } else tree.listener.changed(block)
  link(tree, block)
  trimSide(tree)
  return block.attached
}

/** Completes a block that was first reported without its parent. */
export const learnParent = (tree: BlockTree, block: BlockRecord, parentHash: string): void => {
  if (block.parentHash !== unnamedParent || parentHash === unnamedParent) return
  block.parentHash = parentHash
  if (!block.attached) return
  tree.listener.changed(block)
  const parent = tree.byHash.get(parentHash)
  if (parent?.attached === true && parent.number === block.number - 1) {
    adopt(tree, parent, block)
    if (block.canonical) extendDown(tree, parent)
  } else if (block.canonical) contradict(tree, block)
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
  if (heir !== undefined) extendDown(tree, block)
}

/**
 * Time from a block to the next. A header time before its parent's breaks the rules of every engine: no value rather than
 * a wrong one. Nor is there one after the genesis, which nobody sealed: its time is any that its author wrote down.
 */
export const blockTimeAfter = (
  parent: Pick<BlockRecord, 'number' | 'timestampMs'>,
  child: Pick<BlockRecord, 'timestampMs'>,
): number | null => {
  const elapsed = child.timestampMs - parent.timestampMs
  return parent.number > 0 && elapsed >= 0 ? elapsed : null
}

const adopt = (tree: BlockTree, parent: BlockRecord, child: BlockRecord): void => {
  child.parent = parent
  child.blockTimeMs = blockTimeAfter(parent, child)
  tree.listener.changed(child)
}

/**
 * Makes a block the head and its ancestors canonical. Gives the number of blocks that left the chain, 0 where the new
 * head has no known link to the old chain.
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
  // Linked to what is on the chain above the doubt, it hangs on the same; elsewhere the doubt is over.
  if (tree.doubt?.canonical === false) tree.doubt = null
  if (marked.bottom !== null && previous !== null && previous.number > next.number) dropAbove(tree, next.number)
  moveBase(tree, base)
  trimSide(tree)
  return marked.bottom === null ? displaced : 0
}

// After a chain reset the old chain's blocks above the new head would show as forks of every block to come.
const dropAbove = (tree: BlockTree, number: number): void => {
  for (const block of tree.side) if (block.number > number && block.followers === 0) detach(tree, block)
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
    for (const one of list) tree.listener.changed(one)
  }
  // Cut on both sides, or the youngest block would keep every ancestor in memory.
  for (const child of blocksAt(tree, block.number + 1)) if (child.parent === block) child.parent = null
  block.parent = null
  block.attached = false
  if (block.canonical) {
    block.canonical = false
    tree.canonicalCount--
    // One that is too old is on the chain still.
    if (block.number >= tree.base) tree.listener.canonicalChanged(block)
  } else tree.side.delete(block)
  if (tree.doubt === block) tree.doubt = null
  if (tree.head === block) loseHead(tree)
  tree.listener.gone(block)
  forget(tree, block)
}

/** Lets go of a block that is neither in the tree nor any node's latest. */
export const forget = (tree: BlockTree, block: BlockRecord): void => {
  if (block.attached || block.refs > 0 || tree.byHash.get(block.hash) !== block) return
  tree.byHash.delete(block.hash)
  tree.detached.delete(block)
}

/**
 * A node has gone on from this block. Outside the tree it is remembered for a while: where a wrong head keeps the true
 * chain below the window, only what nodes said one after the other shows that they agree.
 */
export const retain = (tree: BlockTree, block: BlockRecord): void => {
  if (block.attached || block.refs > 0 || tree.byHash.get(block.hash) !== block) return
  tree.detached.delete(block)
  tree.detached.add(block)
  if (tree.detached.size <= maxDetached) return
  for (const oldest of tree.detached) {
    tree.detached.delete(oldest)
    return forget(tree, oldest)
  }
}

const dropWeakest = (tree: BlockTree, list: readonly BlockRecord[], force: boolean): boolean => {
  let weakest: BlockRecord | undefined
  for (const one of list) {
    if (one.canonical || (!force && (one.reporters > 1 || one.votes > 0))) continue
    if (weakest === undefined || one.reporters < weakest.reporters) weakest = one
  }
  if (weakest === undefined) return false
  tree.listener.dropped()
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
    tree.listener.dropped()
    detach(tree, victim)
  }
}
