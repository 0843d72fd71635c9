import type { Clock } from '@netstats/sdk'
import { isMissingMethod } from './rpc/messages.ts'
import type { Reply } from './rpc/messages.ts'

/** How long a method that the client lacks is left alone: long enough to cost nothing, short enough to see an upgrade. */
const againAfterMs = 10 * 60_000

/** Which of the methods that not every client has are worth asking for. */
export interface OptionalMethods {
  wanted(method: string): boolean
  learn(method: string, reply: Reply): void
  /** Another client answers now: everything is worth asking again. */
  forget(): void
}

export const createOptionalMethods = (clock: Pick<Clock, 'monotonic'>): OptionalMethods => {
  const absentUntil = new Map<string, number>()
  return {
    wanted: (method) => (absentUntil.get(method) ?? -Infinity) <= clock.monotonic(),
    learn: (method, reply) => {
      if (isMissingMethod(reply)) absentUntil.set(method, clock.monotonic() + againAfterMs)
      else absentUntil.delete(method)
    },
    forget: () => absentUntil.clear(),
  }
}
