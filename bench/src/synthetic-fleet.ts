/**
 * A fleet inside the server's process: what N nodes would say is given to the core at the times they would say it, so that
 * what is measured is the showing of it and not the sockets of agents. The schedule is geth's, as in generator.ts.
 */
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Hash, NodeInfo, Observation, Wei } from '@netstats/protocol'
import { blockJson, networkId } from './geth-mix.ts'

/** What the core is told; the part of it that a fleet says. */
export type FleetInput =
  | { type: 'connected'; at: ReturnType<typeof unixMs>; node: string; info: NodeInfo; address: string | null }
  | { type: 'disconnected'; at: ReturnType<typeof unixMs>; node: string; network: string }
  | { type: 'observation'; at: ReturnType<typeof unixMs>; network: string; observation: Observation }

export interface SyntheticFleet {
  /** Logs nodes in, `count` at most; false when all are in. */
  login(count: number, at: number): boolean
  /** Says all that was due until `at`. To be called every few milliseconds. */
  say(at: number): void
}

export interface FleetOptions {
  readonly nodes: number
  readonly blockEveryMs: number
  readonly apply: (input: FleetInput) => void
}

/** A head reaches all nodes within this time. */
const spreadMs = 600
const reportEveryMs = 15_000
/** One of so many nodes loses its connection in a minute, and is back ten seconds later. */
const lossPerMinute = 200
const awayMs = 10_000
const firstNumber = 1_000_000

const clients = [
  'Geth/v1.16.3-stable-d1f9bd1c/linux-amd64/go1.24.6',
  'Geth/v1.13.15-stable-c5ba367e/linux-amd64/go1.21.6',
  'besu/v25.4.1/linux-x86_64/openjdk-java-21',
  'Nethermind/v1.31.9+2a4bd8a3/linux-x64/dotnet9.0.4',
]

export const nodeNameOf = (i: number): string => `agent-${String(i).padStart(5, '0')}`

/** Even, and the same in every run. */
const noise = (i: number, number: number): number => Math.imul(i + 1, 2654435761 ^ number) >>> 0

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

export const createSyntheticFleet = ({ nodes, blockEveryMs, apply }: FleetOptions): SyntheticFleet => {
  const away = new Map<number, number>()
  let loggedIn = 0
  let number = firstNumber
  let block: Block | undefined
  let blockAt = 0
  /** Nodes, in order of their delay, that have said the block. */
  let told = nodes
  let reported = 0
  let lost = 0
  let saidAt = 0

  const login = (i: number, at: number): void =>
    apply({
      type: 'connected',
      at: unixMs(at),
      node: nodeNameOf(i),
      address: `127.${10 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
      info: {
        name: nodeNameOf(i),
        client: clients[noise(i, 1) % 7 === 0 ? 1 + (i % 3) : 0] ?? '',
        networkId,
        port: 30_303,
        protocol: 'eth/69, eth/68, snap/1',
        os: 'linux',
        osVersion: 'amd64',
        reporter: '0.1.1',
        contact: `ops${i % 10}@example.org`,
      },
    })

  const tell = (i: number, at: number, said: Pick<Observation, 'kind' | 'body'>): void => {
    if (away.has(i)) return
    const observation = { ...said, node: nodeId(nodeNameOf(i)), observedAt: unixMs(at) } as Observation
    apply({ type: 'observation', at: unixMs(at), network: networkId, observation })
  }

  const pendingOf = (i: number): Pick<Observation, 'kind' | 'body'> => ({
    kind: 'pending',
    body: { pending: noise(i, number) % 400 },
  })

  const report = (i: number, at: number): void => {
    const some = noise(i, number)
    tell(i, at, { kind: 'latency', body: { latencyMs: 1 + (some % 90) } })
    if (block !== undefined) tell(i, at, { kind: 'block', body: block })
    tell(i, at, pendingOf(i))
    const gasPrice = (1_000_000_000n + BigInt(some % 5000)) as Wei
    const body = { active: true, syncing: false, mining: i < 5, hashrate: 0, peers: 8 + (some % 42), uptime: 100 }
    tell(i, at, { kind: 'node-stats', body: { ...body, gasPrice } })
  }

  /** How far a round of `every` milliseconds through all nodes has come, counted from the beginning of time. */
  const through = (at: number, every: number): number => Math.floor((at / every) * nodes)

  return {
    login(count, at) {
      for (let i = 0; i < count && loggedIn < nodes; i++) login(loggedIn++, at)
      return loggedIn < nodes
    },
    say(at) {
      if (saidAt === 0) [reported, lost] = [through(at, reportEveryMs), through(at, 60_000 * lossPerMinute)]
      saidAt = at
      if (at - blockAt >= blockEveryMs) {
        blockAt = at
        block = blockOf(++number, at)
        told = 0
      }
      const due = Math.min(nodes, Math.floor(((at - blockAt) / spreadMs) * nodes))
      const news = block
      if (news !== undefined)
        for (; told < due; told++) {
          // Another order at every block: a node is not always the first.
          const i = (told * 7919 + number * 104_729) % nodes
          tell(i, at, { kind: 'block', body: news })
          tell(i, at, pendingOf(i))
        }
      for (const end = through(at, reportEveryMs); reported < end; reported++) report(reported % nodes, at)
      for (const end = through(at, 60_000 * lossPerMinute); lost < end; lost++) {
        const i = noise(lost, 7) % nodes
        if (away.has(i)) continue
        away.set(i, at + awayMs)
        apply({ type: 'disconnected', at: unixMs(at), node: nodeNameOf(i), network: networkId })
      }
      for (const [i, until] of away) {
        if (at < until) continue
        away.delete(i)
        login(i, at)
      }
    },
  }
}
