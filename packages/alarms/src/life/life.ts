import type { AlarmRecord, AlarmStepName } from '@netstats/protocol/feed'
import type { Entry, EntryKind } from './entry.ts'
import { createPlaces } from './places.ts'
import type { Places } from './places.ts'
import { recordAfter } from './record.ts'
import type { AlarmStep } from './record.ts'
import { createSubjects } from './subjects.ts'
import type { Subjects } from './subjects.ts'

/** All alarms, and the steps that nobody has taken yet. */
export interface Life {
  readonly entries: ReadonlyMap<string, Entry>
  readonly subjects: Subjects
  readonly about: Places['about']
  readonly byId: (id: string) => Entry | undefined
  readonly at: () => number
  /** To a later time. Where a clock was set back, what is waited for is not waited for as long again. */
  readonly advance: (at: number) => number
  readonly add: (entry: Entry) => void
  /** Takes a pending one away. */
  readonly drop: (entry: Entry) => void
  readonly step: (entry: Entry, name: AlarmStepName) => AlarmRecord
  /** What is kept of it changed, but it is no step. */
  readonly touch: (key: string) => void
  readonly open: () => Iterable<Entry>
  readonly openCount: () => number
  readonly count: (kind: EntryKind) => number
  /** Another number after each step. */
  readonly version: () => number
  readonly takeSteps: () => readonly AlarmStep[]
  /** Keys of what changed since the last call. */
  readonly takeTouched: () => ReadonlySet<string>
}

/** Clocks are corrected all the time; only what is set back further moves what is waited for. */
const usualCorrectionMs = 1000

/** `onSetBack`: times that others keep move with those of the alarms. */
export const createLife = (onSetBack: (byMs: number) => void): Life => {
  const entries = new Map<string, Entry>()
  const open = new Map<string, Entry>()
  const subjects = createSubjects()
  const counts: Record<EntryKind, number> = { judged: 0, reported: 0, outage: 0 }
  const places = createPlaces()
  let steps: AlarmStep[] = []
  let touched = new Set<string>()
  let now = 0
  let version = 0

  const drop = (entry: Entry): void => {
    if (!entries.delete(entry.key)) return
    counts[entry.kind]--
    if (entry.kind === 'judged') subjects.remove(entry)
    places.remove(entry)
    touched.add(entry.key)
  }

  const setBack = (byMs: number): void => {
    for (const entry of entries.values()) {
      if (entry.record === null) entry.since -= byMs
      if (entry.goneAt !== null) entry.goneAt -= byMs
      if (entry.flappedAt !== null) entry.flappedAt -= byMs
      if (entry.heardAt !== null) entry.heardAt -= byMs
    }
    onSetBack(byMs)
  }

  return {
    entries,
    subjects,
    about: places.about,
    byId: (id) => open.get(id),
    at: () => now,
    advance(at) {
      if (now - at > usualCorrectionMs) setBack(now - at)
      now = now - at > usualCorrectionMs ? at : Math.max(now, at)
      return now
    },
    add(entry) {
      entries.set(entry.key, entry)
      counts[entry.kind]++
      if (entry.kind === 'judged') subjects.add(entry)
      places.add(entry)
      if (entry.record !== null) open.set(entry.record.id, entry)
      touched.add(entry.key)
    },
    drop,
    step(entry, name) {
      const record = recordAfter(entry, name, now)
      entry.record = record
      if (name === 'raised') open.set(record.id, entry)
      if (name === 'cleared') {
        open.delete(record.id)
        drop(entry)
      }
      touched.add(entry.key)
      steps.push({ name, at: now, alarm: record })
      version++
      return record
    },
    touch: (key) => void touched.add(key),
    open: () => open.values(),
    openCount: () => open.size,
    count: (kind) => counts[kind],
    version: () => version,
    takeSteps() {
      const taken = steps
      steps = []
      return taken
    },
    takeTouched() {
      const taken = touched
      touched = new Set()
      return taken
    },
  }
}
