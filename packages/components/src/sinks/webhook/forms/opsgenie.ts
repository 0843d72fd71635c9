import { alarmKey, cut } from '../form.ts'
import type { Form } from '../form.ts'
import { wholeText } from '../message.ts'

const priorityOf = (severity: number): string => `P${Math.min(5, Math.max(1, severity))}`

/** Alert API v2 of Opsgenie: an alert is created, acknowledged and closed by its alias. `url` is another region's, such as https://api.eu.opsgenie.com. */
export const opsgenie: Form = {
  url: 'https://api.opsgenie.com',
  needs: ['key'],
  alarmsOnly: true,
  most: 1,
  request: ([message], { url, key = '' }) => {
    if (message?.alarm === undefined || message.alarm.step === 'suppressed') return undefined
    const { alarm, labels } = message
    const headers = { authorization: `GenieKey ${key}` }
    const alias = cut(alarmKey(message), 512)
    const base = `${url.replace(/\/+$/, '')}/v2/alerts`
    if (alarm.step !== 'raised' && alarm.step !== 'updated') {
      const action = alarm.step === 'cleared' ? 'close' : 'acknowledge'
      return {
        url: `${base}/${encodeURIComponent(alias)}/${action}?identifierType=alias`,
        headers,
        body: { source: 'Netstats', note: cut(message.text, 1000) },
      }
    }
    return {
      url: base,
      headers,
      body: {
        message: cut(message.text, 130),
        alias,
        description: cut([wholeText(message), message.url].filter((one) => one !== undefined).join('\n'), 15_000),
        details: labels,
        entity: message.item.observation.node,
        source: 'Netstats',
        priority: priorityOf(message.severity),
        tags: [alarm.type],
      },
    }
  },
}
