import { severityNames } from '@netstats/sdk'
import { duration } from '@netstats/sdk/config'
import { z } from 'zod'

/** What a program reports of itself through its sinks; the same in every configuration that has sinks. */
export const selfMonitoringConfig = () =>
  z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether it reports its own log lines, metrics and the state of its parts through its sinks.'),
      severity: z
        .enum(severityNames)
        .default('warning')
        .describe(
          'Least severe lines of its own log that are reported; more than 60 a minute are left out, and counted.',
        ),
      metricsEvery: duration({ min: '15s', max: '1h' })
        .prefault('1m')
        .describe('Time between two reports of its own metrics: memory, processor, event loop, queues, spool.'),
    })
    .prefault({})
    .describe('What it reports of itself, like what it observes of nodes.')
export type SelfMonitoringConfig = z.output<ReturnType<typeof selfMonitoringConfig>>
