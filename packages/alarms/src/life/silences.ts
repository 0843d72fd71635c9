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
  readonly markOf: (entry: Entry) => Mark | null
}

/** Those that hold are looked through for every alarm that is raised, and for all open ones when other ones hold. */
export const createSilences = (limit: number): Silences => {
  const kept = new Map<string, Silence>()
  let holding: readonly Silence[] = []
  return {
    add(silence) {
      if (!kept.has(silence.id) && kept.size >= limit) return false
      kept.set(silence.id, silence)
      return true
    },
    remove: (id) => kept.delete(id),
    list: () => [...kept.values()],
    advance(at) {
      for (const [id, { until }] of kept) if (until <= at) kept.delete(id)
      const before = holding
      const now = [...kept.values()].filter(({ from }) => from <= at)
      holding = [...now.filter(({ kind }) => kind === 'maintenance'), ...now.filter(({ kind }) => kind === 'silence')]
      return holding.length !== before.length || holding.some((silence, index) => silence !== before[index])
    },
    markOf(entry) {
      const silence = holding.find((one) => matches(one, entry))
      return silence === undefined ? null : { reason: silence.kind, by: silence.id }
    },
  }
}
