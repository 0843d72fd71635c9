/**
 * How many blocks a node is asked for at a time. A response that is larger than a frame may be ends the session, and the
 * next session of the node would get the same request: what failed is requested in halves, and not at all where single
 * blocks fail. Kept from one session to the next, until the server ends.
 */
import { createBoundedMap } from '@netstats/sdk/limits'

interface Requested {
  readonly id: string
  readonly network: string
  /** Most blocks its client answers with. */
  readonly historyBatch: number
}

export interface RequestSizes {
  /** 0 where the node gets no request. */
  of(session: Requested): number
  answered(session: Requested, size: number): void
  /** A request of this size was never answered. */
  lost(session: Requested, size: number): void
}

/** Names come from outside, so they are bounded: the one that failed longest ago starts again. */
const maxNodes = 10_000
/** Requests for a single block that failed in a row, after which a node gets no more. */
const maxSingles = 2

export const createRequestSizes = (): RequestSizes => {
  const known = createBoundedMap<string, { readonly size: number; readonly singles: number }>(maxNodes)
  const keyOf = ({ network, id }: Requested): string => `${network}\n${id}`
  const remember = (key: string, size: number, singles: number): void => known.touch(key, { size, singles })
  return {
    of: (session) => {
      const found = known.get(keyOf(session))
      if (found === undefined) return session.historyBatch
      return found.singles >= maxSingles ? 0 : Math.min(found.size, session.historyBatch)
    },
    answered: (session, size) => {
      const key = keyOf(session)
      const found = known.get(key)
      if (found === undefined || size < found.size) return
      if (size * 2 >= session.historyBatch) known.delete(key)
      else remember(key, size * 2, 0)
    },
    lost: (session, size) => {
      const key = keyOf(session)
      const singles = size === 1 ? (known.get(key)?.singles ?? 0) + 1 : 0
      remember(key, Math.max(1, Math.floor(size / 2)), singles)
    },
  }
}
