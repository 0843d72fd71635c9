import { moveTo } from './entry.ts'
import type { Entry, Mark } from './entry.ts'
import type { Families } from './families.ts'
import type { Life } from './life.ts'
import { createOutages } from './outages.ts'
import type { Outages } from './outages.ts'
import type { RaiseMemory } from './raises.ts'
import { isWorse } from './severity.ts'
import type { Silences } from './silences.ts'
import { isWorthTelling } from './telling.ts'

/** How alarms go from one state to the next, and their symptoms with them. */
export interface Lifecycle {
  readonly raise: (entry: Entry, parent: Entry | null) => void
  /** What it explained has another cause then, or stands for itself. */
  readonly clear: (entry: Entry, message?: string) => void
  /** Gives its symptoms to another cause, or lets them stand for themselves. */
  readonly release: (entry: Entry) => void
  /** Tells of an open one what changed and is worth it. */
  readonly refresh: (entry: Entry) => void
  readonly outages: Outages
}

export interface LifecycleParts {
  readonly life: Life
  readonly families: Families
  readonly silences: Silences
  readonly raises: RaiseMemory
  readonly nodesOf: (network: string) => number
}

/** Maintenance windows and silences were somebody's decision: they say more than what the engine found. */
const markOf = ({ silenced, parent, flappedAt, hushed }: Entry): Mark | null => {
  if (silenced !== null) return silenced
  if (parent?.record) return { reason: 'parent', by: parent.record.id }
  if (flappedAt !== null) return { reason: 'flapping', by: null }
  return hushed ? { reason: 'silence', by: null } : null
}

export const createLifecycle = ({ life, families, silences, raises, nodesOf }: LifecycleParts): Lifecycle => {
  const refresh = (entry: Entry): void => {
    entry.mark = markOf(entry)
    if (!isWorthTelling(entry, life.at())) return
    // Somebody has a warning in hand; that it became critical is news.
    if (entry.acknowledgedSeverity !== null && isWorse(entry.severity, entry.acknowledgedSeverity)) {
      entry.acknowledgement = null
      entry.acknowledgedSeverity = null
    }
    life.step(entry, 'updated')
  }

  const raise = (entry: Entry, parent: Entry | null): void => {
    const symptoms = families.symptomsOf(entry)
    moveTo(entry, parent)
    for (const symptom of symptoms) moveTo(symptom, entry)
    // Two occurrences in one millisecond would have one id.
    const before = raises.of(entry.key)?.startsAt
    if (before !== undefined && entry.since <= before && before - entry.since < 1000) entry.since = before + 1
    entry.damped = raises.note(entry.key, life.at(), entry.since)
    entry.silenced = silences.markOf(entry, life.at())
    entry.mark = markOf(entry)
    life.step(entry, 'raised')
    for (const symptom of symptoms) refresh(symptom)
  }

  const outages = createOutages(life, families, {
    nodesOf,
    raise: (outage) => raise(outage, families.parentOf(outage)),
    refresh,
  })

  const release = (entry: Entry): void => {
    const released = [...entry.symptoms]
    const unexplained = new Map<string, Entry[]>()
    for (const symptom of released) {
      moveTo(symptom, families.parentOf(symptom))
      // What remains of an outage are too few to be one.
      if (entry.kind !== 'outage' && symptom.parent === null && symptom.kind === 'judged' && symptom.node !== null)
        unexplained.set(symptom.rule, [...(unexplained.get(symptom.rule) ?? []), symptom])
    }
    for (const [rule, symptoms] of unexplained) outages.gather(entry.network, rule, symptoms)
    for (const symptom of released) refresh(symptom)
  }

  return {
    raise,
    release,
    refresh,
    outages,
    clear(entry, message) {
      if (message !== undefined) entry.message = message
      life.step(entry, 'cleared')
      moveTo(entry, null)
      release(entry)
    },
  }
}
