import {
  endpointUrl,
  listenAddress,
  requestCredentials,
  secret,
  duration,
  withoutContradictions,
} from '@netstats/sdk/config'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'

const options = z.strictObject({
  listen: listenAddress()
    .meta({ examples: ['127.0.0.1:9465', ':9465'] })
    .optional()
    .describe('Address of a page of its own, /metrics, that Prometheus scrapes. Either this or `endpoint`.'),
  scrapeToken: secret()
    .meta({ examples: ['{ env: SCRAPE_TOKEN }'] })
    .optional()
    .describe('Bearer token that who scrapes must bring; without it everybody who reaches the address may read.'),
  maxSeries: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Most series of the page; those beyond are left out, counted and told.'),
  staleAfter: duration({ min: '1s', max: '7d' })
    .prefault('5m')
    .describe('A series of the page that was not renewed for so long is left out.'),
  endpoint: endpointUrl(['http', 'https'])
    .meta({ examples: ['http://127.0.0.1:9090/api/v1/write'], sampled: true })
    .optional()
    .describe('Address that takes remote-write, with its path. Either this or `listen`.'),
  version: z
    .enum(['1.0', '2.0'])
    .default('1.0')
    .describe('Of remote-write. 2.0 is smaller on the wire; Prometheus knows it from 3.0 on.'),
  prefix: z
    .string()
    .regex(/^(?:[a-zA-Z_:][\w:]{0,50})?$/)
    .default('netstats_')
    .meta({ expected: 'letters, digits, _ and :, not beginning with a digit', examples: ['netstats_'] })
    .describe('Begins the name of every metric.'),
  ...requestCredentials,
  tls: tlsConfig,
})

export const prometheusConfig = withoutContradictions(options).superRefine((given, context) => {
  const fault = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message, params: { fault: message } })
  if ((given.listen === undefined) === (given.endpoint === undefined))
    fault(
      given.listen === undefined ? 'listen' : 'endpoint',
      'one of `listen` (to be scraped) and `endpoint` (remote-write) is needed, not both; two entries do both',
    )
  if (given.listen === undefined && given.scrapeToken !== undefined) fault('scrapeToken', 'belongs to `listen`')
})
export type PrometheusConfig = z.output<typeof options>
