/** A step of an alarm as the core is notified of it, and with it the history and the sinks. */
import { syslogSeverityOf } from '@netstats/protocol/feed'
import { unixMs } from '@netstats/protocol'
import type { Alarm } from '@netstats/protocol'
import type { AlarmStep } from '@netstats/alarms'
import type { CoreInput } from '../shard/inputs.ts'

/** What an observation of the kind may hold. */
const longest = { message: 2000, advice: 2000, comment: 2000, runbook: 1000 } as const

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`)

const bodyOf = ({ name, alarm }: AlarmStep): Alarm => {
  const { endsAt, advice, runbook, acknowledgement, parent } = alarm
  const comment = acknowledgement?.comment ?? null
  return {
    alarm: alarm.id,
    step: name,
    type: alarm.rule,
    severity: syslogSeverityOf[alarm.severity],
    message: cut(alarm.message, longest.message),
    number: alarm.step,
    startsAt: alarm.startsAt,
    ...(Object.keys(alarm.labels).length > 0 && { labels: alarm.labels }),
    ...(endsAt !== null && { endsAt }),
    ...(advice !== null && { advice: cut(advice, longest.advice) }),
    ...(runbook !== null && { runbook: cut(runbook, longest.runbook) }),
    ...(acknowledgement !== null && { by: acknowledgement.by }),
    ...(comment !== null && { comment: cut(comment, longest.comment) }),
    ...(parent !== null && { parent }),
  }
}

export const inputOf = (step: AlarmStep): CoreInput => ({
  type: 'alarm',
  at: unixMs(step.at),
  network: step.alarm.network,
  node: step.alarm.node,
  body: bodyOf(step),
})
