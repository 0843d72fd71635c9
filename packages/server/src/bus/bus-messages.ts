/**
 * What gateways, which own sockets, and the core, which owns the live state, say to each other. Plain data, the same whether
 * both are in one process (`memory-bus.ts`) or not (`socket/`): messages arrive in the order in which they were sent.
 *
 *     gateway ── login, observation, batch, blocks, closed, gone ──► session registry ── inputs ──► shards ──► store
 *             ◄── admit, refuse, probe, end, request-blocks, request-headers, ack, rate ──
 *
 * A session is a number of its gateway, never used again in the gateway's life. Two versions meet during a rolling upgrade:
 * a field or a message may be added, and is ignored by who does not know it; none changes its meaning.
 */
import type { Block, Header, NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import type { Life, Welcome } from '@netstats/protocol/netstats'
import type { Refusal } from './refusals.ts'

/** What a peer says of itself when it logs in. */
export interface Login {
  readonly protocol: 'ethstats' | 'netstats'
  /** Its name on its network. */
  readonly node: string
  readonly info: NodeInfo
  readonly address: string
  readonly secret: string | undefined
  /** Most blocks it answers with at a time; 0 where it cannot answer. */
  readonly historyBatch: number
  /** Of the acknowledged protocol. */
  readonly agent?: AgentLogin
}

export interface AgentLogin {
  /** Identity, which need not be the node's name. */
  readonly id: string
  /** Sequences count within it. */
  readonly spool: string
  /** Its spool has deleted everything through here. */
  readonly after: number
  readonly acknowledged: number
  /** Of the spool, oldest first; the last one is the current one. */
  readonly lives: readonly Life[]
  /** Public Ed25519 key that it has shown, base64, and whether it has proved to hold it. */
  readonly key: string | undefined
  readonly proved: boolean
}

export interface SequencedItem {
  readonly sequence: number
  readonly observation: Observation
}

export interface AgentBatch {
  /** Sequence before the first item: what must be there for nothing to be missing. */
  readonly after: number
  /** Observations of the stream through there. */
  readonly before: number
  /** Sequence of the last line, also where that line could not be used. */
  readonly last: number
  /** CRC-32 of that line, and how many lines there are. */
  readonly mark: number
  readonly count: number
  readonly items: readonly SequencedItem[]
}

interface OfSession<T extends string> {
  readonly type: T
  readonly session: number
}
interface Timed<T extends string> extends OfSession<T> {
  readonly at: UnixMs
}
interface LoginMessage extends Timed<'login'> {
  readonly login: Login
}
/** What a registered session observed just now. */
interface ObservationMessage extends Timed<'observation'> {
  readonly kind: Observation['kind']
  readonly body: Observation['body']
}
interface BatchMessage extends Timed<'batch'> {
  readonly batch: AgentBatch
}
/** The current state of a node, while older observations are under way. Not kept. */
interface SnapshotMessage extends Timed<'snapshot'> {
  readonly observations: readonly Observation[]
}
interface RoundTripMessage extends Timed<'round-trip'> {
  readonly roundTripMs: number
}
/** How far the agent's clock is ahead of ours, and by how much that may be wrong either way. */
interface ClockMessage extends OfSession<'clock'> {
  readonly offsetMs: number
  readonly errorMs: number
}
/** A second hello: news of the node. */
interface NodeInfoMessage extends Timed<'node-info'> {
  readonly info: NodeInfo
}
/** Blocks of the past, requested or not. */
interface BlocksMessage extends Timed<'blocks'> {
  readonly blocks: readonly Block[]
}

/** Headers that were requested, of the acknowledged protocol; none where no answer came. */
interface HeadersMessage extends Timed<'headers'> {
  readonly headers: readonly Header[]
}

/** From a gateway to the core. */
export type GatewayMessage =
  /** Answered by `admit` or `refuse`, at once or later. */
  | LoginMessage
  | ObservationMessage
  /** Answered by `ack` or `nack` in time. */
  | BatchMessage
  | SnapshotMessage
  | RoundTripMessage
  | ClockMessage
  /** Answer to `probe`. */
  | OfSession<'alive'>
  | NodeInfoMessage
  | BlocksMessage
  | HeadersMessage
  /** Its connection is gone or goes; what it sent before may still come. */
  | Timed<'closed'>
  /** Nothing more will come of it. */
  | Timed<'gone'>

/** How often agents report and how much they send ahead; times in milliseconds. */
export interface ReportRate {
  /** Between two reports of what changes all the time. */
  readonly reportMs: number
  /** How long an observation may wait for others to travel with. */
  readonly lingerMs: number
  /** Most observations of an agent in flight. */
  readonly window: number
}

/** Where a stream of the acknowledged protocol goes on. */
export interface Resume extends Pick<Welcome, 'through' | 'last' | 'mark' | 'doubt'> {
  /** Whether acknowledged means that it is on a disk. */
  readonly durable: boolean
  readonly rate: ReportRate
  /** Key that signs its batches. */
  readonly key: string | undefined
}

/** Why the core ends a session. */
export const endReasons = ['superseded', 'moved', 'drain', 'revoked'] as const
export type EndReason = (typeof endReasons)[number]

export const nackReasons = ['busy', 'hole', 'lost'] as const
export type NackReason = (typeof nackReasons)[number]

interface AdmitCommand extends OfSession<'admit'> {
  /** Key of the network that the node is in. */
  readonly network: string
  /** Of the acknowledged protocol. */
  readonly resume?: Resume
}
interface RefuseCommand extends OfSession<'refuse'> {
  readonly reason: Refusal
  readonly retryMs?: number | undefined
}
interface EndCommand extends OfSession<'end'> {
  readonly reason: EndReason
}
interface RequestBlocksCommand extends OfSession<'request-blocks'> {
  readonly numbers: readonly number[]
}
/** Answered by `headers`. */
interface RequestHeadersCommand extends OfSession<'request-headers'> {
  readonly numbers: readonly number[]
}
/** Everything through here is durable. */
interface AckCommand extends OfSession<'ack'> {
  readonly through: number
}
/** Nothing after `through` was taken; it may come again after a while. */
interface NackCommand extends OfSession<'nack'> {
  readonly through: number
  readonly reason: NackReason
  readonly retryMs: number
}
/** Holds for all sessions of the acknowledged protocol from now on. */
interface RateCommand {
  readonly type: 'rate'
  readonly rate: ReportRate
}

/** From the core to a gateway. */
export type CoreCommand =
  | AdmitCommand
  | RefuseCommand
  /** Another login wants its id: find out whether its peer is alive. */
  | OfSession<'probe'>
  | EndCommand
  | RequestBlocksCommand
  | RequestHeadersCommand
  | AckCommand
  | NackCommand
  | RateCommand

export type Admission = Omit<AdmitCommand, 'type' | 'session'>
