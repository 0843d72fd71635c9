import type { Silence } from '@netstats/protocol/feed'
import type { Entry } from './entry.ts'
import type { Life } from './life.ts'
import type { RaiseMemory, Raises } from './raises.ts'

/** As JSON. Its size follows from the limits of the engine. */
export interface EngineState {
  readonly version: 1
  readonly at: number
  readonly entries: readonly EntryState[]
  readonly silences: readonly Silence[]
}

/** Pending and open alarms, where links to others are their keys; and how often those that are over were raised of late. */
export type EntryState = AlarmState | RaisesState

type AlarmState = Omit<Entry, 'parent' | 'symptoms'> & {
  readonly parent: string | null
  readonly raises: Raises | null
}
type RaisesState = { readonly kind: 'over'; readonly key: string; readonly raises: Raises }

/** Of a state that is kept in pieces: what to write over what was there before. */
export interface StateChanges {
  readonly at: number
  /** Null: nothing is known of it any more. */
  readonly entries: readonly (readonly [key: string, entry: EntryState | null])[]
  /** Undefined: as before. */
  readonly silences: readonly Silence[] | undefined
}

const stateOf = ({ symptoms: _symptoms, parent, ...plain }: Entry, raises: Raises | undefined): EntryState => ({
  ...plain,
  parent: parent?.key ?? null,
  raises: raises ?? null,
})

/** What is known under a key; null: nothing. */
export const pieceOf = (life: Life, raises: RaiseMemory, key: string): EntryState | null => {
  const entry = life.entries.get(key)
  const past = raises.of(key)
  if (entry !== undefined) return stateOf(entry, past)
  return past === undefined ? null : { kind: 'over', key, raises: past }
}

export const allPieces = (life: Life, raises: RaiseMemory): readonly EntryState[] => [
  ...Array.from(life.entries.values(), (entry) => stateOf(entry, raises.of(entry.key))),
  ...Array.from(raises.all())
    .filter(([key]) => !life.entries.has(key))
    .map(([key, past]) => ({ kind: 'over' as const, key, raises: past })),
]

/** Pieces may come in any order. */
export const restoreInto = (life: Life, raises: RaiseMemory, state: EngineState): void => {
  life.advance(state.at)
  const newest = ({ raises: past }: EntryState): number => past?.at.at(-1) ?? 0
  for (const piece of state.entries.toSorted((a, b) => newest(a) - newest(b)))
    if (piece.raises !== null) raises.restore(piece.key, piece.raises)
  const alarms = state.entries.filter((piece) => piece.kind !== 'over')
  for (const { raises: _raises, ...alarm } of alarms) life.add({ ...alarm, parent: null, symptoms: new Set() })
  for (const { key, parent } of alarms) {
    const entry = life.entries.get(key)
    const cause = parent === null ? undefined : life.entries.get(parent)
    if (entry === undefined || cause?.record == null) continue
    entry.parent = cause
    cause.symptoms.add(entry)
  }
}
