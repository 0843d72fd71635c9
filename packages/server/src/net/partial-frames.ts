/**
 * Bounds what partial frames, which have begun and not ended, hold in memory over all connections. One connection may hold as
 * much as the largest frame; ten thousand of them may not. They are checked once a second: what comes in between two checks
 * is the most that goes unnoticed.
 */
export interface PartialFrame {
  /** Frames that came in whole. */
  delivered: number
  deliveredAtCheck: number
  /** Bytes read from the socket as of the last look that saw a whole frame come. */
  readAtCheck: number
}

export const nothingReceived = (): PartialFrame => ({ delivered: 0, deliveredAtCheck: 0, readAtCheck: 0 })

export interface PartialFrameOptions<S extends PartialFrame> {
  /** Bytes of partial frames in all; above, connections are cut, the largest first. */
  readonly limit: number
  /** Bytes read from the socket since it was opened. */
  readonly bytesRead: (session: S) => number
  readonly cut: (session: S) => void
}

/** What is less than this is no frame worth cutting for. */
const small = 65_536

export const createPartialFrameLimit = <S extends PartialFrame>({ limit, bytesRead, cut }: PartialFrameOptions<S>) => {
  const partialBytes = (session: S): number => {
    const read = bytesRead(session)
    if (session.delivered !== session.deliveredAtCheck) {
      // Messages do not overlap: where one came whole, the one before it did too.
      session.deliveredAtCheck = session.delivered
      session.readAtCheck = read
    }
    return read - session.readAtCheck
  }

  return (sessions: Iterable<S>): void => {
    let total = 0
    const large: { readonly session: S; readonly bytes: number }[] = []
    for (const session of sessions) {
      const bytes = partialBytes(session)
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
