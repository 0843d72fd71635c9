/**
 * Refusals on their way to the list of the server: put together for a second, so that a flood of them is a few notes, also
 * where they come from a worker. Bounded: beyond, those of a reason stand together without name and address.
 */
import type { RefusalNote } from '../auth/refused-logins.ts'

export interface RefusalNotes {
  readonly add: (note: Omit<RefusalNote, 'count'>) => void
  /** What has gathered since the last time. */
  take(): readonly RefusalNote[]
}

const maxNotes = 200

export const createRefusalNotes = (): RefusalNotes => {
  let notes = new Map<string, { -readonly [K in keyof RefusalNote]: RefusalNote[K] }>()
  const keyOf = ({ reason, via, address, name }: Omit<RefusalNote, 'count'>): string =>
    `${reason}\n${via}\n${address}\n${name}`
  return {
    add(given) {
      const isFull = notes.size >= maxNotes && !notes.has(keyOf(given))
      const note = isFull ? { ...given, name: '', address: '' } : given
      const key = keyOf(note)
      const known = notes.get(key)
      if (known === undefined) return void notes.set(key, { ...note, count: 1 })
      known.count++
      known.at = note.at
    },
    take() {
      if (notes.size === 0) return []
      const taken = [...notes.values()]
      notes = new Map()
      return taken
    },
  }
}
