/** Nodes and the ways between them: what reaches whom, and when. */
import { createRandom } from '@netstats/protocol/testing/random'
import { lineage } from './block.ts'
import type { SimBlock } from './block.ts'
import { aura } from './engines/aura.ts'
import { bft } from './engines/bft.ts'
import { clique } from './engines/clique.ts'
import { createEvents } from './events.ts'
import { keyOf } from './keys.ts'
import type { Key } from './keys.ts'
import { createLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { Behaviour, NetworkOptions, SimNode, SimulatedEngine, World } from './model.ts'
import { createTraffic } from './traffic.ts'
import { createMesh, createNet } from './ways.ts'
import type { Ways } from './ways.ts'

export interface Simulation {
  readonly world: World
  readonly behaviour: Behaviour
  readonly ledger: Ledger
  readonly ways: Ways
  /** Nodes that reach others again tell each other their heads. */
  meet(nodes: readonly SimNode[]): void
  /** Called with a node that has another head. */
  readonly onHead: Set<(node: SimNode) => void>
}

const behaviours: Readonly<Record<SimulatedEngine, Behaviour>> = {
  clique,
  aura,
  ibft1: bft,
  ibft2: bft,
  qbft: bft,
}

/** 2026-01-01T00:00:00Z */
const defaultStart = 1_767_225_600_000

const withDefaults = (options: NetworkOptions): Required<NetworkOptions> => ({
  candidates: 0,
  epoch: 30_000,
  requestTimeoutMs: 4000,
  policy: 'round-robin',
  emptyBlockPeriod: options.period,
  emptySteps: false,
  transactionsPerSecond: 0,
  peersEach: 0,
  linkMs: 120,
  keep: Infinity,
  start: defaultStart,
  ...options,
})

const createNode = (key: Key, index: number, genesis: SimBlock, { validators }: NetworkOptions): SimNode => ({
  index,
  name: index < validators ? `validator-${index + 1}` : `node-${index - validators + 1}`,
  key,
  blocks: new Map([[genesis.hash, genesis]]),
  head: genesis,
  online: true,
  group: 0,
  clockOffsetMs: 0,
  slowMs: 0,
  wishes: [],
  sealsTwice: false,
  generation: 0,
})

export const createSimulation = (given: NetworkOptions): Simulation => {
  const options = withDefaults(given)
  const random = createRandom(options.seed)
  const events = createEvents(options.start)
  const behaviour = behaviours[options.engine]
  const keys = Array.from({ length: options.validators + options.candidates }, (_, index) =>
    keyOf(`${options.engine} ${options.seed} ${index}`),
  )
  const genesis = behaviour.genesis(
    options,
    keys.slice(0, options.validators).map(({ address }) => address),
  )
  const nodes = keys.map((key, index) => createNode(key, index, genesis, options))
  const ways = (options.peersEach > 0 ? createNet : createMesh)(random, nodes, options)
  const onHead = new Set<(node: SimNode) => void>()
  const ledger = createLedger(genesis, nodes, options.keep)

  /** A node gets a block, and with it those below that it lacks, as it would ask for them. */
  const receive = (node: SimNode, block: SimBlock): void => {
    if (!node.online || node.blocks.has(block.hash)) return
    const isFuture = block.timestamp * 1000 > events.now() + node.clockOffsetMs
    if (isFuture) return events.at(block.timestamp * 1000 - node.clockOffsetMs, () => receive(node, block))
    for (const one of lineage(block)) {
      if (node.blocks.has(one.hash)) break
      node.blocks.set(one.hash, one)
    }
    if (!behaviour.prefers(block, node.head)) return
    node.head = block
    for (const listener of onHead) listener(node)
    behaviour.onHead(world, node)
  }
  const send = (from: SimNode, to: SimNode, block: SimBlock): void => {
    if (from === to || !ways.reaches(from, to)) return
    events.at(events.now() + ways.latencyMs(from, to), () => receive(to, block))
  }
  /** Nodes that meet again tell each other their heads. */
  const meet = (nodesThatMeet: readonly SimNode[]): void => {
    for (const from of nodesThatMeet) for (const to of nodes) send(from, to, from.head)
    for (const to of nodesThatMeet) for (const from of nodes) send(from, to, from.head)
  }

  const world: World = {
    options,
    events,
    random,
    traffic: createTraffic({ perSecond: options.transactionsPerSecond, seed: options.seed, start: options.start }),
    nodes,
    genesis,
    reaches: (from, to) => ways.reaches(from, to),
    latencyMs: (from, to) => ways.latencyMs(from, to),
    publish: (node, block) => {
      ledger.record(block)
      receive(node, block)
      for (const other of nodes) send(node, other, block)
    },
    whisper: (block) => {
      ledger.record(block)
      const to = random.pick(nodes)
      events.at(events.now() + 1, () => receive(to, block))
    },
    recordFraud: (fraud) => ledger.recordFraud(fraud),
  }
  for (const node of nodes) events.at(options.start, () => behaviour.onStart(world, node))
  return { world, behaviour, ledger, ways, onHead, meet }
}
