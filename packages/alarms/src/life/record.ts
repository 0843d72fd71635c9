import type { AlarmRecord, AlarmStepName } from '@netstats/protocol/feed'
import type { Entry } from './entry.ts'
import { idOf } from './identity.ts'

/** One step in an alarm's life. `alarm` is how it is after it, and never changes. */
export interface AlarmStep {
  readonly name: AlarmStepName
  readonly at: number
  readonly alarm: AlarmRecord
}

/** How an alarm is after a step. */
export const recordAfter = (entry: Entry, name: AlarmStepName, at: number): AlarmRecord => {
  const { record, rule, network, node, labels, severity, message, advice, runbook } = entry
  const startsAt = record?.startsAt ?? entry.since
  const cleared = name === 'cleared'
  return {
    id: record?.id ?? idOf(entry.key, startsAt),
    step: (record?.step ?? 0) + 1,
    rule,
    origin: entry.kind === 'reported' ? 'node' : 'server',
    state: cleared ? 'cleared' : entry.acknowledgement === null ? 'raised' : 'acknowledged',
    severity,
    network,
    node,
    labels,
    message,
    advice,
    runbook,
    startsAt,
    updatedAt: at,
    endsAt: cleared ? Math.max(at, startsAt) : null,
    acknowledgement: entry.acknowledgement,
    suppressed: entry.mark,
    parent: entry.parent?.record?.id ?? null,
    symptoms: entry.symptoms.size,
  }
}
