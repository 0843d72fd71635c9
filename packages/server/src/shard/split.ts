/**
 * Splits: active nodes stand on different branches, and stay there. Forks that end with the next block are none; it is one
 * where both branches have grown by some blocks, or where one has and it has lasted.
 */
import type { UnixMs } from '@netstats/protocol'
import type { NetworkSplit } from '@netstats/protocol/feed'
import type { BlockRecord } from './blocks/block-record.ts'
import type { Branch, Shard, Split } from './shard-state.ts'
import { blocksAt, canonicalAt } from './blocks/tree-state.ts'

const grownBlocks = 3
const lastingMs = 30_000
const lastingBlocks = 2
/** Candidates that are looked at, branches that are shown, and nodes that are named of each. */
const maxCandidates = 64
const maxBranches = 8
const maxNamed = 20
const nodesPerStep = 2000

/** The lowest block of a branch beside the head's chain; undefined where it is not known to hang together with it. */
const rootOf = (block: BlockRecord): BlockRecord | undefined => {
  let root = block
  while (root.parent !== null && !root.parent.canonical) root = root.parent
  return root.parent === null ? undefined : root
}

const addVotes = (branch: Branch, tip: BlockRecord): void => {
  branch.votes += tip.votes
  if (tip.number > branch.tip.number) branch.tip = tip
}

const sideBranches = ({ candidates }: Shard): readonly Branch[] => {
  const branches = new Map<BlockRecord, Branch>()
  let looked = 0
  for (const candidate of candidates) {
    if (looked++ === maxCandidates) break
    const root = candidate.canonical ? undefined : rootOf(candidate)
    if (root === undefined) continue
    const branch = branches.get(root) ?? { root, tip: candidate, votes: 0 }
    branches.set(root, branch)
    addVotes(branch, candidate)
  }
  return [...branches.values()]
}

/** What stands on the head's chain above where a branch leaves it. */
const mainBranch = ({ candidates, tree }: Shard, fork: number): Branch | undefined => {
  const root = canonicalAt(tree, fork + 1)
  if (root === undefined) return undefined
  const main: Branch = { root, tip: root, votes: 0 }
  for (const candidate of candidates) if (candidate.canonical && candidate.number > fork) addVotes(main, candidate)
  return main.votes > 0 ? main : undefined
}

const firstSight = (block: BlockRecord): number => block.arrivedAt ?? block.timestampMs

/** Blocks on top of each other from a root on, as many as matter; they stay when the nodes that reported them go away. */
const grownFrom = ({ tree }: Shard, root: BlockRecord): number => {
  let grown = 1
  for (let top = [root]; grown < grownBlocks; grown++) {
    top = blocksAt(tree, root.number + grown).filter(({ parent }) => parent !== null && top.includes(parent))
    if (top.length === 0) break
  }
  return grown
}

/** From blocks alone: a fork is no split because another was one a moment ago. */
const lasts = (shard: Shard, { root }: Branch, at: number): boolean => {
  const main = mainBranch(shard, root.number - 1)
  if (main === undefined) return false
  const ours = grownFrom(shard, root)
  const theirs = (shard.tree.head?.number ?? root.number) - root.number + 1
  if (Math.min(ours, theirs) >= grownBlocks) return true
  const since = Math.max(firstSight(root), firstSight(main.root))
  return Math.max(ours, theirs) >= lastingBlocks && at - since >= lastingMs
}

const findSplit = (shard: Shard, at: number): Split | null => {
  const sides = sideBranches(shard).filter((side) => lasts(shard, side, at))
  if (sides.length === 0) return null
  const number = Math.min(...sides.map(({ root }) => root.number)) - 1
  const main = mainBranch(shard, number)
  if (main === undefined) return null
  sides.sort((a, b) => b.votes - a.votes || (a.root.hash < b.root.hash ? -1 : 1))
  const lowest = sides.filter(({ root }) => root.number === number + 1)
  // The second to begin made it a split, wherever the head is.
  const began = [main, ...lowest].map(({ root }) => firstSight(root)).sort((a, b) => a - b)
  return { at, since: began[1] ?? at, number, branches: [main, ...sides.slice(0, maxBranches - 1)] }
}

/** Once a second. */
export const checkSplit = (shard: Shard, at: UnixMs): void => {
  const before = shard.split
  const split = shard.tree.head === null ? null : findSplit(shard, at)
  if (before === null && split === null) return
  shard.split = split
  shard.changeSet.summary = true
  const { key: network } = shard
  if (split === null) shard.applied.change({ type: 'reunited', at, network, since: before?.since ?? at })
  else if (before === null) {
    const nodes = split.branches.map(({ votes }) => votes)
    shard.applied.change({ type: 'split', at, network, number: split.number, nodes })
  }
}

/** Who stands where, in pieces of work: on the branches as they are now, for nodes have gone on since the last check. */
export const showSplit = function* (shard: Shard, checkedAt: number): Generator<void, NetworkSplit | null> {
  const split = findSplit(shard, checkedAt)
  if (split === null) return null
  const { since, number, branches } = split
  const named = branches.map(() => [] as { id: string; name: string }[])
  const counts = branches.map(() => 0)
  const places = new Map<BlockRecord, number>()
  const placeOf = (block: BlockRecord): number => {
    const root = block.canonical ? undefined : rootOf(block)
    if (block.canonical) return block.number > number ? 0 : -1
    return branches.findIndex((branch) => branch.root === root)
  }
  let looked = 0
  for (const { id, name, state, syncing, block } of shard.nodes.values()) {
    if (++looked % nodesPerStep === 0) yield
    if (state !== 'active' || syncing === true || block === null) continue
    const place = places.get(block) ?? placeOf(block)
    places.set(block, place)
    if (place < 0) continue
    counts[place] = (counts[place] ?? 0) + 1
    if ((named[place]?.length ?? maxNamed) < maxNamed) named[place]?.push({ id, name })
  }
  return {
    since,
    number,
    branches: branches.map(({ root, tip }, i) => ({
      from: root.hash,
      number: tip.number,
      hash: tip.hash,
      nodes: counts[i] ?? 0,
      named: named[i] ?? [],
    })),
  }
}
