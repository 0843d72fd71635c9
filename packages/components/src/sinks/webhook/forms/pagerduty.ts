import { alarmKey, cut } from '../form.ts'
import type { Form } from '../form.ts'

// One that has got worse is triggered again: by its key it is the same incident.
const actions = { raised: 'trigger', updated: 'trigger', acknowledged: 'acknowledge', cleared: 'resolve' } as const

const severityOf = (severity: number): string => {
  if (severity <= 2) return 'critical'
  if (severity === 3) return 'error'
  return severity === 4 ? 'warning' : 'info'
}

/** Events API v2 of PagerDuty: raised, acknowledged and cleared are steps of one incident. What is suppressed it has no word for. */
export const pagerduty: Form = {
  url: 'https://events.pagerduty.com/v2/enqueue',
  needs: ['key'],
  alarmsOnly: true,
  most: 1,
  request: ([message], { key }) => {
    const step = message?.alarm?.step ?? 'suppressed'
    if (message?.alarm === undefined || step === 'suppressed') return undefined
    const { alarm, labels, item } = message
    return {
      body: {
        routing_key: key,
        event_action: actions[step],
        dedup_key: cut(alarmKey(message), 255),
        client: 'Netstats',
        ...(message.url === undefined ? {} : { client_url: message.url }),
        payload: {
          summary: cut(message.text, 1024),
          source: item.observation.node,
          severity: severityOf(message.severity),
          timestamp: new Date(message.at).toISOString(),
          component: item.observation.node,
          group: item.network,
          class: alarm.type,
          custom_details: {
            ...labels,
            ...(alarm.advice === undefined ? {} : { advice: alarm.advice }),
            ...(alarm.runbook === undefined ? {} : { runbook: alarm.runbook }),
          },
        },
      },
    }
  },
}
