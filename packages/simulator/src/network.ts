/** A network to play with: time, faults, and what came of them. */
import type { SimBlock, SimVote } from './block.ts'
import type { Fraud, NetworkOptions, SimNode } from './model.ts'
import { waitingAt } from './traffic.ts'
import { createSimulation } from './world.ts'

export interface Network {
  readonly options: Required<NetworkOptions>
  readonly nodes: readonly SimNode[]
  readonly genesis: SimBlock
  now(): number
  /** When the next event is due; undefined where nothing is planned. */
  nextAt(): number | undefined
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
  /** From now on about so many transactions a second. */
  setTraffic(perSecond: number): void
  /** Transactions that wait at a node. */
  waiting(node: SimNode): number
  /** Nodes that a node is connected to. */
  peersOf(node: SimNode): readonly SimNode[]
  /** Calls the listener with a node that has another head, went or came; until the function it gives is called. */
  watch(listener: (node: SimNode) => void): () => void
  /** Every block that was made and is kept, parents first. */
  readonly made: readonly SimBlock[]
  readonly frauds: readonly Fraud[]
}

export const createNetwork = (given: NetworkOptions): Network => {
  const simulation = createSimulation(given)
  const { world, behaviour, ledger, ways, onHead } = simulation
  const { options, events, nodes, traffic } = world
  const nodeAt = (index: number): SimNode => {
    const node = nodes[index]
    if (node === undefined) throw new RangeError(`no node ${index}`)
    return node
  }

  const isChanged = (node: SimNode): void => {
    ways.changed()
    for (const listener of onHead) listener(node)
  }

  return {
    options,
    nodes,
    genesis: world.genesis,
    made: ledger.made,
    frauds: ledger.frauds,
    now: () => events.now(),
    nextAt: () => events.nextAt(),
    runUntil: (time) => events.runUntil(time),
    at: (time, run) => events.at(time, run),
    stop: (index) => {
      const node = nodeAt(index)
      node.online = false
      node.generation++
      isChanged(node)
    },
    start: (index) => {
      const node = nodeAt(index)
      if (node.online) return
      node.online = true
      isChanged(node)
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
      ways.changed()
    },
    heal: () => {
      for (const node of nodes) node.group = 0
      ways.changed()
      simulation.meet(nodes)
    },
    vote: (index, vote) => {
      nodeAt(index).wishes = vote === undefined ? [] : [vote]
    },
    sealTwice: (index) => {
      nodeAt(index).sealsTwice = true
    },
    setTraffic: (perSecond) => traffic.setRate(perSecond, events.now()),
    waiting: (node) => waitingAt(traffic, node.head, events.now()),
    peersOf: (node) => ways.peersOf(node),
    watch: (listener) => {
      onHead.add(listener)
      return () => void onHead.delete(listener)
    },
  }
}
