/**
 * Finds sessions whose peer is dead or reads nothing, answers the core when it wants to know whether one is alive, and sends
 * `primus::ping` to those that need it.
 */
import { writePrimusPing } from '@netstats/protocol/ethstats'
import { isSilent } from '../../lib/liveness.ts'
import { mayWantPrimusPing, wantsPrimusPing } from '../../lib/primus-keep-alive.ts'
import type { Session } from './ethstats-session.ts'
import { endSession } from './session-table.ts'
import type { SessionTable } from './session-table.ts'

export interface SessionLiveness<S extends Session> {
  /** It has logged in. */
  watch(session: S): void
  /** The core wants to know whether it is alive. */
  probe(session: S): void
  heard(session: S): void
  /** It has answered a ping. */
  answered(session: S): void
  leave(session: S): void
  /** Once a second; each session is checked once in `pingEveryMs`. */
  tick(at: number): void
}

const unsentLimit = 1 << 20

export const createSessionLiveness = <S extends Session>(table: SessionTable<S>): SessionLiveness<S> => {
  const { limits, effects, send } = table
  const mostSilent = Math.ceil(limits.silenceMs / limits.pingEveryMs)
  const bucketCount = Math.max(1, Math.round(limits.pingEveryMs / 1000))
  const buckets = Array.from({ length: bucketCount }, () => new Set<S>())
  const primus = new Set<S>()
  const probed = new Set<S>()
  let bucketNow = 0

  const bucketOf = (session: S): Set<S> => buckets[session.serial % bucketCount] as Set<S>

  const checkLiveness = (session: S): void => {
    if (effects.unsent(session) > unsentLimit) return endSession(table, session, 'slow-reader')
    // A ping and its pong cost like two reports: one that speaks is alive, and every other time is enough for the round trip.
    const spare = session.heard && !session.pingSpared
    // One that is not read from is not silent.
    session.heard ||= session.paused || session.throttled
    if (isSilent(session, mostSilent)) return endSession(table, session, 'silent')
    session.pingSpared = spare
    if (!spare) effects.ping(session)
  }

  const alive = (session: S): void => {
    session.probed = false
    session.probedTwice = false
    probed.delete(session)
    send({ type: 'alive', session: session.serial })
  }

  /**
   * One that is not read from cannot answer, and is busy rather than dead. Whether its connection is gone shows when it is
   * written to: at the second time, where the peer was killed without a word.
   */
  const probeAgain = (session: S): void => {
    if (!session.paused && !session.throttled) return
    if (session.probedTwice) return alive(session)
    session.probedTwice = true
    effects.ping(session)
  }

  const sendPrimusPing = (session: S, at: number): void => {
    if (table.now < session.primusDueAt) return
    if (!wantsPrimusPing(session)) return void primus.delete(session)
    session.primusDueAt = table.now + limits.primusEveryMs
    effects.send(session, writePrimusPing(at))
  }

  return {
    watch(session) {
      bucketOf(session).add(session)
      if (mayWantPrimusPing(session)) primus.add(session)
    },
    probe(session) {
      session.probed = true
      probed.add(session)
      effects.ping(session)
    },
    // What it has sent may have waited unread since before it died: of those that answer pings, only an answer shows life.
    heard(session) {
      session.heard = true
      if (session.probed && !session.answersPings) alive(session)
    },
    answered(session) {
      session.answersPings = true
      session.heard = true
      if (session.probed) alive(session)
    },
    leave(session) {
      bucketOf(session).delete(session)
      primus.delete(session)
      probed.delete(session)
    },
    tick(at) {
      for (const session of probed) probeAgain(session)
      for (const session of primus) sendPrimusPing(session, at)
      bucketNow = (bucketNow + 1) % bucketCount
      for (const session of buckets[bucketNow] ?? []) checkLiveness(session)
    },
  }
}
