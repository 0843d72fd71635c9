/** A small stage for tests of the core: nodes with one-letter names, chains on demand, a clock that only tests move. */
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Bodies, Hash, Kind, NodeInfo, NodeStats, Observation } from '@netstats/protocol'
import { createCore } from '../mod.ts'
import type { Change, Core, CoreInput, CoreListener, CoreOptions, NetworkView } from '../mod.ts'

export const begin = 1_800_000_000_000

/** A hash that shows height and branch: `0x…00640b`. */
export const hashOf = (number: number, branch = 0): Hash =>
  `0x${number.toString(16).padStart(48, '0')}${branch.toString(16).padStart(16, '0')}` as Hash

export interface BlockShape extends Partial<Omit<Block, 'number'>> {
  /** Tells blocks of one height apart. */
  readonly branch?: number
  /** Branch its parent is on; the same where it is left out. */
  readonly on?: number
}

export const blockAt = (number: number, { branch = 0, on = branch, ...more }: BlockShape = {}): Block => ({
  number: blockNumber(number),
  hash: hashOf(number, branch),
  parentHash: hashOf(number - 1, on),
  // No date: tests that are about when a block came give one.
  timestamp: unixSeconds(1_400_000_000 + number * 5),
  miner: `0x${(number % 3).toString(16).padStart(40, '0')}` as Address,
  gasUsed: 1000,
  gasLimit: 10_000,
  difficulty: 2n,
  transactions: 3,
  uncles: 0,
  ...more,
})

export interface Scenario {
  readonly core: Core
  readonly view: NetworkView
  /** Everything concluded so far. */
  readonly changes: Change[]
  readonly listeners: CoreListener[]
  now: number
  apply(input: CoreInput): readonly Change[]
  wait(ms: number): Scenario
  /** Waits in steps of a second with a tick each. */
  tick(seconds?: number): readonly Change[]
  connect(nodes: string, info?: Partial<NodeInfo>): readonly Change[]
  disconnect(nodes: string): readonly Change[]
  say<K extends Kind>(node: string, kind: K, body: Bodies[K]): readonly Change[]
  stats(node: string, stats?: Partial<NodeStats>): readonly Change[]
  /** Each letter of `nodes` reports the block, at the same moment. */
  block(nodes: string, number: number, shape?: BlockShape): readonly Change[]
  head(): string
}

const letters = (nodes: string): string[] => Array.from(nodes)

export const scenario = (options: Partial<CoreOptions> = {}, network = '1337'): Scenario => {
  const core = createCore({ reconnectMs: 0, ...options })
  const all: Change[] = []
  const stage: Scenario = {
    core,
    changes: all,
    listeners: [],
    now: begin,
    get view() {
      const view = core.network(network)
      if (view === undefined) throw new Error(`no network ${network}`)
      return view
    },
    apply(input) {
      const applied = core.apply(input)
      for (const listener of stage.listeners) listener(applied)
      const { changes } = applied
      all.push(...changes)
      return changes
    },
    wait(ms) {
      stage.now += ms
      return stage
    },
    tick(seconds = 1) {
      const changes: Change[] = []
      for (let i = 0; i < seconds; i++) {
        stage.now += 1000
        changes.push(...stage.apply({ type: 'tick', at: unixMs(stage.now) }))
      }
      return changes
    },
    connect: (nodes, info = {}) =>
      letters(nodes).flatMap((node) =>
        stage.apply({
          type: 'connected',
          at: unixMs(stage.now),
          node,
          info: { name: node, networkId: network, ...info },
          address: null,
        }),
      ),
    disconnect: (nodes) =>
      letters(nodes).flatMap((node) => stage.apply({ type: 'disconnected', at: unixMs(stage.now), node, network })),
    say: (node, kind, body) =>
      stage.apply({
        type: 'observation',
        at: unixMs(stage.now),
        network,
        observation: { kind, node: nodeId(node), observedAt: unixMs(stage.now), body } as Observation,
      }),
    stats: (node, stats = {}) => stage.say(node, 'node-stats', { active: true, ...stats }),
    block: (nodes, number, shape) => letters(nodes).flatMap((node) => stage.say(node, 'block', blockAt(number, shape))),
    head: () => {
      const head = stage.view.head()
      return head === undefined ? 'none' : `${head.number}/${Number.parseInt(head.hash.slice(50), 16)}`
    },
  }
  return stage
}
