/**
 * What the rest of Netstats sees of the life of alarms.
 *
 *     judge, report ─► pending ─ for ─► raised ⇄ acknowledged ─ clearAfter ─► cleared
 *                         └─ gone ─► (nothing)
 *
 * What is judged becomes a step at a `tick`, so that all of one look are seen together and a common cause is raised before
 * its symptoms. What people do, and what nodes report, takes effect at once.
 */
import type { Alarm } from '@netstats/protocol'
import type { AlarmCounts, AlarmRecord, Silence } from '@netstats/protocol/feed'
import type { Finding, ReadonlyOpen, RuleInfo, RuleTiming, Subject } from '../rule.ts'
import type { CauseTable } from './causes.ts'
import type { AlarmStep } from './record.ts'
import type { EngineState, StateChanges } from './state.ts'

/** Times are Unix milliseconds. They may go back when somebody sets the clock: what is waited for moves with them. */
export interface AlarmEngine {
  /** All findings of a rule about a subject at one look; those not given any more are gone. */
  readonly judge: (rule: RuleInfo & RuleTiming, subject: Subject, findings: readonly Finding[], at: number) => void
  /**
   * A step that a node's agent or device reports. Its identity has the origin `node`, the network, the node, the type and the
   * label `alarm`: what else a node says touches no other alarm. A notification (with `receiver`) is none of its steps.
   */
  readonly report: (network: string, node: string, body: Alarm, at: number) => void
  /** What a rule may ask for its hysteresis. Without labels: whether any is open. */
  readonly isOpen: (rule: string, subject: Subject) => ReadonlyOpen
  /** A node, a network with all its nodes, or the server (both null) is gone or out of scope: its alarms are cleared. */
  readonly forget: (subject: Subject, at: number, why: string) => void
  /** Undefined: no such alarm is open. A later one replaces it. */
  readonly acknowledge: (id: string, acknowledgement: Acknowledging) => AlarmRecord | undefined
  /** Undefined: no such alarm is open. */
  readonly unacknowledge: (id: string, by: string, at: number) => AlarmRecord | undefined
  /** Open alarms are marked at the next tick. It replaces one of the same id. False: there are as many as there may be. */
  readonly addSilence: (silence: Silence) => boolean
  /** Open alarms lose its mark at the next tick. False: there is none. */
  readonly removeSilence: (id: string) => boolean
  /** Those that are not over, the ones to come included. */
  readonly silences: () => readonly Silence[]
  /** What follows from time alone, and from what was judged since the last one. Call it once after each look. */
  readonly tick: (at: number) => void
  /** Steps since the last call, in order. To be called after every tick: they wait for nobody else. */
  readonly takeSteps: () => readonly AlarmStep[]
  /** How it was after its newest step. Undefined: it is not open. */
  readonly get: (id: string) => AlarmRecord | undefined
  /** Raised or acknowledged ones, in the order they were raised. */
  readonly open: () => Iterable<AlarmRecord>
  readonly counts: (network?: string) => AlarmCounts
  readonly figures: () => EngineFigures
  readonly dump: () => EngineState
  /** What changed in the state since the last call, for those who keep it in pieces. */
  readonly takeChanges: () => StateChanges
}

export interface Acknowledging {
  readonly by: string
  readonly at: number
  /** Left out: until it is cleared. */
  readonly until?: number
  readonly comment?: string
}

/** For metrics. */
export interface EngineFigures {
  readonly open: number
  readonly pending: number
  /** Findings and reports that found no room, since the start. */
  readonly dropped: number
}

export interface EngineOptions {
  /** Of a network: what share of its nodes an outage is. Default: none known, and the least number decides. */
  readonly nodesOf?: (network: string) => number
  /** Default: those of the product's rules. */
  readonly causes?: CauseTable
  /** A node's alarm waits at least so long to see whether it is one of many. Default: 10 s. */
  readonly gatherMs?: number
  readonly limits?: Partial<EngineLimits>
  /** To go on from. */
  readonly state?: EngineState
}

export interface EngineLimits {
  /** Judged ones, pending and open. */
  readonly judged: number
  /** Of these, of one rule on one subject. */
  readonly perSubject: number
  /** Reported ones, of all nodes. */
  readonly reported: number
  /** Reported ones, of one node. */
  readonly perNode: number
  readonly silences: number
}
