import type { AlarmRecord, AlarmStepName } from '@netstats/protocol/feed'
import type { Subject } from '../rule.ts'
import type { Entry, EntryKind } from './entry.ts'
import { recordAfter } from './record.ts'
import type { AlarmStep } from './record.ts'
import { createSubjects } from './subjects.ts'
import type { Subjects } from './subjects.ts'

/** All alarms, and the steps that nobody has taken yet. */
export interface Life {
  readonly entries: ReadonlyMap<string, Entry>
  readonly subjects: Subjects
  /** Of a node, a network with all its nodes, or the server. */
  readonly about: (subject: Subject) => Iterable<Entry>
  readonly byId: (id: string) => Entry | undefined
  /** Newest time given. */
  readonly at: () => number
  readonly advance: (at: number) => number
  readonly add: (entry: Entry) => void
  /** Takes a pending one away. */
  readonly drop: (entry: Entry) => void
  readonly step: (entry: Entry, name: AlarmStepName) => AlarmRecord
  /** What is kept of it changed, but it is no step. */
  readonly touch: (entry: Entry) => void
  readonly open: () => Iterable<Entry>
  readonly openCount: () => number
  readonly count: (kind: EntryKind) => number
  /** Another number after each step. */
  readonly version: () => number
  readonly takeSteps: () => readonly AlarmStep[]
  /** Keys of what changed since the last call. */
  readonly takeTouched: () => ReadonlySet<string>
}

export const createLife = (): Life => {
  const entries = new Map<string, Entry>()
  const open = new Map<string, Entry>()
  const subjects = createSubjects()
  const counts: Record<EntryKind, number> = { judged: 0, reported: 0, outage: 0 }
  const places = new Map<string | null, Map<string | null, Set<Entry>>>()
  let steps: AlarmStep[] = []
  let touched = new Set<string>()
  let now = 0
  let version = 0

  const drop = (entry: Entry): void => {
    if (!entries.delete(entry.key)) return
    counts[entry.kind]--
    if (entry.kind === 'judged') subjects.remove(entry)
    const nodes = places.get(entry.network)
    const there = nodes?.get(entry.node)
    there?.delete(entry)
    if (there?.size === 0) nodes?.delete(entry.node)
    if (nodes?.size === 0) places.delete(entry.network)
    touched.add(entry.key)
  }

  return {
    entries,
    subjects,
    about({ network, node }) {
      const nodes = places.get(network)
      if (network !== null && node === null) return [...(nodes?.values() ?? [])].flatMap((there) => [...there])
      return [...(nodes?.get(node) ?? [])]
    },
    byId: (id) => open.get(id),
    at: () => now,
    advance: (at) => (now = Math.max(now, at)),
    add(entry) {
      entries.set(entry.key, entry)
      counts[entry.kind]++
      if (entry.kind === 'judged') subjects.add(entry)
      const nodes = places.get(entry.network) ?? new Map<string | null, Set<Entry>>()
      places.set(entry.network, nodes)
      const there = nodes.get(entry.node) ?? new Set<Entry>()
      nodes.set(entry.node, there.add(entry))
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
    touch: (entry) => void touched.add(entry.key),
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
