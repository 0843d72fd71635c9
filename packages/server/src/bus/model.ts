/**
 * The seam between ingests, which own sockets, and the desk, which owns the live state. It is the same whether both are
 * in one process (plain calls) or the ingest is a worker of its own (a local socket, `socket/`): what goes up arrives in
 * order, what comes down names a session the ingest has told of.
 *
 *     ingest ── login, observed, batch, answered, closed, gone ──► desk ── inputs ──► core ──► store
 *            ◄── admitted, refused, probe, end, ask, ack, pace ──
 *
 * A session is a number of its ingest, never used again in the ingest's life.
 */
import type { Block, NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import type { Refusal } from '../ingest/counts.ts'

/** What a peer says of itself when it asks to be let in. */
export interface Login {
  readonly protocol: 'ethstats' | 'netstats'
  /** Its name on its network. */
  readonly node: string
  readonly info: NodeInfo
  readonly address: string
  readonly secret: string | undefined
  /** Most blocks it answers with at a time; 0 where it can not answer. */
  readonly historyBatch: number
  /** Of the acknowledged protocol. */
  readonly agent?: AgentLogin
}

export interface AgentLogin {
  /** Identity, which need not be the node's name. */
  readonly id: string
  /** Sequences count within it. */
  readonly spool: string
  /** Its spool has let go of everything through here. */
  readonly after: number
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
  /** Sequence of the last line, also where that line could not be used. */
  readonly last: number
  readonly items: readonly SequencedItem[]
}

/** From an ingest to the desk. Calls may come back down before they return. */
export interface Upward {
  /** Answered by `admitted` or `refused`, at once or later. */
  login(session: number, at: UnixMs, login: Login): void
  /** Something an admitted session observed now. */
  observed(session: number, at: UnixMs, kind: Observation['kind'], body: Observation['body']): void
  /** A batch, answered by `ack` or `nack` in time. */
  batch(session: number, at: UnixMs, batch: AgentBatch): void
  /** What is so now, while older observations are under way. Not kept. */
  now(session: number, at: UnixMs, observations: readonly Observation[]): void
  roundTrip(session: number, at: UnixMs, roundTripMs: number): void
  /** How far the agent's clock is ahead of ours, and by how much that may be wrong either way. */
  clock(session: number, offsetMs: number, errorMs: number): void
  /** Answer to `probe`. */
  alive(session: number): void
  /** A second greeting: news of the node. */
  greeted(session: number, at: UnixMs, info: NodeInfo): void
  /** Blocks of the past, asked for or not. */
  answered(session: number, at: UnixMs, blocks: readonly Block[]): void
  /** Its connection is gone or goes; what it sent before may still come. */
  closed(session: number, at: UnixMs): void
  /** Nothing more will come of it. */
  gone(session: number, at: UnixMs): void
}

/** How agents shall go about it; times in milliseconds. */
export interface Pace {
  /** Between two reports of what changes all the time. */
  readonly reportMs: number
  /** How long an observation may wait for others to travel with. */
  readonly lingerMs: number
  /** Most observations of an agent in flight. */
  readonly window: number
}

export interface Admitted {
  /** Key of the network that the node is in. */
  readonly network: string
  /** Of the acknowledged protocol. */
  readonly resume?: Resume
}

export interface Resume {
  /** What is durable of its stream. */
  readonly through: number
  /** Whether acknowledged means that it is on a disk. */
  readonly durable: boolean
  readonly pace: Pace
  /** Key that signs its batches. */
  readonly key: string | undefined
}

/** Why the desk ends a session. */
export type DeskEnding = 'superseded' | 'moved' | 'drain' | 'revoked'

/** From the desk to an ingest. */
export interface Downward {
  admitted(session: number, admitted: Admitted): void
  refused(session: number, reason: Refusal, retryMs: number | undefined): void
  /** Somebody wants its place: find out whether its peer lives. */
  probe(session: number): void
  end(session: number, reason: DeskEnding): void
  ask(session: number, numbers: readonly number[]): void
  /** Everything through here is durable. */
  ack(session: number, through: number): void
  /** Nothing after `through` was taken; it may come again after a while. */
  nack(session: number, through: number, reason: NackReason, retryMs: number): void
  /** Holds for all sessions of the acknowledged protocol from now on. */
  pace(pace: Pace): void
}

export const nackReasons = ['busy', 'hole', 'lost'] as const
export type NackReason = (typeof nackReasons)[number]
