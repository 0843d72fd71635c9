import type { Entry, Mark } from './entry.ts'
import type { Life } from './life.ts'
import { isWorse } from './severity.ts'
import type { Silences } from './silences.ts'

/** A message in which other words stand is told after so long, one in which only numbers differ, or less severity, later. */
const textAfterMs = 60_000
const numbersAfterMs = 5 * 60_000

const withoutNumbers = (text: string): string => text.replaceAll(/\d[\d.,:]*/g, '#')

/** How alarms go from one state to the next. */
export interface Lifecycle {
  readonly raise: (entry: Entry) => void
  readonly clear: (entry: Entry, message?: string) => void
  /** Tells of an open one what changed and is worth it. */
  readonly refresh: (entry: Entry) => void
}

const sameMark = (a: Mark | null, b: Mark | null): boolean => a?.reason === b?.reason && a?.by === b?.by

const isWorthTelling = (entry: Entry, now: number): boolean => {
  const { record, severity, message, symptoms } = entry
  if (record === null) return false
  if (!sameMark(entry.mark, record.suppressed) || (entry.parent?.record?.id ?? null) !== record.parent) return true
  if (isWorse(severity, record.severity)) return true
  const age = now - record.updatedAt
  if (age < textAfterMs) return false
  if (symptoms.size !== record.symptoms || age >= numbersAfterMs)
    return symptoms.size !== record.symptoms || severity !== record.severity || message !== record.message
  return message !== record.message && withoutNumbers(message) !== withoutNumbers(record.message)
}

export const createLifecycle = (life: Life, silences: Silences): Lifecycle => {
  const markOf = (entry: Entry): Mark | null => {
    const silenced = silences.markOf(entry)
    if (silenced !== null) return silenced
    if (entry.parent?.record) return { reason: 'parent', by: entry.parent.record.id }
    return entry.hushed ? { reason: 'silence', by: null } : null
  }

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

  return {
    raise(entry) {
      entry.mark = markOf(entry)
      life.step(entry, 'raised')
    },
    clear(entry, message) {
      if (message !== undefined) entry.message = message
      life.step(entry, 'cleared')
      entry.parent?.symptoms.delete(entry)
      for (const symptom of entry.symptoms) {
        symptom.parent = null
        refresh(symptom)
      }
    },
    refresh,
  }
}
