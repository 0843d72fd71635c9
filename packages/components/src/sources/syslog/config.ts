import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'
import { listenOptions, listensSomewhere, tlsOptions } from '../shared/listener/mod.ts'

export const syslogConfig = listensSomewhere(
  z.strictObject({
    ...listenOptions('127.0.0.1:5514'),
    tls: tlsOptions.optional().describe('TLS for senders (RFC 5425), on an address of its own.'),
  }),
)
export type SyslogConfig = z.output<typeof syslogConfig> & OneNode
