import type { Dirty, Names } from './model.ts'

/** A row that knows in which round it was last marked: marking it again costs a comparison, no hashing. */
export interface Markable {
  dirtyRound: number
}

/** Collects which rows changed between two looks of the reader. */
export interface DirtyTracker {
  round: number
  allNodes: boolean
  summary: boolean
  nodes: Set<string>
  removedNodes: Set<string>
  blocks: Set<string>
  removedBlocks: Set<string>
  /** Removals remembered for a reader that does not come; beyond, the oldest are forgotten. */
  readonly maxRemoved: number
}

export const createDirtyTracker = (maxRemoved: number): DirtyTracker => ({
  round: 1,
  allNodes: false,
  summary: false,
  nodes: new Set(),
  removedNodes: new Set(),
  blocks: new Set(),
  removedBlocks: new Set(),
  maxRemoved,
})

export const markNode = (dirty: DirtyTracker, node: Markable & { readonly id: string }): void => {
  if (node.dirtyRound === dirty.round) return
  node.dirtyRound = dirty.round
  dirty.summary = true
  dirty.nodes.add(node.id)
  dirty.removedNodes.delete(node.id)
}

/** Every row shows its distance to the head and a window of heights below it: a new head changes them all. */
export const markAllNodes = (dirty: DirtyTracker): void => {
  dirty.allNodes = true
  dirty.summary = true
}

export const markBlock = (dirty: DirtyTracker, block: Markable & { readonly hash: string }): void => {
  if (block.dirtyRound === dirty.round) return
  block.dirtyRound = dirty.round
  dirty.summary = true
  dirty.blocks.add(block.hash)
  dirty.removedBlocks.delete(block.hash)
}

export const markNodeRemoved = (dirty: DirtyTracker, node: Markable & { readonly id: string }): void => {
  node.dirtyRound = 0
  dirty.summary = true
  dirty.nodes.delete(node.id)
  addBounded(dirty.removedNodes, node.id, dirty.maxRemoved)
}

export const markBlockRemoved = (dirty: DirtyTracker, block: Markable & { readonly hash: string }): void => {
  block.dirtyRound = 0
  dirty.summary = true
  dirty.blocks.delete(block.hash)
  addBounded(dirty.removedBlocks, block.hash, dirty.maxRemoved)
}

/** The names in a map as they are whenever one looks: copying those of 30,000 nodes at every block takes milliseconds. */
const keysOf = (map: ReadonlyMap<string, unknown>): Names => ({
  get size() {
    return map.size
  },
  has: (name) => map.has(name),
  [Symbol.iterator]: () => map.keys(),
})

/** Hands over what was collected and begins anew. */
export const takeDirty = (dirty: DirtyTracker, all: ReadonlyMap<string, unknown>): Dirty => {
  const taken: Dirty = {
    nodes: dirty.allNodes ? keysOf(all) : dirty.nodes,
    allNodes: dirty.allNodes,
    removedNodes: dirty.removedNodes,
    blocks: dirty.blocks,
    removedBlocks: dirty.removedBlocks,
    summary: dirty.summary,
  }
  dirty.round++
  dirty.allNodes = false
  dirty.summary = false
  dirty.nodes = new Set()
  dirty.removedNodes = new Set()
  dirty.blocks = new Set()
  dirty.removedBlocks = new Set()
  return taken
}

const addBounded = (set: Set<string>, value: string, max: number): void => {
  set.add(value)
  if (set.size <= max) return
  for (const oldest of set) {
    set.delete(oldest)
    return
  }
}
