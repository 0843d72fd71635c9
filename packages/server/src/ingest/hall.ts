import { writeServerClose } from '@netstats/protocol/ethstats'
import type { Upward } from '../bus/model.ts'
import { createIngestCounts, isLasting } from './counts.ts'
import type { Ending, IngestCounts, Refusal } from './counts.ts'
import type { Session, SessionEffects, SessionLimits } from './session.ts'

/** What all sessions share. */
export interface Hall<S extends Session> {
  readonly effects: SessionEffects<S>
  readonly limits: SessionLimits
  readonly counts: IngestCounts
  readonly up: Upward
  /** Sessions without a login, oldest first. */
  readonly waiting: Set<S>
  /** Whose login waits for the desk's word. */
  readonly asking: Set<S>
  readonly ready: Set<S>
  /** Monotonic milliseconds, as of the last tick or event that carried it. */
  now: number
  draining: boolean
}

export const createHall = <S extends Session>(
  effects: SessionEffects<S>,
  limits: SessionLimits,
  up: Upward,
): Hall<S> => ({
  effects,
  limits,
  counts: createIngestCounts(),
  up,
  waiting: new Set(),
  asking: new Set(),
  ready: new Set(),
  now: 0,
  draining: false,
})

// Normal closure, policy violation, service restart, try again later (RFC 6455 and its registry).
export const closeCodes = { permanent: 1000, policy: 1008, restart: 1012, later: 1013 } as const

/**
 * Refuses a connection before `ready`. The text `primus::server::close` keeps primus clients away until somebody
 * restarts them, so a temporary refusal is a close and no word.
 */
export const refuse = <S extends Session>(hall: Hall<S>, session: S, reason: Refusal, detail = ''): void => {
  hall.counts.refused[reason]++
  hall.waiting.delete(session)
  hall.asking.delete(session)
  session.state = 'closed'
  hall.effects.log(session, 'refused', detail === '' ? reason : `${reason}: ${detail}`)
  const permanent = isLasting(reason)
  if (permanent) hall.effects.send(session, writeServerClose())
  hall.effects.close(session, permanent ? closeCodes.permanent : closeCodes.later)
}

// The socket is gone or its owner is closing it.
const endsItself: ReadonlySet<Ending> = new Set(['peer', 'oversized', 'protocol-error', 'internal'])

/** Ends a session that had logged in. What it sent before and still waits is worked through. */
export const endSession = <S extends Session>(hall: Hall<S>, session: S, reason: Ending): void => {
  if (session.state !== 'ready') return
  session.state = 'ending'
  hall.ready.delete(session)
  hall.counts.ended[reason]++
  hall.effects.log(session, 'ended', reason)
  if (reason === 'silent' || reason === 'slow-reader' || reason === 'superseded') hall.effects.terminate(session)
  else if (!endsItself.has(reason)) {
    hall.effects.close(session, reason === 'drain' || reason === 'moved' ? closeCodes.restart : closeCodes.policy)
  }
}
