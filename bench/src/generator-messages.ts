/** Messages between the bench and its generator processes, over Node's IPC channel. */
import type { Times } from './time-counts.ts'

/** How agents that were cut come back: as geth does, as our agent does, or one half each. */
export type Policy = 'geth' | 'agent' | 'mixed'

export interface OpenOptions {
  readonly protocol: 'ethstats' | 'netstats'
  readonly host: string
  readonly port: number
  readonly first: number
  readonly count: number
  readonly secret: string
  readonly policy: Policy
  readonly corked: boolean
  /** The usual one where it is left out. */
  readonly networkId?: string
  readonly sealers?: number
  /** Several clients, nodes that sync, and blocks that most nodes have early: for looking at, not for measuring. */
  readonly varied?: boolean
  /** Unacknowledged batches a netstats agent keeps at most; what comes then is given up. */
  readonly spoolBatches?: number
}

/** A new head, which all agents get within `spreadMs`. */
export interface Announcement {
  readonly number: number
  readonly timestampSeconds: number
  readonly spreadMs: number
  /** Every n-th agent reports when it sent the block. */
  readonly sampleEvery: number
  /** Another block of this height, which only every n-th agent gets. */
  readonly siblingEvery?: number
}

/** Resets the connections of agents `offset`, `offset + every` and so on. */
export interface Cut {
  readonly every: number
  readonly offset?: number
  /** They stay away for this long; as long as their policy says where it is left out. */
  readonly awayMs?: number
}

export type ToGenerator =
  | ({ readonly type: 'open' } & OpenOptions)
  | { readonly type: 'run'; readonly on: boolean }
  | { readonly type: 'rate'; readonly factor: number }
  | ({ readonly type: 'announce' } & Announcement)
  | ({ readonly type: 'cut' } & Cut)
  | { readonly type: 'count'; readonly clear: boolean }
  | { readonly type: 'end' }

/** `sent` and what they carry only grow; the times are those since they were cleared. */
export interface Counts {
  readonly members: number
  /** Agents that are let in now. */
  readonly active: number
  readonly messages: number
  readonly bytes: number
  readonly blocks: number
  /** Frames not sent because the peer's socket took no more. */
  readonly blocked: number
  /** Connections that ended though nobody here ended them, and attempts that failed, by reason. */
  readonly lost: number
  readonly refused: Readonly<Record<string, number>>
  /** WebSocket pings of the server that were answered. */
  readonly webSocketPings: number
  /** Pings of agents; overdue are those without an answer after five seconds that still wait. */
  readonly pings: Times & { readonly sent: number; readonly answered: number; readonly overdue: number }
  /** Of them, those of agents that were in all the time. */
  readonly stayedPings: Times
  /** From the cut of a connection to being let in again. */
  readonly back: Times
  /** Netstats alone: observations that were sent in batches, those acknowledged, and the time it took. */
  readonly observations?: number
  readonly acknowledged?: number
  /** What was given up because an agent's spool was full, and answers that told it to send again, by reason. */
  readonly spoolFull?: number
  readonly nacks?: Readonly<Record<string, number>>
  readonly acks?: Times
}

export type ToParent =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'sent'; readonly id: string; readonly number: number; readonly at: number }
  | ({ readonly type: 'counts' } & Counts)
