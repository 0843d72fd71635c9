import type { Silence } from '@netstats/protocol/feed'
import type { Entry } from './entry.ts'
import type { Life } from './life.ts'

/** As JSON. Its size follows from the limits of the engine. */
export interface EngineState {
  readonly version: 1
  readonly at: number
  readonly entries: readonly EntryState[]
  readonly silences: readonly Silence[]
}

/** Links between alarms are the keys of the others. */
export type EntryState = Omit<Entry, 'parent' | 'symptoms'> & { readonly parent: string | null }

/** Of a state that is kept in pieces: what to write over what was there before. */
export interface StateChanges {
  readonly at: number
  /** Null: it is over. */
  readonly entries: readonly (readonly [key: string, entry: EntryState | null])[]
  /** Undefined: as before. */
  readonly silences: readonly Silence[] | undefined
}

export const entryState = (entry: Entry): EntryState => {
  const { symptoms: _symptoms, parent, ...plain } = entry
  return { ...plain, parent: parent?.key ?? null }
}

export const restoreInto = (life: Life, state: EngineState): void => {
  life.advance(state.at)
  for (const entry of state.entries) life.add({ ...entry, parent: null, symptoms: new Set() })
  for (const { key, parent } of state.entries) {
    const entry = life.entries.get(key)
    const cause = parent === null ? undefined : life.entries.get(parent)
    if (entry === undefined || cause?.record == null) continue
    entry.parent = cause
    cause.symptoms.add(entry)
  }
}
