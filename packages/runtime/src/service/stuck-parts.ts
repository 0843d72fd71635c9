import type { Clock } from '@netstats/sdk'

/** A part that is looked at from outside, so that it need not notice by itself that it is stuck. */
export interface WatchedPart {
  readonly id: string
  /** A number that changes whenever the part gets on; undefined while it has nothing to do. */
  progress(): number | undefined
  /** A part that has something to do and got no further for so long is stuck. */
  readonly boundMs: number
}

export interface StuckPart {
  readonly id: string
  /** Since it got on last, milliseconds. */
  readonly forMs: number
}

/** Looks at parts again and again; the first look at a part, and one after it had nothing to do, begins its time. */
export const createStuckParts = (
  clock: Pick<Clock, 'monotonic'>,
): ((parts: readonly WatchedPart[]) => readonly StuckPart[]) => {
  let seen = new Map<string, { readonly progress: number; readonly since: number }>()
  return (parts) => {
    const now = clock.monotonic()
    const stuck: StuckPart[] = []
    const next: typeof seen = new Map()
    for (const part of parts) {
      const progress = part.progress()
      if (progress === undefined) continue
      const before = seen.get(part.id)
      const since = before?.progress === progress ? before.since : now
      next.set(part.id, { progress, since })
      if (now - since > part.boundMs) stuck.push({ id: part.id, forMs: now - since })
    }
    seen = next
    return stuck
  }
}
