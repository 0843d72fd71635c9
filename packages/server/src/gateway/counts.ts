import { zeros } from '../lib/tally.ts'
import { ethstatsEvents } from '@netstats/protocol/ethstats'
import type { EthstatsEvent } from '@netstats/protocol/ethstats'
import { refusals } from '../bus/refusals.ts'
import type { Refusal } from '../bus/refusals.ts'

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

/** What the ethstats protocol has counted since it started. Plain numbers: read when somebody scrapes. */
export interface EthstatsCounts {
  readonly refused: Record<Refusal, number>
  readonly ended: Record<Ending, number>
  readonly events: Record<EthstatsEvent | 'unknown', number>
  /** Frames that were not understood or not allowed, by code. */
  readonly badFrames: Map<string, number>
  /** Live sessions by client family. */
  readonly clients: Map<string, number>
  logins: number
  bytes: number
  historyRequests: number
  historyBlocks: number
}

export const createEthstatsCounts = (): EthstatsCounts => ({
  refused: zeros(refusals),
  ended: zeros(endings),
  events: zeros([...ethstatsEvents, 'unknown'] as const),
  badFrames: new Map(),
  clients: new Map(),
  logins: 0,
  bytes: 0,
  historyRequests: 0,
  historyBlocks: 0,
})

/** Adds to a labelled count. Past 200 labels the rest is `other`: labels must not grow with what peers send. */
export const bump = (counts: Map<string, number>, label: string, by = 1): void => {
  const known = counts.get(label)
  if (known !== undefined || counts.size < 200) counts.set(label, (known ?? 0) + by)
  else counts.set('other', (counts.get('other') ?? 0) + by)
}
