import { z } from 'zod'
import { hostPort } from '../shared/host-port.ts'

export const statsdConfig = z.strictObject({
  endpoint: hostPort('127.0.0.1:8125').describe('Where StatsD listens.'),
  transport: z
    .enum(['udp', 'tcp'])
    .default('udp')
    .describe(
      'Neither is acknowledged: over UDP what is lost on the way is lost, over TCP what was on its way at a cut.',
    ),
  dialect: z
    .enum(['plain', 'dogstatsd'])
    .default('plain')
    .describe(
      'Plain puts labels into the name, as every StatsD takes it; dogstatsd sends tags, and logs and alarms as events and service checks (Datadog, Telegraf, Vector).',
    ),
  prefix: z
    .string()
    .max(200)
    .optional()
    .describe(
      'What names begin with, `{{label}}` being a label (default: `netstats.{{network}}.{{node}}.`, of dogstatsd `netstats.`). Labels that it does not name follow the name.',
    ),
  maxPacketBytes: z
    .int()
    .min(512)
    .max(65_507)
    .default(1432)
    .describe('Most bytes in a datagram; 1432 fits the networks of most hosts, 8932 jumbo frames.'),
})
export type StatsdConfig = z.output<typeof statsdConfig>
