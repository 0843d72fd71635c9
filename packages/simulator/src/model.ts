/** What a simulated network is made of. */
import type { Hex } from '@netstats/consensus/encoding'
import type { Random } from '@netstats/protocol/testing/random'
import type { SimBlock, SimVote } from './block.ts'
import type { Events } from './events.ts'
import type { Key } from './keys.ts'
import type { Traffic } from './traffic.ts'

export const simulatedEngines = ['clique', 'aura', 'ibft1', 'ibft2', 'qbft'] as const
export type SimulatedEngine = (typeof simulatedEngines)[number]

export interface NetworkOptions {
  readonly engine: SimulatedEngine
  /** Nodes with a key; so many of them are validators from the start. */
  readonly validators: number
  /** Nodes with a key that are no validators yet: candidates to vote on. */
  readonly candidates?: number
  readonly seed: number
  /** Seconds between blocks; the length of AuRa's steps. */
  readonly period: number
  /** Blocks after which votes begin afresh. */
  readonly epoch?: number
  /** BFT: how long a validator waits in round 0; twice that in the next. */
  readonly requestTimeoutMs?: number
  /** BFT: whether the proposer changes with every block. */
  readonly policy?: 'round-robin' | 'sticky'
  /** BFT: seconds between blocks while no transaction waits; where it is longer than `period`, quiet is healthy. */
  readonly emptyBlockPeriod?: number
  /** AuRa: a validator without a transaction signs its step instead of a block. */
  readonly emptySteps?: boolean
  /** About how many transactions are sent; none unless told. */
  readonly transactionsPerSecond?: number
  /** About how many neighbours a node has; 0: everybody is connected to everybody. */
  readonly peersEach?: number
  /** Time from a node to a neighbour: 5 ms to so long. */
  readonly linkMs?: number
  /** Blocks below the highest that are kept; those further down are forgotten. All unless told. */
  readonly keep?: number
  /** When the chain begins, milliseconds since 1970. */
  readonly start?: number
}

export interface SimNode {
  readonly index: number
  readonly name: string
  readonly key: Key
  /** All blocks it has, its own chain and side chains. */
  readonly blocks: Map<Hex, SimBlock>
  head: SimBlock
  online: boolean
  /** Nodes of different groups do not reach each other. */
  group: number
  /** How far its clock is ahead. */
  clockOffsetMs: number
  /** How much longer it takes to seal a block. */
  slowMs: number
  /** Votes that it casts whenever it may. */
  wishes: readonly SimVote[]
  /** Seals its next block twice. */
  sealsTwice: boolean
  /** Counts up to call off what was planned on another head. */
  generation: number
}

/** Two signatures that exclude each other, made on purpose. */
export interface Fraud {
  readonly validator: Hex
  readonly blocks: readonly [SimBlock, SimBlock]
  /** BFT: who committed both. */
  readonly committers: readonly Hex[]
}

/** What engines see of the network. */
export interface World {
  readonly options: Required<NetworkOptions>
  readonly events: Events
  readonly random: Random
  readonly traffic: Traffic
  readonly nodes: readonly SimNode[]
  readonly genesis: SimBlock
  /** A node made a block: it takes it over and sends it to everyone it reaches. */
  publish(node: SimNode, block: SimBlock): void
  /** A block that only one other node gets to see. */
  whisper(block: SimBlock): void
  reaches(from: SimNode, to: SimNode): boolean
  latencyMs(from: SimNode, to: SimNode): number
  recordFraud(fraud: Fraud): void
}

/** How nodes of an engine behave. */
export interface Behaviour {
  genesis(options: Required<NetworkOptions>, validators: readonly Hex[]): SimBlock
  /** A node begins, comes back, or has its clock set. */
  onStart(world: World, node: SimNode): void
  /** A node has another head. */
  onHead(world: World, node: SimNode): void
  /** Whether a node that has `head` moves to `block`. */
  prefers(block: SimBlock, head: SimBlock): boolean
}
