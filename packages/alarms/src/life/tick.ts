import type { Entry } from './entry.ts'
import type { Life } from './life.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Silences } from './silences.ts'

export const tickIn = (life: Life, lifecycle: Lifecycle, silences: Silences) => {
  const endAcknowledgement = (entry: Entry, now: number): void => {
    const until = entry.acknowledgement?.until ?? null
    if (until === null || until > now) return
    entry.acknowledgement = null
    entry.acknowledgedSeverity = null
    life.step(entry, 'updated')
  }

  return (at: number): void => {
    const now = life.advance(at)
    silences.advance(now)
    for (const entry of life.entries.values())
      if (entry.record !== null && entry.goneAt !== null && now - entry.goneAt >= entry.clearAfter)
        lifecycle.clear(entry)
    for (const entry of life.entries.values()) {
      if (entry.record === null) {
        if (now - entry.since >= entry.holdFor) lifecycle.raise(entry)
        continue
      }
      endAcknowledgement(entry, now)
      lifecycle.refresh(entry)
    }
  }
}
