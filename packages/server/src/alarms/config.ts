import { duration } from '@netstats/sdk/config'
import { z } from 'zod'
import { ruleList } from './rules-config.ts'

const keep = z.strictObject({
  for: duration({ min: '1h', max: '3650d' })
    .prefault('90d')
    .describe('How long alarms are kept after they were cleared.'),
  alarms: z
    .int()
    .min(100)
    .max(1_000_000)
    .prefault(100_000)
    .describe('Alarms that are kept in all; of more, those that were cleared first go. Open ones stay.'),
})

export const alarmsConfig = {
  enabled: z
    .boolean()
    .prefault(true)
    .describe('Whether rules are judged. Without it nothing is an alarm, not even what agents report as one.'),
  rules: ruleList()
    .prefault([])
    .describe('Rules of your own, and changes of those of Netstats; docs/guides/rules.md says more.'),
  keep: keep.prefault({}).describe('What is kept of alarms that are over.'),
}
export type AlarmsConfig = z.output<z.ZodObject<typeof alarmsConfig>>
