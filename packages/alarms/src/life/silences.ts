import type { Silence } from '@netstats/protocol/feed'
import { matchesGlob } from '../glob.ts'
import type { Entry, Mark } from './entry.ts'

const matches = ({ match }: Silence, entry: Entry): boolean =>
  (match.network === undefined || entry.network === match.network) &&
  (match.node === undefined || (entry.node !== null && matchesGlob(match.node, entry.node))) &&
  (match.rule === undefined || matchesGlob(match.rule, entry.rule)) &&
  Object.entries(match.labels ?? {}).every(([name, value]) => entry.labels[name] === value)

export interface Silences {
  /** False: there is no room. */
  readonly add: (silence: Silence) => boolean
  readonly remove: (id: string) => boolean
  readonly list: () => readonly Silence[]
  /** True where other ones hold than at the last call. Those that are over are taken away. */
  readonly advance: (at: number) => boolean
  /** The first that holds and matches; maintenance windows come before silences. */
  readonly markOf: (entry: Entry, at: number) => Mark | null
}

/** All are looked through for every alarm that is raised, and for all open ones when other ones hold. */
export const createSilences = (limit: number): Silences => {
  const kept = new Map<string, Silence>()
  let inOrder: readonly Silence[] = []
  // Undefined: one came or went since the last look, and may have marked what was raised meanwhile.
  let holding: readonly Silence[] | undefined

  const order = (): void => {
    holding = undefined
    const all = [...kept.values()]
    inOrder = [...all.filter(({ kind }) => kind === 'maintenance'), ...all.filter(({ kind }) => kind === 'silence')]
  }

  return {
    add(silence) {
      if (!kept.has(silence.id) && kept.size >= limit) return false
      kept.set(silence.id, silence)
      order()
      return true
    },
    remove(id) {
      const isThere = kept.delete(id)
      order()
      return isThere
    },
    list: () => [...kept.values()],
    advance(at) {
      const ended = inOrder.filter(({ until }) => until <= at)
      for (const { id } of ended) kept.delete(id)
      if (ended.length > 0) order()
      const before = holding
      holding = inOrder.filter(({ from }) => from <= at)
      return holding.length !== before?.length || holding.some((silence, index) => silence !== before[index])
    },
    markOf(entry, at) {
      const silence = inOrder.find((one) => one.from <= at && at < one.until && matches(one, entry))
      return silence === undefined ? null : { reason: silence.kind, by: silence.id }
    },
  }
}
