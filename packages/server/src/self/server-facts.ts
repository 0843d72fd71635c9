/**
 * What the server tells of itself on `/api/v1/server`: how its parts are, what each of its processes does, and what all
 * of them together have counted. Whoever runs in a process of its own makes a `ProcessFacts` of it; the work of all
 * processes adds up, because a `WorkCounts` is nothing but numbers with names.
 *
 *     worker ─ ProcessFacts ─┐
 *     worker ─ ProcessFacts ─┼─► ServerFacts ─► REST ─► the page /server, which makes rates of differences
 *     core   ─ ProcessFacts ─┘        └ work: the sum
 */
import type { PartStatus } from '@netstats/sdk'
import type { Load } from './load-level.ts'
import { addTallies } from './tally.ts'
import type { Counts } from './tally.ts'

/** Counts only grow, save where it says `now`. Names that are not there count zero. */
export interface WorkCounts {
  /** WebSockets open now, by what is spoken on them: `ethstats`, `netstats`, `feed`, `primus`, `external`. */
  readonly connections: Counts
  /** Agents logged in now, by protocol. */
  readonly sessions: Counts
  /** Logins accepted, by protocol. */
  readonly logins: Counts
  /** Connections and logins refused, by reason. */
  readonly refused: Counts
  /** Sessions the server ended, or lost, by reason. */
  readonly ended: Counts
  readonly received: { readonly messages: number; readonly bytes: number }
  /** Items given up, by class and reason. */
  readonly shed: Readonly<Record<string, Counts>>
  /** What was not understood or not allowed, by where (`ethstats`, `netstats`, `http`, `core`) and code. */
  readonly faults: Readonly<Record<string, Counts>>
  /** What waits now for its turn before the core. */
  readonly queue: { readonly items: number; readonly bytes: number }
  /** Of netstats agents: observations that came, also those that came again, and batches sent back by reason. */
  readonly batches: { readonly observations: number; readonly nacks: Counts }
  /** Observations netstats agents may have in flight now, in all, and those that are. */
  readonly credit: { readonly window: number; readonly inFlight: number }
}

export const noWork: WorkCounts = {
  connections: {},
  sessions: {},
  logins: {},
  refused: {},
  ended: {},
  received: { messages: 0, bytes: 0 },
  shed: {},
  faults: {},
  queue: { items: 0, bytes: 0 },
  batches: { observations: 0, nacks: {} },
  credit: { window: 0, inFlight: 0 },
}

/** One process of the server, as it was at `at`. */
export interface ProcessFacts {
  /** `server` where there is only one; else `core` or `worker`. */
  readonly role: string
  /** Tells processes of one role apart: `worker 2`. */
  readonly name: string
  readonly pid: number
  readonly at: number
  readonly startedAt: number
  /** CPU time since its start, milliseconds, all threads. */
  readonly cpuMs: number
  readonly rssBytes: number
  readonly heapBytes: number
  /** Files and sockets open now; null where the system does not say. */
  readonly openFiles: number | null
  readonly openFilesLimit: number | null
  /** Delay of its event loop over the last half minute, milliseconds. */
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  readonly work: WorkCounts
}

export interface CoreFacts {
  readonly networks: number
  readonly nodes: number
  readonly blocks: number
  /** Inputs applied, and those it failed on; any of these is a defect. */
  readonly inputs: number
  readonly errors: number
}

export interface StoreFacts {
  /** How long the oldest row has waited to be written, milliseconds. */
  readonly lagMs: number
  readonly pendingRows: number
  readonly pendingBytes: number
  readonly writtenRows: number
  readonly slowestWriteMs: number
  /** Failures of opening and writing, by code. */
  readonly errors: Counts
  /** Rows given up, by class and reason. */
  readonly shed: Readonly<Record<string, Counts>>
  /** Null before the first look. */
  readonly diskBytes: number | null
  readonly files: number | null
}

/** Of all streams of netstats agents; counts since the start. */
export interface DeliveryFacts {
  readonly streams: number
  /** Some session has it now. */
  readonly open: number
  readonly received: number
  readonly duplicates: number
  /** Observations agents say they had to give up, and sequences that were gone before they came. */
  readonly missing: number
  readonly holes: number
}

/** As `/healthz` has it; its time a plain number. */
export type PartFacts = Omit<PartStatus, 'since'> & { readonly since: number }

/** Bounds that the figures are to be seen against. */
export interface ServerLimits {
  readonly connections: number
  readonly queueItems: number
  readonly queueBytes: number
  /** Null where no history is kept. */
  readonly pendingBytes: number | null
  readonly viewers: number
}

export interface ServerFacts {
  readonly at: number
  readonly version: string
  /** Id of the server, the same over restarts. */
  readonly server: string
  readonly startedAt: number
  /** False while it drains. */
  readonly ready: boolean
  readonly load: Load
  readonly parts: readonly PartFacts[]
  /** How netstats agents are told to go about it: level 0 is full speed. */
  readonly pace: { readonly level: number; readonly reportMs: number }
  readonly deliveries: DeliveryFacts
  /** Dashboards that are behind now and wait for their turn. */
  readonly slowViewers: number
  readonly core: CoreFacts
  /** Null where no history is kept. */
  readonly store: StoreFacts | null
  readonly limits: ServerLimits
  /** Work of all processes together. */
  readonly work: WorkCounts
  readonly processes: readonly ProcessFacts[]
}

export const workOf = (processes: readonly ProcessFacts[]): WorkCounts =>
  processes.reduce((sum, { work }) => addTallies(sum, work), noWork)
