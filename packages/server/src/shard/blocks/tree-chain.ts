/** Which blocks of a tree are on the head's chain. */
import type { BlockRecord } from './block-record.ts'
import { canonicalAt, unnamedParent } from './tree-state.ts'
import type { BlockTree } from './tree-state.ts'

/**
 * Walks down from a block that is to be canonical until the chain is canonical already (`bottom` null) or the parent is
 * unknown (`bottom` is the last block reached). Each block is marked once on its way in: amortised O(1) a new head.
 */
export const markCanonical = (
  tree: BlockTree,
  from: BlockRecord,
): { displaced: number; bottom: BlockRecord | null } => {
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

/**
 * What stands below a block without a known parent is not its parent, or it would be linked: there the assumed chain is
 * shown to be wrong. A block that names no parent shows nothing.
 */
export const contradict = (tree: BlockTree, block: BlockRecord): number => {
  const below = block.parentHash === unnamedParent ? undefined : canonicalAt(tree, block.number - 1)
  if (below === undefined) return 0
  clearCanonical(tree, below)
  tree.doubt = block
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
  tree.listener.canonicalChanged(block)
}

const clearCanonical = (tree: BlockTree, block: BlockRecord): void => {
  block.canonical = false
  block.wasCanonical = true
  tree.side.add(block)
  tree.canonicalCount--
  tree.listener.canonicalChanged(block)
}

/** A parent of a canonical block came late: it is canonical too, and may show that the assumed chain was another. */
export const extendDown = (tree: BlockTree, block: BlockRecord): void => {
  if (tree.doubt?.parent === block) tree.doubt = null
  markCanonical(tree, block)
}

/** A block that was on the chain is taken to be so still, where what is known of the chain now does not speak against it. */
export const assumeCanonical = (tree: BlockTree, block: BlockRecord): void => {
  if (!block.attached || canonicalAt(tree, block.number) !== undefined) return
  if (tree.head !== null && block.number > tree.head.number) return
  const above = canonicalAt(tree, block.number + 1)
  if (above === undefined || above.parent === block || above.parentHash === unnamedParent) markOne(tree, block)
}

/** Heights in a range of which there may be 2^53: visits those that exist, by the shorter way. */
export const eachHeight = (tree: BlockTree, from: number, to: number, visit: (list: BlockRecord[]) => void): void => {
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

export const clearAbove = (tree: BlockTree, number: number, top: number): number => {
  let cleared = 0
  eachHeight(tree, number + 1, top, (list) => {
    const first = list[0]
    if (first?.canonical !== true) return
    clearCanonical(tree, first)
    cleared++
  })
  return cleared
}

export const loseHead = (tree: BlockTree): void => {
  tree.head = null
  tree.doubt = null
  for (const [first] of tree.heights.values()) if (first?.canonical === true) clearCanonical(tree, first)
}
