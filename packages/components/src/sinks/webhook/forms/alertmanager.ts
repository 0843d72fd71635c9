import { perceivedSeverities, syslogSeverityOf } from '@netstats/protocol/feed'
import { severityName } from '@netstats/sdk'
import type { Form } from '../form.ts'
import type { Message } from '../message.ts'
import { alarmSeverity } from '../../shared/alarm-text.ts'

/** An alert whose end never comes, because the alarm was given up on its way, ends by itself so long after. */
const mostOpenMs = 30 * 86_400_000

/** Names of labels as Prometheus has them. */
const labelName = (label: string): string => label.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_')

/** All labels make an alert what it is: one of another severity is another alert. */
const alertOf = (message: Message, severity: string, isOpen: boolean): object => {
  const { alarm, labels, at, text, url } = message
  const named = Object.entries(labels).map(([label, value]) => [labelName(label), value])
  return {
    labels: { ...Object.fromEntries(named), alertname: alarm?.type, alarm: alarm?.alarm, severity },
    annotations: {
      summary: text,
      ...(alarm?.advice === undefined ? {} : { description: alarm.advice }),
      ...(alarm?.runbook === undefined ? {} : { runbook_url: alarm.runbook }),
    },
    ...(url === undefined ? {} : { generatorURL: url }),
    ...(isOpen
      ? {
          startsAt: new Date(alarm?.startsAt ?? at).toISOString(),
          endsAt: new Date(at + mostOpenMs).toISOString(),
        }
      : { endsAt: new Date(alarm?.endsAt ?? at).toISOString() }),
  }
}

/** Of an alarm whose severity may have changed since it was raised, the alerts of the other severities end. */
const alertsOf = (message: Message): readonly object[] => {
  const { alarm } = message
  if (alarm === undefined) return []
  const isOpen = alarm.step === 'raised' || alarm.step === 'updated'
  if (!isOpen && alarm.step !== 'cleared') return []
  if (alarm.number === undefined)
    return alarm.step === 'updated' ? [] : [alertOf(message, severityName(alarm.severity), isOpen)]
  const isRaise = alarm.step === 'raised' && alarm.number === 1
  return perceivedSeverities
    .filter((severity) => !isRaise || syslogSeverityOf[severity] === alarm.severity)
    .map((severity) => alertOf(message, severity, isOpen && severity === alarmSeverity(alarm)))
}

/**
 * API v2 of Alertmanager, and what speaks it (Mimir, Grafana, Cortex). The alert has an end of its own: nobody sends it again
 * every minute as Prometheus does. Silences are Alertmanager's own matter, so acknowledged and suppressed are not sent.
 */
export const alertmanager: Form = {
  alarmsOnly: true,
  most: 100,
  request: (messages, { url }) => {
    const alerts = messages.flatMap(alertsOf)
    if (alerts.length === 0) return undefined
    const base = url.replace(/\/+$/, '')
    return { url: base.endsWith('/api/v2/alerts') ? base : `${base}/api/v2/alerts`, body: alerts }
  },
}
