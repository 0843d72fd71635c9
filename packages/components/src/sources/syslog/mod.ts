import { defineSource } from '@netstats/sdk'
import { syslogConfig } from './config.ts'

/** Lines of programs and devices that speak syslog. */
export const syslog = defineSource({
  type: 'syslog',
  summary: 'Takes in log lines by syslog: RFC 5424 and RFC 3164 over UDP, TCP and TLS',
  config: syslogConfig,
  open: async (config, context) => (await import('./source.ts')).openSyslogSource(config, context),
})
