import { endpointUrl, requestCredentials, secret, withoutContradictions } from '@netstats/sdk/config'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'

const options = z.strictObject({
  endpoint: endpointUrl(['http', 'https'])
    .meta({ examples: ['http://127.0.0.1:8086'] })
    .describe(
      'Address of InfluxDB, or of what takes its line protocol (VictoriaMetrics, Telegraf); without the path of writes.',
    ),
  bucket: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Bucket of InfluxDB 2 or 3 to write to, by /api/v2/write. Either this or `database`.'),
  org: z.string().min(1).max(300).optional().describe('Organisation that the bucket belongs to.'),
  token: secret()
    .meta({ examples: ['{ env: INFLUX_TOKEN }'] })
    .optional()
    .describe('Token that may write to the bucket; of InfluxDB 1 write user and password as `basic`.'),
  database: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Database of InfluxDB 1, or of what speaks its protocol, by /write.'),
  retentionPolicy: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Retention policy of that database (default: its own).'),
  ...requestCredentials,
  tls: tlsConfig,
})

export const influxConfig = withoutContradictions(options).superRefine((given, context) => {
  const fault = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message, params: { fault: message } })
  const { bucket, database, org, token, retentionPolicy } = given
  if ((bucket === undefined) === (database === undefined))
    fault(
      bucket === undefined ? 'bucket' : 'database',
      'one of `bucket` (InfluxDB 2) and `database` (InfluxDB 1) is needed, not both',
    )
  if (bucket === undefined && org !== undefined) fault('org', 'belongs to a `bucket`')
  if (database === undefined && retentionPolicy !== undefined) fault('retentionPolicy', 'belongs to a `database`')
  const isLoggedIn =
    given.basic ?? given.bearer ?? Object.keys(given.headers ?? {}).find((one) => one.toLowerCase() === 'authorization')
  if (token !== undefined && isLoggedIn !== undefined)
    fault('token', 'a request has room for one login; keep `token`, or what else writes the header Authorization')
})
export type InfluxConfig = z.output<typeof options>
