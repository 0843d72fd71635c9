import { duration, requestCredentials, secret, withoutContradictions } from '@netstats/sdk/config'
import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'
import { serverEndpoint } from './endpoint.ts'

export const ethstatsConfig = withoutContradictions(
  z.strictObject({
    endpoint: serverEndpoint().describe(
      'Server to report to. Without a scheme TLS is tried first and plain text second, so the secret may travel in plain text.',
    ),
    id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Name used at this server instead of `node`; two reporters with one name push each other out.'),
    secret: secret().optional().describe('What the server wants to hear at login; servers without one take any.'),
    contact: z
      .string()
      .max(300)
      .optional()
      .describe('How to reach the operator; shown to everybody who sees the node.'),
    pingInterval: duration({ min: '1s', max: '15s' })
      .prefault('10s')
      .describe('Time between two latency measurements; servers drop reporters that are silent for 35 s.'),
    ...requestCredentials,
    tls: tlsConfig,
  }),
)
export type EthstatsConfig = z.output<typeof ethstatsConfig> & OneNode
