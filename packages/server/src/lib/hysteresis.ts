/**
 * A trouble that comes and goes within seconds is one trouble: it begins at once, and ends when nothing of it was seen for
 * some time. Else a state would flip each second, and each flip would be news.
 */
export interface Calm {
  /** Says whether the trouble lasts. `seen`: there was some since the last look. */
  look(seen: boolean, now: number): boolean
}

const calmMs = 30_000

export const createCalm = (forMs: number = calmMs): Calm => {
  let seenAt: number | undefined
  return {
    look(seen, now) {
      if (seen) seenAt = now
      else if (seenAt !== undefined && now - seenAt >= forMs) seenAt = undefined
      return seenAt !== undefined
    },
  }
}
