import { zeros } from '../../lib/tally.ts'
import type { NackReason } from '../../bus/bus-messages.ts'
import { nackReasons } from '../../bus/bus-messages.ts'
import { refusals } from '../../bus/refusals.ts'
import type { Refusal } from '../../bus/refusals.ts'

/** Why a session that had logged in ended. */
export const agentEndings = [
  'closed',
  'bye',
  'silent',
  'faults',
  'overrun',
  'drained',
  'superseded',
  'moved',
  'revoked',
  'slow-reader',
  'oversized',
  'internal',
] as const
export type AgentEnding = (typeof agentEndings)[number]

/** What the netstats ingest has counted since it started. Plain numbers: read when somebody scrapes. */
export interface AgentCounts {
  readonly refused: Record<Refusal, number>
  readonly ended: Record<AgentEnding, number>
  /** Malformed things and what was out of turn, by code. */
  readonly faults: Map<string, number>
  readonly nacks: Record<NackReason, number>
  logins: number
  frames: number
  bytes: number
  /** Times a session was not read from because it, or its address, had sent more than it may. */
  throttled: number
  batches: number
  observations: number
  snapshots: number
  acks: number
  requests: number
}

export const createAgentCounts = (): AgentCounts => ({
  refused: zeros(refusals),
  ended: zeros(agentEndings),
  faults: new Map(),
  nacks: zeros(nackReasons),
  logins: 0,
  frames: 0,
  bytes: 0,
  throttled: 0,
  batches: 0,
  observations: 0,
  snapshots: 0,
  acks: 0,
  requests: 0,
})
