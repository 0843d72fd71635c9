/**
 * A fleet inside the server's process: it gives the core the observations of N nodes at the times they would send them, so
 * that dashboards are measured and not the sockets of agents. The schedule is geth's, as in generator-fleet.ts.
 */
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Hash, NodeInfo, Observation, Wei } from '@netstats/protocol'
import { sourceAddress } from './dial.ts'
import { clientOf, networkId, nodeNameOf, noise } from './fleet-nodes.ts'
import { blockJson } from './geth-workload.ts'

/** The inputs of the core that a fleet makes. */
export type FleetInput =
  | { type: 'connected'; at: ReturnType<typeof unixMs>; node: string; info: NodeInfo; address: string | null }
  | { type: 'disconnected'; at: ReturnType<typeof unixMs>; node: string; network: string }
  | { type: 'observation'; at: ReturnType<typeof unixMs>; network: string; observation: Observation }

export interface SyntheticFleet {
  /** Logs nodes in, `count` at most; false when all are in. */
  login(count: number, at: number): boolean
  /** Gives the core all that was due until `at`. To be called every few milliseconds. */
  advance(at: number): void
}

export interface FleetOptions {
  readonly nodes: number
  readonly blockEveryMs: number
  readonly apply: (input: FleetInput) => void
}

/** A head reaches all nodes within this time. */
const spreadMs = 600
const reportEveryMs = 15_000
/** One in this many nodes loses its connection each minute, and is back ten seconds later. */
const lossPerMinute = 200
const awayMs = 10_000
const firstNumber = 1_000_000

const blockOf = (number: number, at: number): Block => {
  const { hash, parentHash, miner, gasUsed, gasLimit, transactions } = JSON.parse(blockJson(number, 0)) as {
    readonly hash: Hash
    readonly parentHash: Hash
    readonly miner: Address
    readonly gasUsed: number
    readonly gasLimit: number
    readonly transactions: readonly unknown[]
  }
  const timestamp = unixSeconds(Math.floor(at / 1000))
  const totalDifficulty = BigInt(number) * 2n
  return {
    number: blockNumber(number),
    hash,
    parentHash,
    miner,
    gasUsed,
    gasLimit,
    timestamp,
    difficulty: 2n,
    totalDifficulty,
    transactions: transactions.length,
    uncles: 0,
    size: 20_000 + (number % 1000),
  }
}

type Statement = Pick<Observation, 'kind' | 'body'>

const loginOf = (i: number, at: number): FleetInput => ({
  type: 'connected',
  at: unixMs(at),
  node: nodeNameOf(i),
  address: sourceAddress(i),
  info: {
    name: nodeNameOf(i),
    client: clientOf(i),
    networkId,
    port: 30_303,
    protocol: 'eth/69, eth/68, snap/1',
    os: 'linux',
    osVersion: 'amd64',
    reporter: '0.1.1',
    contact: `ops${i % 10}@example.org`,
  },
})

const pendingOf = (i: number, number: number): Statement => ({
  kind: 'pending',
  body: { pending: noise(i, number) % 400 },
})

const reportOf = (i: number, number: number, block: Block | undefined): readonly Statement[] => {
  const some = noise(i, number)
  const gasPrice = (1_000_000_000n + BigInt(some % 5000)) as Wei
  const stats = { active: true, syncing: false, mining: i < 5, hashrate: 0, peers: 8 + (some % 42), uptime: 100 }
  return [
    { kind: 'latency', body: { latencyMs: 1 + (some % 90) } },
    ...(block === undefined ? [] : [{ kind: 'block', body: block } as const]),
    pendingOf(i, number),
    { kind: 'node-stats', body: { ...stats, gasPrice } },
  ]
}

/** Whole numbers that come due one after the other, `count` of them in `everyMs`, counted from the first call. */
const createRound = (count: number, everyMs: number) => {
  let next: number | undefined
  return function* (at: number): Generator<number> {
    const end = Math.floor((at / everyMs) * count)
    next ??= end
    for (; next < end; next++) yield next
  }
}

export const createSyntheticFleet = ({ nodes, blockEveryMs, apply }: FleetOptions): SyntheticFleet => {
  const away = new Map<number, number>()
  const reports = createRound(nodes, reportEveryMs)
  const losses = createRound(nodes, 60_000 * lossPerMinute)
  let loggedIn = 0
  let number = firstNumber
  let block: Block | undefined
  let blockAt = 0
  /** Nodes, in order of their delay, that have reported the block. */
  let reported = nodes

  const state = (i: number, at: number, said: readonly Statement[]): void => {
    if (away.has(i)) return
    for (const one of said) {
      const observation = { ...one, node: nodeId(nodeNameOf(i)), observedAt: unixMs(at) } as Observation
      apply({ type: 'observation', at: unixMs(at), network: networkId, observation })
    }
  }

  const spreadBlock = (at: number): void => {
    if (at - blockAt >= blockEveryMs) {
      blockAt = at
      block = blockOf(++number, at)
      reported = 0
    }
    const due = Math.min(nodes, Math.floor(((at - blockAt) / spreadMs) * nodes))
    if (block === undefined) return
    for (; reported < due; reported++) {
      // Another order at every block: a node is not always the first.
      const i = (reported * 7919 + number * 104_729) % nodes
      state(i, at, [{ kind: 'block', body: block }, pendingOf(i, number)])
    }
  }

  const loseAndReturn = (at: number): void => {
    for (const n of losses(at)) {
      const i = noise(n, 7) % nodes
      if (away.has(i)) continue
      away.set(i, at + awayMs)
      apply({ type: 'disconnected', at: unixMs(at), node: nodeNameOf(i), network: networkId })
    }
    for (const [i, until] of away) {
      if (at < until) continue
      away.delete(i)
      apply(loginOf(i, at))
    }
  }

  return {
    login(count, at) {
      for (let i = 0; i < count && loggedIn < nodes; i++) apply(loginOf(loggedIn++, at))
      return loggedIn < nodes
    },
    advance(at) {
      spreadBlock(at)
      for (const n of reports(at)) state(n % nodes, at, reportOf(n % nodes, number, block))
      loseAndReturn(at)
    },
  }
}
