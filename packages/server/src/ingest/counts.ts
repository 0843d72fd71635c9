import { accessRefusals, lastingRefusals } from '../access/model.ts'
import { ethstatsEvents } from '@netstats/protocol/ethstats'
import type { EthstatsEvent } from '@netstats/protocol/ethstats'

/** Why a connection was not let in, or a login not accepted. */
export const refusals = [
  ...accessRefusals,
  'malformed-hello',
  'duplicate-id',
  'network-full',
  'draining',
  'login-timeout',
  'too-much-before-login',
  'store-starting',
  'server-full',
  'too-many-connections',
  'too-many-logins',
  'too-many-from-address',
  'address-rate',
] as const
export type Refusal = (typeof refusals)[number]

/** Whether trying again with the same words can not help: such a peer should be slow to come back. */
export const isLasting = (reason: Refusal): boolean =>
  reason === 'malformed-hello' || (lastingRefusals as ReadonlySet<Refusal>).has(reason)

/** Why the server ended a session that had logged in. */
export const endings = [
  'silent',
  'faults',
  'slow-reader',
  'superseded',
  'moved',
  'drain',
  'revoked',
  'oversized',
  'protocol-error',
  'internal',
  'peer',
] as const
export type Ending = (typeof endings)[number]

/** What the ethstats ingest has counted since it started. Plain numbers: read when somebody scrapes. */
export interface IngestCounts {
  readonly refused: Record<Refusal, number>
  readonly ended: Record<Ending, number>
  readonly events: Record<EthstatsEvent | 'unknown', number>
  /** Frames that were not understood or not allowed, by code. */
  readonly badFrames: Map<string, number>
  /** Live sessions by client family. */
  readonly clients: Map<string, number>
  logins: number
  bytes: number
  historyAsked: number
  historyBlocks: number
}

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

export const createIngestCounts = (): IngestCounts => ({
  refused: zeros(refusals),
  ended: zeros(endings),
  events: zeros([...ethstatsEvents, 'unknown'] as const),
  badFrames: new Map(),
  clients: new Map(),
  logins: 0,
  bytes: 0,
  historyAsked: 0,
  historyBlocks: 0,
})

/** Adds to a labelled count. Past 200 labels the rest is `other`: labels must not grow with what peers send. */
export const bump = (counts: Map<string, number>, label: string, by = 1): void => {
  const known = counts.get(label)
  if (known !== undefined || counts.size < 200) counts.set(label, (known ?? 0) + by)
  else counts.set('other', (counts.get('other') ?? 0) + by)
}
