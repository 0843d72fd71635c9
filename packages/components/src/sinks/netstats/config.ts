import { filePath, requestCredentials, secret, withoutContradictions } from '@netstats/sdk/config'
import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'
import { agentEndpoint } from './endpoint.ts'

export const netstatsConfig = withoutContradictions(
  z.strictObject({
    endpoint: agentEndpoint().describe(
      'Server to report to; `/agent` is appended. Without a scheme it is spoken to by TLS.',
    ),
    agent: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
      .optional()
      .describe('Identity to log in with (default: name of the node); a token or key is good for one identity only.'),
    token: secret()
      .meta({ examples: ['{ env: NETSTATS_TOKEN }'] })
      .optional()
      .describe(
        'Token of that identity, as `netstats agents add` on the server shows it once. It goes before `secret`.',
      ),
    keyFile: filePath()
      .meta({ examples: ['/etc/netstats/agent-key.pem'] })
      .optional()
      .describe('Private Ed25519 key (PEM) of that identity: the login is proved and every batch signed with it.'),
    secret: secret()
      .meta({ examples: ['{ env: NETSTATS_SECRET }'] })
      .optional()
      .describe('Secret shared by all nodes of a server that gives no tokens.'),
    contact: z
      .string()
      .max(300)
      .optional()
      .describe('How to reach the operator; shown to everybody who sees the node.'),
    compress: z
      .enum(['auto', 'off'])
      .default('auto')
      .describe(
        'Auto compresses long frames where the server allows it, which saves traffic and costs a little processor.',
      ),
    ...requestCredentials,
    tls: tlsConfig,
  }),
)
export type NetstatsConfig = z.output<typeof netstatsConfig> & OneNode
