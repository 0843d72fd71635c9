import type { NackReason } from '../../bus/model.ts'
import { nackReasons } from '../../bus/model.ts'
import { refusals } from '../counts.ts'
import type { Refusal } from '../counts.ts'

/** Why a session that had been let in ended. */
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
  batches: number
  observations: number
  nows: number
  acks: number
  asked: number
}

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

export const createAgentCounts = (): AgentCounts => ({
  refused: zeros(refusals),
  ended: zeros(agentEndings),
  faults: new Map(),
  nacks: zeros(nackReasons),
  logins: 0,
  frames: 0,
  bytes: 0,
  batches: 0,
  observations: 0,
  nows: 0,
  acks: 0,
  asked: 0,
})
