import { goes } from './entry.ts'
import type { Entry } from './entry.ts'
import { quietMs } from './raises.ts'
import { raisingIn } from './raising.ts'
import type { RaisingParts } from './raising.ts'
import type { Silences } from './silences.ts'

/** A cause waits so long for symptoms that are about to be cleared. */
const patienceMs = 60_000
/** What was reported once and then never again is over. */
const reportedForMs = 7 * 24 * 3_600_000

export interface TickParts extends RaisingParts {
  readonly silences: Silences
}

const ancestors = (entry: Entry): number => (entry.parent === null ? 0 : 1 + ancestors(entry.parent))

export const tickIn = (parts: TickParts): ((at: number) => void) => {
  const { life, lifecycle, silences } = parts
  const raiseDue = raisingIn(parts)
  const { outages } = lifecycle

  const quietOf = (entry: Entry): number => (entry.damped ? Math.max(entry.clearAfter, quietMs) : entry.clearAfter)

  const isOver = (entry: Entry, now: number): boolean => {
    if (entry.record === null || entry.goneAt === null) return false
    const gone = now - entry.goneAt - quietOf(entry)
    return gone >= patienceMs || (gone >= 0 && !entry.symptoms.values().some(({ goneAt }) => goneAt !== null))
  }

  const clearDue = (now: number): void => {
    const gone: [ancestors: number, entry: Entry][] = []
    for (const entry of life.entries.values())
      if (entry.record !== null && entry.goneAt !== null && now - entry.goneAt >= entry.clearAfter)
        gone.push([ancestors(entry), entry])
    // Symptoms first: none of them is notified between its cause's end and its own.
    for (const [, entry] of gone.toSorted(([a], [b]) => b - a)) if (isOver(entry, now)) lifecycle.clear(entry)
  }

  const lookAtOutage = (outage: Entry): void => {
    outages.look(outage)
    // It stays open because it comes and goes; what is left of it is told meanwhile.
    if (outage.goneAt !== null && outage.damped) lifecycle.release(outage)
  }

  const age = (entry: Entry, now: number): void => {
    const until = entry.acknowledgement?.until ?? null
    if (until !== null && until <= now) {
      entry.acknowledgement = null
      entry.acknowledgedSeverity = null
      life.step(entry, 'updated')
    }
    const isSteady = entry.flappedAt !== null && entry.goneAt === null && now - entry.flappedAt >= quietMs
    const isUnheard = entry.heardAt !== null && entry.goneAt === null && now - entry.heardAt >= reportedForMs
    if (isSteady) entry.flappedAt = null
    if (isUnheard) goes(entry, now)
    if (isSteady || isUnheard) life.touch(entry.key)
  }

  return (at) => {
    const now = life.advance(at)
    const silencesChanged = silences.advance(now)
    for (const entry of life.entries.values()) if (entry.kind === 'outage') lookAtOutage(entry)
    clearDue(now)
    raiseDue(now)
    for (const entry of life.entries.values()) {
      if (entry.record === null) continue
      if (silencesChanged) entry.silenced = silences.markOf(entry, now)
      if (entry.kind === 'outage' && entry.goneAt === null) outages.describe(entry)
      age(entry, now)
      lifecycle.refresh(entry)
    }
  }
}
