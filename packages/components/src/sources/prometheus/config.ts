import { duration, endpointUrl, requestCredentials, size, withoutContradictions } from '@netstats/sdk/config'
import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'
import { tlsConfig } from '../../sinks/shared/tls.ts'

const pattern = z.string().min(1).max(200)

export const prometheusConfig = withoutContradictions(
  z.strictObject({
    endpoint: endpointUrl(['http', 'https'])
      .meta({ examples: ['http://127.0.0.1:6060/debug/metrics/prometheus'] })
      .describe('Page with the metrics of a node, or of any exporter.'),
    interval: duration({ min: '1s', max: '1h' }).prefault('15s').describe('Time between two looks at the page.'),
    timeout: duration({ min: '100ms', max: '1m' }).prefault('10s').describe('Longest wait for the page.'),
    metrics: z
      .array(pattern)
      .max(200)
      .default(['!go_*', '!process_*', '!promhttp_*'])
      .describe(
        'Names that are kept; `*` stands for any text, and what begins with `!` is left out: `[chain_*, "!chain_debug_*"]`. Where all begin with `!`, all others are kept.',
      ),
    buckets: z
      .boolean()
      .default(false)
      .describe('Keep the buckets of histograms, a series each, besides their sum and count.'),
    rename: z
      .record(pattern, z.string().max(200).describe('Name of what the pattern means; empty: left out.'))
      .default({})
      .meta({ examples: ['{ "chain_head_*": "geth.head.*" }'] })
      .describe(
        'Names by pattern, and what they become; each `*` stands for what the same one stood for. The first that fits.',
      ),
    labels: z
      .array(pattern)
      .max(50)
      .default([])
      .describe(
        'Labels that are kept, by pattern as in `metrics`; all where none is given. At most ten, each of 100 characters.',
      ),
    maxSeries: z
      .number()
      .int()
      .min(1)
      .max(20_000)
      .default(2000)
      .describe('Series kept of the page; those beyond are left out, counted, and said to be.'),
    maxBytes: size({ min: '1KiB', max: '64MiB' })
      .prefault('8MiB')
      .describe('Longest page read; a longer one is not taken.'),
    tls: tlsConfig.describe('How the certificate of the page is judged.'),
    ...requestCredentials,
  }),
)
export type PrometheusConfig = z.output<typeof prometheusConfig> & OneNode
