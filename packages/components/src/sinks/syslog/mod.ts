import { defineSink } from '@netstats/sdk'
import { syslogConfig } from './config.ts'

/** Syslog of RFC 5424 over UDP, TCP or TLS, with what is known of each observation as structured data. */
export const syslog = defineSink({
  type: 'syslog',
  summary: 'Sends logs, alarms and, if it is told to, numbers as syslog (RFC 5424) over UDP, TCP or TLS',
  nodes: 'all',
  usually: { kinds: ['log', 'alarm', 'gap'] },
  mapped: true,
  config: syslogConfig,
  open: async (config, context) => (await import('./sink.ts')).openSyslogSink(config, context),
})
