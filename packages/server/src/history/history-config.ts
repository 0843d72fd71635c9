import { duration, formatDuration, size } from '@netstats/sdk/config'
import { z } from 'zod'

const retention = z.strictObject({
  raw: duration({ min: '1h', max: '36500d' })
    .prefault('2d')
    .describe('How long every single report is kept: samples, sights of blocks, metrics. Most of the disk is theirs.'),
  logs: duration({ min: '1h', max: '36500d' }).prefault('30d').describe('How long log lines are kept.'),
  seconds: duration({ min: '1h', max: '36500d' })
    .prefault('7d')
    .describe('How long the sums of each network over 10 s are kept.'),
  minutes: duration({ min: '1h', max: '36500d' })
    .prefault('90d')
    .describe('How long the sums of networks, nodes and metrics over a minute are kept.'),
  hours: duration({ min: '1h', max: '36500d' })
    .prefault('730d')
    .describe('How long the sums over an hour are kept. Blocks, alarms, reorganisations and inventory stay for good.'),
})

/** Each is what a chart falls back on when the one before it has ended. */
const order = [
  ['raw', 'minutes'],
  ['seconds', 'minutes'],
  ['minutes', 'hours'],
] as const

const consistent = retention.superRefine((kept, context) => {
  for (const [fine, coarse] of order) {
    if (kept[fine] <= kept[coarse]) continue
    const message = `${formatDuration(kept[fine])} is longer than ${coarse} is kept, ${formatDuration(kept[coarse])}; what is coarser must be kept as long at least`
    context.addIssue({ code: 'custom', path: [fine], message })
  }
})

export const history = z.strictObject({
  enabled: z
    .boolean()
    .prefault(true)
    .describe('Whether anything is kept. Without it the server forgets everything when it stops, and shows no past.'),
  retention: consistent.prefault({}).describe('How long what is kept, by how fine it is.'),
  flushEvery: duration({ min: '100ms', max: '1m' })
    .prefault('1s')
    .describe('Time between writes. What came since the last one is lost when the machine loses its power.'),
  bufferBytes: size({ min: '1MiB', max: '16GiB' })
    .prefault('64MiB')
    .describe(
      'Memory for what waits to be written. When a slow disk fills it, samples are given up first, and counted.',
    ),
  memory: size({ min: '128MiB', max: '1TiB' })
    .prefault('1GiB')
    .describe('Memory the store may use for queries; plan 350 MiB more for the process.'),
  threads: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Threads the store may use for queries. Without it: one less than the machine has, at least one.'),
})
export type HistoryConfig = z.output<typeof history>
