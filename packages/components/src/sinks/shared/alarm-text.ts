/** Alarms for people to read: a step, or a notification of several at once. */
import { perceivedSeverityOf } from '@netstats/protocol/feed'
import { severityName } from '@netstats/sdk'
import type { Alarm } from '@netstats/sdk'

/** Steps of the server's own alarms are numbered; theirs are the severities of ITU-T X.733, all others those of syslog. */
export const alarmSeverity = ({ number, severity }: Alarm): string =>
  number === undefined ? severityName(severity) : perceivedSeverityOf(severity)

/** One line: what is so with what, and with how many more. */
export const alarmTitle = (alarm: Alarm): string => {
  const { total = 1 } = alarm
  return total > 1 ? `${ofOne(alarm)} and ${total - 1} more` : ofOne(alarm)
}

const ofOne = (alarm: Alarm): string => {
  const { type, step, by, reason } = alarm
  const severity = alarmSeverity(alarm)
  if (step === 'acknowledged' && by !== undefined) return `${type} acknowledged by ${by}`
  if (step === 'updated') return `now ${severity}: ${type}`
  if (step !== 'raised') return `${type} ${step}`
  if (reason === 'test') return `test: ${severity}`
  if (reason === 'repeat') return `still ${severity}: ${type}`
  return reason === 'escalated' ? `not acknowledged, ${severity}: ${type}` : `${severity}: ${type}`
}

/** What else a notification says, a line each: what to do, what a person has said, and the other alarms. */
export const alarmLines = ({ step, advice, runbook, comment, others = [], total = 1 }: Alarm): readonly string[] => {
  const lines = others.map(({ message, network, node }) => {
    const where = [network, node].filter((one) => one !== undefined).join(' / ')
    return where === '' ? `• ${message}` : `• ${message} (${where})`
  })
  const unnamed = total - 1 - others.length
  if (unnamed > 0) lines.push(`• and ${unnamed} more`)
  if (comment !== undefined && step === 'acknowledged') lines.push(`“${comment}”`)
  if (step !== 'cleared' && advice !== undefined) lines.push(advice)
  if (step !== 'cleared' && runbook !== undefined) lines.push(runbook)
  return lines
}
