/** How bad alarms are: words, order, and what of the counts a reader is told. Pure. */
import {
  type AlarmCounts,
  type AlarmRecord,
  type PerceivedSeverity,
  perceivedSeverities,
  type Verdict,
} from '@netstats/protocol/feed'

export type Level = Verdict['level']

/** The tone of a level; its sign and its word say it too. */
export const toneOf = (level: Level): 'bad' | 'warn' | 'ok' | 'unknown' => {
  if (level === 'ok' || level === 'unknown') return level
  return level === 'critical' || level === 'major' ? 'bad' : 'warn'
}

/** The worst severity that needs somebody; undefined where none does. */
export const worstOf = (counts: AlarmCounts): PerceivedSeverity | undefined =>
  perceivedSeverities.find((severity) => counts[severity] > 0)

/** Alarms that need somebody. */
export const needing = (counts: AlarmCounts): number =>
  perceivedSeverities.reduce((sum, severity) => sum + counts[severity], 0)

/** `1 critical, 2 minor`; empty where nothing needs anybody. */
export const countWords = (counts: AlarmCounts): string =>
  perceivedSeverities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(', ')

/** True for a severity that is as bad as `least`, or worse. */
export const atLeast = (severity: PerceivedSeverity, least: PerceivedSeverity): boolean =>
  perceivedSeverities.indexOf(severity) <= perceivedSeverities.indexOf(least)

export const readSeverity = (text: string | null): PerceivedSeverity | undefined =>
  perceivedSeverities.find((severity) => severity === text)

/** Worst first; what is not known comes before what is well. */
const levels: readonly Level[] = [...perceivedSeverities, 'unknown', 'ok']

const others = (count: number, words: string): string =>
  count === 0 ? '' : `; ${count === 1 ? 'the other network' : `the other ${count} networks`} ${words}`

/**
 * One sentence for the head of a page: the verdict of its network, or of all networks together. Undefined where nothing
 * is judged.
 */
export function verdictOf(
  verdicts: Readonly<Record<string, Verdict>>,
  network: string | undefined,
): Verdict | undefined {
  if (network !== undefined) return Object.hasOwn(verdicts, network) ? verdicts[network] : undefined
  const all = Object.entries(verdicts).toSorted(
    ([a, one], [b, other]) => levels.indexOf(one.level) - levels.indexOf(other.level) || (a < b ? -1 : 1),
  )
  const [worst, ...rest] = all
  if (worst === undefined) return undefined
  const [name, verdict] = worst
  if (rest.length === 0) return verdict
  if (verdict.level === 'ok') return { level: 'ok', text: `all ${all.length} networks well` }
  const well = rest.filter(([, { level }]) => level === 'ok').length
  const tail = well === rest.length ? others(well, 'well') : others(rest.length - well, 'not well either')
  return { level: verdict.level, text: `network ${name}: ${verdict.text}${tail}` }
}

/** What an alarm is about, apart from its rule. */
export const subjectOf = ({ network, node }: Pick<AlarmRecord, 'network' | 'node'>): string =>
  network === null ? 'the server' : node === null ? `network ${network}` : node
