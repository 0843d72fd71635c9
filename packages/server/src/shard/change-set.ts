/** A set of names that is only looked at. */
export interface Names extends Iterable<string> {
  readonly size: number
  has(name: string): boolean
}

/**
 * Rows changed since the last `takeDirty`; a row is in one of the two sets of its kind. Each set is bounded by what the
 * network may hold: a reader that never came while more rows than that were removed misses the oldest removals.
 */
export interface ChangeSet {
  /** Where all changed, those there are when one looks. */
  readonly nodes: Names
  readonly allNodes: boolean
  readonly removedNodes: ReadonlySet<string>
  /** Hashes. */
  readonly blocks: ReadonlySet<string>
  readonly removedBlocks: ReadonlySet<string>
  readonly summary: boolean
}

export const noChanges: ChangeSet = {
  nodes: new Set(),
  allNodes: false,
  removedNodes: new Set(),
  blocks: new Set(),
  removedBlocks: new Set(),
  summary: false,
}

/** A row that knows in which round it was last marked: marking it again costs a comparison, no hashing. */
export interface Markable {
  changedRound: number
}

/** Collects which rows changed between two looks of the reader. */
export interface ChangeTracker {
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

export const createChangeTracker = (maxRemoved: number): ChangeTracker => ({
  round: 1,
  allNodes: false,
  summary: false,
  nodes: new Set(),
  removedNodes: new Set(),
  blocks: new Set(),
  removedBlocks: new Set(),
  maxRemoved,
})

export const markNode = (tracker: ChangeTracker, node: Markable & { readonly id: string }): void => {
  if (node.changedRound === tracker.round) return
  node.changedRound = tracker.round
  tracker.summary = true
  tracker.nodes.add(node.id)
  tracker.removedNodes.delete(node.id)
}

/** Every row shows its distance to the head and a window of heights below it: a new head changes them all. */
export const markAllNodes = (tracker: ChangeTracker): void => {
  tracker.allNodes = true
  tracker.summary = true
}

export const markBlock = (tracker: ChangeTracker, block: Markable & { readonly hash: string }): void => {
  if (block.changedRound === tracker.round) return
  block.changedRound = tracker.round
  tracker.summary = true
  tracker.blocks.add(block.hash)
  tracker.removedBlocks.delete(block.hash)
}

export const markNodeRemoved = (tracker: ChangeTracker, node: Markable & { readonly id: string }): void => {
  node.changedRound = 0
  tracker.summary = true
  tracker.nodes.delete(node.id)
  addBounded(tracker.removedNodes, node.id, tracker.maxRemoved)
}

export const markBlockRemoved = (tracker: ChangeTracker, block: Markable & { readonly hash: string }): void => {
  block.changedRound = 0
  tracker.summary = true
  tracker.blocks.delete(block.hash)
  addBounded(tracker.removedBlocks, block.hash, tracker.maxRemoved)
}

/** The names in a map as they are whenever one looks: copying those of 30,000 nodes at every block takes milliseconds. */
const keysOf = (map: ReadonlyMap<string, unknown>): Names => ({
  get size() {
    return map.size
  },
  has: (name) => map.has(name),
  [Symbol.iterator]: () => map.keys(),
})

const nothing: ChangeSet = {
  nodes: new Set(),
  allNodes: false,
  removedNodes: new Set(),
  blocks: new Set(),
  removedBlocks: new Set(),
  summary: false,
}

const isNothing = (tracker: ChangeTracker): boolean =>
  !tracker.summary && !tracker.allNodes && tracker.removedNodes.size + tracker.removedBlocks.size === 0

/** Hands over what was collected and begins again. Nothing is made where nothing changed: there may be a thousand networks. */
export const takeChangeSet = (tracker: ChangeTracker, all: ReadonlyMap<string, unknown>): ChangeSet => {
  if (isNothing(tracker)) return nothing
  const taken: ChangeSet = {
    nodes: tracker.allNodes ? keysOf(all) : tracker.nodes,
    allNodes: tracker.allNodes,
    removedNodes: tracker.removedNodes,
    blocks: tracker.blocks,
    removedBlocks: tracker.removedBlocks,
    summary: tracker.summary,
  }
  tracker.round++
  tracker.allNodes = false
  tracker.summary = false
  tracker.nodes = new Set()
  tracker.removedNodes = new Set()
  tracker.blocks = new Set()
  tracker.removedBlocks = new Set()
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
