/** Inputs as a network of nodes would cause them; deterministic, for tests and benches. */
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Hash, NodeInfo, Observation, Wei } from '@netstats/protocol'
import type { CoreInput } from '../../shard/inputs.ts'

const hexOf = (text: string, bytes: number): string => {
  // FNV-1a over and over: looks like a hash, differs where the text does, costs nothing.
  let out = ''
  for (let round = 0; out.length < bytes * 2; round++) {
    let h = 0x811c9dc5 ^ round
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0
    out += h.toString(16).padStart(8, '0')
  }
  return `0x${out.slice(0, bytes * 2)}`
}

export const hashOf = (number: number, fork = 0): Hash => hexOf(`block ${number} ${fork}`, 32) as Hash
export const sealerOf = (number: number): Address => hexOf(`sealer ${number % 7}`, 20) as Address

export const blockOf = (number: number, fork = 0, parentFork = fork): Block => ({
  number: blockNumber(number),
  hash: hashOf(number, fork),
  parentHash: hashOf(number - 1, parentFork),
  timestamp: unixSeconds(1_700_000_000 + number * 5),
  miner: sealerOf(number),
  gasUsed: 8_000_000 + ((number * 7919) % 10_000_000),
  gasLimit: 30_000_000,
  difficulty: 2n,
  totalDifficulty: BigInt(number) * 2n,
  transactions: (number * 31) % 200,
  uncles: 0,
  size: 20_000 + (number % 1000),
})

const clients = [
  'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
  'besu/v24.1.0/linux-x86_64/openjdk-java-17',
  'Nethermind/v1.25.4+20b10b35/linux-x64/dotnet8.0.1',
]

export const nodeName = (i: number): string => `node-${i}`

export const infoOf = (i: number, networkId = '1337'): NodeInfo => ({
  name: `Node ${i}`,
  client: clients[i % clients.length] ?? '',
  networkId,
  port: 30_303,
  os: 'linux',
  contact: `ops${i % 10}@example.org`,
})

export const connected = (i: number, at: number, networkId?: string): CoreInput => ({
  type: 'connected',
  at: unixMs(at),
  node: nodeName(i),
  info: infoOf(i, networkId),
  address: `127.0.${i >> 8}.${i & 255}`,
})

export const observed = (
  i: number,
  at: number,
  network: string,
  said: {
    readonly [K in Observation['kind']]: Pick<Extract<Observation, { kind: K }>, 'kind' | 'body'>
  }[Observation['kind']],
): CoreInput => ({
  type: 'observation',
  at: unixMs(at),
  network,
  observation: { ...said, node: nodeId(nodeName(i)), observedAt: unixMs(at) } as Observation,
})

/** Wei that moves a little from height to height. */
const gasPrice = (number: number): Wei => (1_000_000_000n + BigInt((number * 13) % 50) * 1_000_000n) as Wei

/**
 * What `nodes` nodes say between two blocks, in order of time: the block with a delay of their own, statistics,
 * pending transactions and latency, each once.
 */
export const roundOf = (
  number: number,
  nodes: number,
  startsAt: number,
  network = '1337',
  lengthMs = 5000,
): CoreInput[] => {
  const inputs: CoreInput[] = []
  const say = (i: number, at: number, said: Parameters<typeof observed>[3]) =>
    inputs.push(observed(i, startsAt + at, network, said))
  for (let i = 0; i < nodes; i++) {
    const noise = Math.imul(i + 1, 2654435761 ^ number) >>> 0
    const delay = 20 + (noise % 700) + (noise % 50 === 0 ? 2000 : 0)
    say(i, delay, { kind: 'block', body: blockOf(number) })
    say(i, delay + 5, { kind: 'pending', body: { pending: noise % 300 } })
    say(i, noise % lengthMs, { kind: 'latency', body: { latencyMs: 10 + (noise % 90) } })
    say(i, (noise >>> 3) % lengthMs, {
      kind: 'node-stats',
      body: {
        active: true,
        syncing: false,
        mining: true,
        hashrate: 0,
        peers: 20 + (noise % 5),
        gasPrice: gasPrice(number),
        uptime: 100,
      },
    })
  }
  return inputs.sort((a, b) => a.at - b.at)
}
