import { localRules } from '@netstats/alarms'
import { z } from 'zod'

export const localAlarmsConfig = () =>
  z
    .strictObject({
      enabled: z
        .boolean()
        .prefault(true)
        .describe(
          'Whether the agent judges the rules that need nothing but its own machine, so that a full disk is reported while no server can be reached. Without it, servers judge them by what the agent measures.',
        ),
      off: z
        .array(z.enum(localRules.map(({ name }) => name)))
        .max(localRules.length)
        .prefault([])
        .describe('Rules that are not judged, neither here nor by servers that this agent reports to.'),
    })
    .prefault({})
    .describe('What the agent itself judges to be an alarm; its sinks are given each step.')
export type LocalAlarmsConfig = z.output<ReturnType<typeof localAlarmsConfig>>
