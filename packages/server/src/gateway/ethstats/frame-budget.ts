/** What a session may send: frames and bytes a second, and its address's part of what is read of all. */
import type { ShedClass } from '@netstats/protocol'
import type { FairShare } from '@netstats/sdk/limits'
import { refill, takeTokens } from '@netstats/sdk/limits'
import type { Session } from './ethstats-session.ts'
import type { SessionTable } from './session-table.ts'

export interface FrameBudget<S extends Session> {
  /**
   * Takes a frame from its session's budgets; false where it is to be shed. Blocks and inventory are never shed here: a
   * session that sends too many of them, or too many bytes, is read from more slowly.
   */
  spend(session: S, shedClass: ShedClass, bytes: number, at: number): boolean
  /** Reads again from those whose budget has recovered. */
  recover(at: number): void
  leave(session: S): void
}

// What of its budget a session keeps for the classes above: a flood of `pending` never costs it a block.
const reserves: { readonly [C in ShedClass]?: number } = { latency: 0.5, stats: 0.25, log: 0.25 }

export const createFrameBudget = <S extends Session>(
  table: SessionTable<S>,
  readShare: Pick<FairShare, 'mayGoOn' | 'charge'> | undefined,
): FrameBudget<S> => {
  const { limits, effects } = table
  const throttled = new Set<S>()

  const hasShare = ({ origin }: S): boolean => readShare?.mayGoOn(origin, table.now) !== false

  const hasBudget = (session: S, at: number): boolean =>
    refill(session.bytes, limits.bytes, at) >= 0 && refill(session.frames, limits.frames, at) >= 0 && hasShare(session)

  const throttle = (session: S, at: number): void => {
    if (session.throttled || hasBudget(session, at)) return
    session.throttled = true
    throttled.add(session)
    effects.throttle(session, true)
  }

  return {
    spend(session, shedClass, bytes, at) {
      const reserve = reserves[shedClass]
      if (reserve !== undefined && !takeTokens(session.frames, limits.frames, at, 1, limits.frames.burst * reserve)) {
        return false
      }
      if (reserve === undefined) {
        refill(session.frames, limits.frames, at)
        session.frames.tokens--
      }
      session.bytes.tokens -= bytes
      readShare?.charge(session.origin, table.now, bytes)
      if (session.bytes.tokens < 0 || session.frames.tokens < 0 || !hasShare(session)) throttle(session, at)
      return true
    },
    recover(at) {
      for (const session of throttled) {
        if (!hasBudget(session, at)) continue
        throttled.delete(session)
        session.throttled = false
        effects.throttle(session, false)
      }
    },
    leave: (session) => void throttled.delete(session),
  }
}
