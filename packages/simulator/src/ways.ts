/** The ways between nodes: each knows each, or a drawn net of neighbours that pass on what they get. */
import type { Random } from '@netstats/protocol/testing/random'
import type { NetworkOptions, SimNode } from './model.ts'

export interface Ways {
  reaches(from: SimNode, to: SimNode): boolean
  /** Of a node that is reached. */
  latencyMs(from: SimNode, to: SimNode): number
  /** Neighbours that are connected now. */
  peersOf(node: SimNode): readonly SimNode[]
  /** A node went, came, or is in another part of the network. */
  changed(): void
}

const least = 5

export type NetworkLinks = Required<Pick<NetworkOptions, 'peersEach' | 'linkMs'>>

const isJoined = (a: SimNode, b: SimNode): boolean => a.online && b.online && a.group === b.group

/** Everybody is connected to everybody. */
export const createMesh = (random: Random, nodes: readonly SimNode[], { linkMs }: NetworkLinks): Ways => {
  const ways = nodes.map(() => nodes.map(() => random.between(least, linkMs)))
  return {
    reaches: isJoined,
    latencyMs: (from, to) => ways[from.index]?.[to.index] ?? 0,
    peersOf: (node) => nodes.filter((other) => other !== node && isJoined(node, other)),
    changed: () => undefined,
  }
}

/** A ring with drawn chords, so that a node has about `peersEach` neighbours; what it gets goes on over the shortest way. */
export const createNet = (random: Random, nodes: readonly SimNode[], drawn: NetworkLinks): Ways => {
  const links = drawLinks(random, nodes.length, drawn)
  let distances = new Map<SimNode, ReadonlyMap<SimNode, number>>()
  const peersOf = (node: SimNode): readonly SimNode[] =>
    nodes.filter((other) => links[node.index]?.has(other.index) === true && isJoined(node, other))
  const distancesFrom = (from: SimNode): ReadonlyMap<SimNode, number> => {
    const known = distances.get(from)
    if (known !== undefined) return known
    const fresh = shortest(from, peersOf, (a, b) => links[a.index]?.get(b.index) ?? 0)
    distances.set(from, fresh)
    return fresh
  }
  return {
    reaches: (from, to) => from.online && distancesFrom(from).has(to),
    latencyMs: (from, to) => distancesFrom(from).get(to) ?? 0,
    peersOf,
    changed: () => {
      distances = new Map()
    },
  }
}

const drawLinks = (
  random: Random,
  count: number,
  { peersEach, linkMs }: NetworkLinks,
): readonly ReadonlyMap<number, number>[] => {
  const links = Array.from({ length: count }, () => new Map<number, number>())
  const link = (a: number, b: number): void => {
    if (a === b || links[a]?.has(b) !== false) return
    const ms = random.between(least, linkMs)
    links[a]?.set(b, ms)
    links[b]?.set(a, ms)
  }
  for (let index = 0; index < count; index++) link(index, (index + 1) % count)
  for (let index = 0; index < count; index++)
    for (let tries = 0; tries < 10 && (links[index]?.size ?? 0) < peersEach; tries++) link(index, random.int(count))
  return links
}

/** Dijkstra's: networks here have tens of nodes, so the nearest is looked for one by one. */
const shortest = (
  from: SimNode,
  peersOf: (node: SimNode) => readonly SimNode[],
  latencyMs: (a: SimNode, b: SimNode) => number,
): ReadonlyMap<SimNode, number> => {
  const done = new Map<SimNode, number>()
  const open = new Map<SimNode, number>([[from, 0]])
  while (open.size > 0) {
    const [node, ms] = [...open].reduce((a, b) => (b[1] < a[1] ? b : a))
    open.delete(node)
    done.set(node, ms)
    for (const peer of peersOf(node)) {
      if (done.has(peer)) continue
      open.set(peer, Math.min(open.get(peer) ?? Infinity, ms + latencyMs(node, peer)))
    }
  }
  return done
}
