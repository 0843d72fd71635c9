import { defineSink } from '@netstats/sdk'
import { webhookConfig } from './config.ts'
import { isForPeople } from './forms/mod.ts'

/** JSON posted to a URL: of your own, or as chats and on-call services expect it. */
export const webhook = defineSink({
  type: 'webhook',
  summary:
    'Posts observations as JSON: your own, or for Slack, Teams, Discord, Telegram, PagerDuty, Opsgenie, Alertmanager, ntfy',
  nodes: 'all',
  usually: { kinds: ['alarm'], batchSize: 100 },
  mapped: 'labels',
  groupsAlarms: ({ form, template }) => template === undefined && isForPeople(form),
  config: webhookConfig,
  open: async (config, context) => (await import('./sink.ts')).openWebhookSink(config, context),
})
