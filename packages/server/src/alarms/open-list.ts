/** Open alarms in the order in which somebody should look at them. */
import { perceivedSeverities } from '@netstats/protocol/feed'
import type { AlarmRecord } from '@netstats/protocol/feed'

/** Those that need somebody; those that somebody has; those that nobody is notified of. */
const urgencies = 3
const urgencyOf = ({ suppressed, state }: AlarmRecord): number => {
  if (suppressed !== null) return 2
  return state === 'acknowledged' ? 1 : 0
}

const rankOf = (alarm: AlarmRecord): number =>
  urgencyOf(alarm) * perceivedSeverities.length + perceivedSeverities.indexOf(alarm.severity)

/** The worst first, of equal ones the newest. `alarms` come in the order they were raised. O(alarms), however many there are. */
export const worstFirst = (
  alarms: Iterable<AlarmRecord>,
  network: string | undefined,
  limit: number,
): { readonly alarms: readonly AlarmRecord[]; readonly total: number } => {
  const ranks = Array.from({ length: urgencies * perceivedSeverities.length }, (): AlarmRecord[] => [])
  let total = 0
  for (const alarm of alarms) {
    if (network !== undefined && alarm.network !== network) continue
    total++
    ranks[rankOf(alarm)]?.push(alarm)
  }
  const first: AlarmRecord[] = []
  for (const rank of ranks)
    for (let i = rank.length - 1; i >= 0 && first.length < limit; i--) first.push(rank[i] as AlarmRecord)
  return { alarms: first, total }
}
