import type { Subject } from '../rule.ts'
import type { Cause, Causes } from './causes.ts'
import type { Entry } from './entry.ts'
import { keyOfOutage } from './identity.ts'
import type { Life } from './life.ts'

/** Who is whose symptom, by the causes that rules have. */
export interface Families {
  /** The open alarm that explains it best; null: it stands for itself. */
  readonly parentOf: (entry: Entry) => Entry | null
  /** One that would explain it is about to be raised, within so many milliseconds. */
  readonly awaits: (entry: Entry, withinMs: number) => boolean
  /** Open alarms that this one explains and none does yet. */
  readonly symptomsOf: (cause: Entry) => readonly Entry[]
}

export const createFamilies = (life: Life, causes: Causes): Families => {
  /** What nodes report is in their own words: a rule of the same name is none of theirs. */
  const ruleOf = (entry: Entry): string | undefined => {
    if (entry.kind === 'reported') return undefined
    return entry.kind === 'outage' ? entry.labels['rule'] : entry.rule
  }

  const causing = (entry: Entry, { rule, about }: Cause): readonly Entry[] => {
    if (about === 'node' ? entry.node === null : (about === 'server') !== (entry.network === null)) return []
    const subject: Subject = { network: entry.network, node: about === 'node' ? entry.node : null }
    return life.subjects.of(rule, subject) ?? []
  }

  const causesOf = (entry: Entry): readonly Cause[] => {
    const rule = ruleOf(entry)
    return rule === undefined ? [] : causes.of(rule)
  }

  return {
    parentOf(entry) {
      for (const cause of causesOf(entry)) {
        const open = causing(entry, cause).find(({ record }) => record !== null)
        if (open !== undefined) return open
      }
      return null
    },
    awaits: (entry, withinMs) =>
      causesOf(entry).some((cause) =>
        causing(entry, cause).some(
          ({ record, since, holdFor }) => record === null && since + holdFor - life.at() <= withinMs,
        ),
      ),
    symptomsOf(cause) {
      if (cause.kind !== 'judged') return []
      const found: Entry[] = []
      if (cause.node !== null)
        for (const rule of causes.symptomsOf(cause.rule, 'node')) found.push(...(life.subjects.of(rule, cause) ?? []))
      else if (cause.network === null)
        for (const rule of causes.symptomsOf(cause.rule, 'server')) found.push(...(life.subjects.of(rule, cause) ?? []))
      else
        for (const rule of causes.symptomsOf(cause.rule, 'network')) {
          for (const there of life.subjects.inNetwork(rule, cause.network)?.values() ?? []) found.push(...there)
          const outage = life.entries.get(keyOfOutage(cause.network, rule))
          if (outage !== undefined) found.push(outage)
        }
      return found.filter(({ record, parent }) => record !== null && parent === null)
    },
  }
}
