import { requestCredentials, secret, secretUrl, withoutContradictions } from '@netstats/sdk/config'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'
import type { Form } from './form.ts'
import { formNames, forms } from './forms/mod.ts'

const options = z.strictObject({
  url: secretUrl()
    .meta({ sampled: true, examples: ['{ env: NETSTATS_SLACK_URL }'] })
    .optional()
    .describe(
      'Where to post to; most are the key to what is behind them, so write { env: NAME } or { file: PATH }. PagerDuty, Opsgenie and Telegram have one of their own. Redirects are not followed.',
    ),
  form: z
    .enum(formNames)
    .default('json')
    .describe(
      'What is posted: JSON of your own, one step of an alarm (alarm), or what a service expects. Those of alarm, PagerDuty, Opsgenie and Alertmanager are given alarms only.',
    ),
  template: z
    .record(z.string(), z.unknown().describe('A text, a number, a list or a mapping of such.'))
    .meta({ examples: ["{ summary: '{{title}}', where: '{{network}}/{{node}}', at: '{{observedAt}}' }"] })
    .optional()
    .describe(
      'JSON to post for each observation, with form json: `{{name}}` is filled in, and alone in a text is the value itself. There are id, kind, network, node, title, text, severity, severityName, observedAt, time, labels.NAME and body.FIELD. Without it a list of whole observations is posted.',
    ),
  title: z
    .string()
    .max(1000)
    .optional()
    .describe('Title of messages, with the same places (default: of the observation).'),
  text: z
    .string()
    .max(4000)
    .optional()
    .describe('Text of messages, with the same places (default: of the observation).'),
  key: secret()
    .meta({ examples: ['{ file: /etc/netstats/pagerduty-key }'] })
    .optional()
    .describe('Routing key of PagerDuty, API key of Opsgenie, token of a Telegram bot, access token of ntfy.'),
  chat: z.string().min(1).max(100).optional().describe('Chat that the bot of Telegram writes to: a number or @name.'),
  signingSecret: secret()
    .meta({ examples: ['{ env: NETSTATS_WEBHOOK_SECRET }'] })
    .optional()
    .describe(
      'Signs every request (Standard Webhooks: HMAC-SHA256 over id, time and body), so that the receiver knows who sent it.',
    ),
  ...requestCredentials,
  tls: tlsConfig,
})

export const webhookConfig = withoutContradictions(options).superRefine((given, context) => {
  const fault = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message, params: { fault: message } })
  const form: Form = forms[given.form]
  if (given.url === undefined && form.url === undefined) fault('url', `missing, expected the address to post to`)
  const address = given.url?.reveal() ?? ''
  const wrong = URL.canParse(address) ? form.urlFault?.(new URL(address)) : undefined
  if (wrong !== undefined) fault('url', wrong)
  for (const key of form.needs ?? []) {
    if (given[key] === undefined) fault(key, `missing, expected what the form ${given.form} needs`)
  }
  if (given.template !== undefined && given.form !== 'json')
    fault('template', `the form ${given.form} has a shape of its own; leave one of the two out`)
  // The whole entry is checked, with the keys that the host adds.
  const { kinds } = given as { readonly kinds?: readonly string[] }
  if (form.alarmsOnly === true && kinds?.some((kind) => kind !== 'alarm') === true)
    fault('kinds', `the form ${given.form} knows alarms only`)
})
export type WebhookConfig = z.output<typeof options>
