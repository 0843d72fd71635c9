import type { NodeInfo } from '@netstats/protocol'
import type { Session, SessionEffects, SessionLimits } from './session.ts'
import { createIngestCounts } from './counts.ts'
import type { Ending, IngestCounts, Refusal } from './counts.ts'
import type { SecretCheck } from './secrets.ts'
import { writeServerClose } from '@netstats/protocol/ethstats'
import type { TokenBucket } from './token-bucket.ts'

/** A login that waits for an older session of its id to prove that it lives. */
export interface Claim<S> {
  readonly challenger: S
  readonly holder: S
  readonly info: LoginInfo
  readonly deadline: number
}

export interface LoginInfo {
  readonly id: string
  readonly info: NodeInfo
}

/** What all sessions share. */
export interface Hall<S extends Session> {
  readonly effects: SessionEffects<S>
  readonly limits: SessionLimits
  readonly counts: IngestCounts
  readonly accepts: SecretCheck
  /** Sessions without a login, oldest first. */
  readonly waiting: Set<S>
  /** Who holds an id. */
  readonly owners: Map<string, S>
  readonly claims: Map<string, Claim<S>>
  /** Failed logins by address. */
  readonly failures: Map<string, TokenBucket>
  /** Address and key of logins that were good: a bad neighbour behind the same proxy does not lock them out. */
  readonly known: Set<string>
  /** Monotonic milliseconds, as of the last tick or event that carried it. */
  now: number
  draining: boolean
}

export const createHall = <S extends Session>(
  effects: SessionEffects<S>,
  limits: SessionLimits,
  accepts: SecretCheck,
): Hall<S> => ({
  effects,
  limits,
  counts: createIngestCounts(),
  accepts,
  waiting: new Set(),
  owners: new Map(),
  claims: new Map(),
  failures: new Map(),
  known: new Set(),
  now: 0,
  draining: false,
})

// Normal closure, policy violation, service restart, try again later (RFC 6455 and its registry).
export const closeCodes = { permanent: 1000, policy: 1008, restart: 1012, later: 1013 } as const

const permanent: ReadonlySet<Refusal> = new Set(['bad-secret', 'malformed-hello'])

/**
 * Refuses a connection before `ready`. The text `primus::server::close` keeps primus clients away until somebody
 * restarts them, so a temporary refusal is a close and no word.
 */
export const refuse = <S extends Session>(hall: Hall<S>, session: S, reason: Refusal, detail = ''): void => {
  hall.counts.refused[reason]++
  hall.waiting.delete(session)
  session.state = 'closed'
  hall.effects.log(session, 'refused', detail === '' ? reason : `${reason}: ${detail}`)
  if (permanent.has(reason)) hall.effects.send(session, writeServerClose())
  hall.effects.close(session, permanent.has(reason) ? closeCodes.permanent : closeCodes.later)
}

// The socket is gone or its owner is closing it.
const endsItself: ReadonlySet<Ending> = new Set(['peer', 'oversized', 'protocol-error', 'internal'])

/** Ends a session that had logged in. What it sent before and still waits is worked through. */
export const endSession = <S extends Session>(hall: Hall<S>, session: S, reason: Ending): void => {
  if (session.state !== 'ready') return
  session.state = 'ending'
  hall.counts.ended[reason]++
  hall.effects.log(session, 'ended', reason)
  if (reason === 'silent' || reason === 'slow-reader' || reason === 'superseded') hall.effects.terminate(session)
  else if (!endsItself.has(reason)) {
    hall.effects.close(session, reason === 'drain' || reason === 'moved' ? closeCodes.restart : closeCodes.policy)
  }
}
