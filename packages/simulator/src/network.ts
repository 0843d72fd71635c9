/** A network to play with: time, faults, and what came of them. */
import type { SimBlock, SimVote } from './block.ts'
import type { Fraud, NetworkOptions, SimNode } from './model.ts'
import { createSimulation } from './world.ts'

export interface Network {
  readonly options: Required<NetworkOptions>
  readonly nodes: readonly SimNode[]
  now(): number
  /** Lets simulated time pass. */
  runUntil(time: number): void
  /** Something to do at a time, in the order of the network's own events. */
  at(time: number, run: () => void): void
  stop(index: number): void
  start(index: number): void
  slow(index: number, ms: number): void
  setClock(index: number, offsetMs: number): void
  /** Cuts the network: the nodes of each group reach each other, and nobody else. */
  partition(groups: readonly (readonly number[])[]): void
  heal(): void
  vote(index: number, vote: SimVote | undefined): void
  /** The node seals its next block twice. */
  sealTwice(index: number): void
  /** Every block that was ever made, parents first. */
  readonly made: readonly SimBlock[]
  readonly frauds: readonly Fraud[]
}

export const createNetwork = (given: NetworkOptions): Network => {
  const simulation = createSimulation(given)
  const { world, behaviour, made, frauds } = simulation
  const { options, events, nodes } = world
  const nodeAt = (index: number): SimNode => {
    const node = nodes[index]
    if (node === undefined) throw new RangeError(`no node ${index}`)
    return node
  }

  return {
    options,
    nodes,
    made,
    frauds,
    now: () => events.now(),
    runUntil: (time) => events.runUntil(time),
    at: (time, run) => events.at(time, run),
    stop: (index) => {
      const node = nodeAt(index)
      node.online = false
      node.generation++
    },
    start: (index) => {
      const node = nodeAt(index)
      if (node.online) return
      node.online = true
      behaviour.onStart(world, node)
      simulation.meet([node])
    },
    slow: (index, ms) => {
      nodeAt(index).slowMs = ms
    },
    setClock: (index, offsetMs) => {
      const node = nodeAt(index)
      node.clockOffsetMs = offsetMs
      if (node.online) behaviour.onStart(world, node)
    },
    partition: (groups) => {
      for (const [group, members] of groups.entries()) for (const index of members) nodeAt(index).group = group + 1
    },
    heal: () => {
      for (const node of nodes) node.group = 0
      simulation.meet(nodes)
    },
    vote: (index, vote) => {
      nodeAt(index).wishes = vote === undefined ? [] : [vote]
    },
    sealTwice: (index) => {
      nodeAt(index).sealsTwice = true
    },
  }
}
