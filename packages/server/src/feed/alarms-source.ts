/** Open alarms and verdicts, for those who follow them. */
import type { AlarmRecord, Verdict } from '@netstats/protocol/feed'
import type { OpenAlarms } from '../alarms/alarms-model.ts'
import { changedFields } from './diff.ts'
import type { Source } from './source.ts'

/** An alarm's record is another object, or has another step, after each change. */
const isSame = (a: AlarmRecord | undefined, b: AlarmRecord): boolean =>
  a === b || (a !== undefined && changedFields(a, b) === undefined)

const changedVerdicts = (
  before: Readonly<Record<string, Verdict>>,
  after: Readonly<Record<string, Verdict>>,
): Readonly<Record<string, Verdict | null>> => {
  const changed = new Map<string, Verdict | null>()
  for (const [network, verdict] of Object.entries(after)) {
    const was = Object.hasOwn(before, network) ? before[network] : undefined
    if (was?.level !== verdict.level || was.text !== verdict.text) changed.set(network, verdict)
  }
  for (const network of Object.keys(before)) if (!Object.hasOwn(after, network)) changed.set(network, null)
  return Object.fromEntries(changed)
}

export const alarmsSource = (alarms: OpenAlarms, network: string | undefined, limit: number): Source<'alarms'> => {
  let version = -1
  return {
    paceMs: 1000,
    bytesPerSecond: 16 * 1024,
    polled: true,
    note: () => undefined,
    changed: () => (alarms.version() === version ? 'no' : 'soon'),
    read() {
      version = alarms.version()
      return { ...alarms.open(network, limit), verdicts: alarms.verdicts(network) }
    },
    diff(before, after) {
      const known = new Map(before.alarms.map((alarm) => [alarm.id, alarm]))
      const changed = after.alarms.filter((alarm) => !isSame(known.get(alarm.id), alarm))
      const sameOrder =
        before.alarms.length === after.alarms.length && after.alarms.every(({ id }, i) => before.alarms[i]?.id === id)
      const verdicts = changedVerdicts(before.verdicts, after.verdicts)
      const counts = changedFields(before.counts, after.counts)
      if (
        sameOrder &&
        changed.length + Object.keys(verdicts).length === 0 &&
        counts === undefined &&
        before.total === after.total
      )
        return undefined
      return {
        ...(sameOrder ? {} : { order: after.alarms.map(({ id }) => id) }),
        alarms: changed,
        total: after.total,
        counts: after.counts,
        verdicts,
      }
    },
    [Symbol.dispose]: () => undefined,
  }
}
