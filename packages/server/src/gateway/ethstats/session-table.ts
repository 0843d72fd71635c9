/** All ethstats sessions of a gateway by state, and how one of them is refused or ended. */
import { writeServerClose } from '@netstats/protocol/ethstats'
import type { SendMessage } from '../../bus/bus.ts'
import { isFaulty, isPassing } from '../../bus/refusal-cures.ts'
import { isLasting } from '../../bus/refusals.ts'
import type { Refusal } from '../../bus/refusals.ts'
import { createTokenBucket, takeTokens } from '@netstats/sdk/limits'
import { bump, createEthstatsCounts } from '../counts.ts'
import type { Ending, EthstatsCounts } from '../counts.ts'
import type { Session, SessionEffects, SessionLimits } from './ethstats-session.ts'

export interface SessionTable<S extends Session> {
  readonly effects: SessionEffects<S>
  readonly limits: SessionLimits
  readonly counts: EthstatsCounts
  /** To the core. */
  readonly send: SendMessage
  /** Sessions without a login, oldest first. */
  readonly awaitingHello: Set<S>
  /** Whose login the core has not answered yet. */
  readonly authenticating: Set<S>
  readonly active: Set<S>
  /** Those the core knows of, by serial. */
  readonly known: Map<number, S>
  /** Monotonic milliseconds, as of the last tick or event that carried it. */
  now: number
  draining: boolean
}

export const createSessionTable = <S extends Session>(
  effects: SessionEffects<S>,
  limits: SessionLimits,
  send: SendMessage,
): SessionTable<S> => ({
  effects,
  limits,
  counts: createEthstatsCounts(),
  send,
  awaitingHello: new Set(),
  authenticating: new Set(),
  active: new Set(),
  known: new Map(),
  now: 0,
  draining: false,
})

// Normal closure, policy violation, service restart, try again later (RFC 6455 and its registry).
const closeCodes = { permanent: 1000, policy: 1008, restart: 1012, later: 1013 } as const

/**
 * Refuses a connection before `ready`. The text `primus::server::close` keeps primus clients away until somebody
 * restarts them, so a temporary refusal is a close and no word.
 */
export const refuse = <S extends Session>(table: SessionTable<S>, session: S, reason: Refusal, detail = ''): void => {
  table.counts.refused[reason]++
  table.awaitingHello.delete(session)
  table.authenticating.delete(session)
  session.state = 'closed'
  table.effects.log(session, 'refused', detail === '' ? reason : `${reason}: ${detail}`)
  if (!isPassing(reason)) table.effects.refused(session, reason)
  const permanent = isLasting(reason)
  if (permanent) table.effects.send(session, writeServerClose())
  table.effects.close(session, permanent ? closeCodes.permanent : closeCodes.later)
}

// The socket is gone or its owner is closing it.
const endsItself: ReadonlySet<Ending> = new Set(['peer', 'oversized', 'protocol-error', 'internal'])

/** Ends a session that had logged in. What it sent before and still waits is worked through. */
export const endSession = <S extends Session>(table: SessionTable<S>, session: S, reason: Ending): void => {
  if (session.state !== 'active') return
  session.state = 'ending'
  table.active.delete(session)
  table.counts.ended[reason]++
  table.effects.log(session, 'ended', reason)
  if (isFaulty(reason)) table.effects.refused(session, reason)
  if (reason === 'silent' || reason === 'slow-reader' || reason === 'superseded') table.effects.terminate(session)
  else if (!endsItself.has(reason)) {
    table.effects.close(session, reason === 'drain' || reason === 'moved' ? closeCodes.restart : closeCodes.policy)
  }
}

/** Counts a fault of the peer; one that makes too many is refused or ended. */
export const countFault = <S extends Session>(table: SessionTable<S>, session: S, code: string, at: number): void => {
  bump(table.counts.badFrames, code)
  session.faults ??= createTokenBucket(table.limits.faults, at)
  if (takeTokens(session.faults, table.limits.faults, at)) return
  if (session.state === 'active') endSession(table, session, 'faults')
  else if (session.state === 'awaiting-hello') refuse(table, session, 'malformed-hello', 'too many faults')
}
