import { defineSink } from '@netstats/sdk'
import { emailConfig } from './config.ts'

/** Mails, each with all that came since the one before. */
export const email = defineSink({
  type: 'email',
  summary: 'Mails alarms, and logs if it is told to: one at once, what follows within a minute together in the next',
  nodes: 'all',
  kinds: ['alarm', 'log', 'gap'],
  usually: { kinds: ['alarm'], every: '1m' },
  mapped: 'labels',
  groupsAlarms: () => true,
  config: emailConfig,
  open: async (config, context) => (await import('./sink.ts')).openEmailSink(config, context),
})
