import { severityName } from '@netstats/sdk'
import type { Form } from '../form.ts'

/** An alert whose end never comes, because the alarm was given up on its way, ends by itself so long after. */
const mostOpenMs = 30 * 86_400_000

/** Names of labels as Prometheus has them. */
const labelName = (label: string): string => label.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_')

/**
 * API v2 of Alertmanager, and what speaks it (Mimir, Grafana, Cortex). The alert has an end of its own: nobody sends it again
 * every minute as Prometheus does. Silences are Alertmanager's own matter, so acknowledged and suppressed are not sent.
 */
export const alertmanager: Form = {
  alarmsOnly: true,
  most: 100,
  request: (messages, { url }) => {
    const alerts = messages.flatMap((message) => {
      const { alarm, labels, at } = message
      if (alarm === undefined || (alarm.step !== 'raised' && alarm.step !== 'cleared')) return []
      const named = Object.entries(labels).map(([label, text]) => [labelName(label), text])
      return [
        {
          labels: {
            ...Object.fromEntries(named),
            alertname: alarm.type,
            alarm: alarm.alarm,
            severity: severityName(alarm.severity),
          },
          annotations: { summary: message.text },
          ...(alarm.step === 'raised'
            ? { startsAt: new Date(at).toISOString(), endsAt: new Date(at + mostOpenMs).toISOString() }
            : { endsAt: new Date(at).toISOString() }),
        },
      ]
    })
    if (alerts.length === 0) return undefined
    const base = url.replace(/\/+$/, '')
    return { url: base.endsWith('/api/v2/alerts') ? base : `${base}/api/v2/alerts`, body: alerts }
  },
}
