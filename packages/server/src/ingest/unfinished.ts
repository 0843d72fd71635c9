/**
 * Bounds what frames that have begun and not ended hold in memory, over all connections. One connection may hold as much
 * as the largest frame; ten thousand of them may not. A look a second: what comes in within one is the most that goes
 * unseen.
 */
export interface Incoming {
  /** Frames that came in whole. */
  delivered: number
  deliveredAtLook: number
  /** Bytes read from the socket as of the last look that saw a whole frame come. */
  readAtLook: number
}

export const noneIncoming = (): Incoming => ({ delivered: 0, deliveredAtLook: 0, readAtLook: 0 })

export interface UnfinishedOptions<S extends Incoming> {
  /** Bytes of unfinished frames in all; above, connections are cut, the largest first. */
  readonly limit: number
  /** Bytes read from the socket since it was opened. */
  readonly bytesRead: (session: S) => number
  readonly cut: (session: S) => void
}

/** What is less than this is no frame worth cutting for. */
const small = 65_536

export const createUnfinishedWatch = <S extends Incoming>({ limit, bytesRead, cut }: UnfinishedOptions<S>) => {
  const unfinished = (session: S): number => {
    const read = bytesRead(session)
    if (session.delivered !== session.deliveredAtLook) {
      // Messages do not overlap: where one came whole, the one before it did too.
      session.deliveredAtLook = session.delivered
      session.readAtLook = read
    }
    return read - session.readAtLook
  }

  return (sessions: Iterable<S>): void => {
    let total = 0
    const large: { readonly session: S; readonly bytes: number }[] = []
    for (const session of sessions) {
      const bytes = unfinished(session)
      total += bytes
      if (bytes > small) large.push({ session, bytes })
    }
    if (total <= limit) return
    large.sort((a, b) => b.bytes - a.bytes)
    for (const { session, bytes } of large) {
      if (total <= limit) return
      total -= bytes
      cut(session)
    }
  }
}
