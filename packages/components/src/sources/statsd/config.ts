import type { OneNode } from '@netstats/sdk'
import { duration } from '@netstats/sdk/config'
import { z } from 'zod'
import { listenOptions, listensSomewhere } from '../shared/listener/mod.ts'

export const statsdConfig = listensSomewhere(
  z.strictObject({
    ...listenOptions('127.0.0.1:8125'),
    flushInterval: duration({ min: '1s', max: '10m' })
      .prefault('10s')
      .describe('Time between two reports; a counter is reported as what was counted in between.'),
    maxSeries: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe(
        'Most metrics with different labels; beyond it values count as `statsd.overflow`. One metric may have a quarter of them.',
      ),
  }),
)
export type StatsdConfig = z.output<typeof statsdConfig> & OneNode
