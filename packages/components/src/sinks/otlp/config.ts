import { endpointUrl, requestCredentials, withoutContradictions } from '@netstats/sdk/config'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'

export const otlpConfig = withoutContradictions(
  z.strictObject({
    endpoint: endpointUrl(['http', 'https'])
      .meta({ examples: ['http://127.0.0.1:4318'] })
      .describe('Address of the receiver by HTTP; `/v1/metrics` and `/v1/logs` are appended.'),
    encoding: z
      .enum(['protobuf', 'json'])
      .default('protobuf')
      .describe('Every receiver understands protobuf; some refuse JSON.'),
    compression: z.enum(['gzip', 'none']).default('gzip').describe('How requests are compressed.'),
    resource: z
      .record(z.string().min(1).max(200), z.string().max(1000).describe('Value of the attribute of this name.'))
      .meta({ examples: ['{ deployment.environment.name: production }'] })
      .default({})
      .describe('More attributes of the resource; `service.name` is netstats unless it is named here.'),
    ...requestCredentials,
    tls: tlsConfig,
  }),
)
export type OtlpConfig = z.output<typeof otlpConfig>
