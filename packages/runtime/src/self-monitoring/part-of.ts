import type { Observation } from '@netstats/protocol'

/** Programs that report of themselves, as they call themselves in log lines and alarms. */
export const ownSources = { agent: 'netstats-agent', server: 'netstats-server' } as const
export type OwnSource = (typeof ownSources)[keyof typeof ownSources]

/** `type` of the alarms of parts; the part is in the label `part`. */
export const partAlarmType = 'part-unwell'

/** Longer names of parts are cut: the component of a log line is no longer. */
export const partLength = 100

/** The part of this program, `source`, that an observation is about; undefined for what is about something else. */
export const partOf = (observation: Observation, source: OwnSource): string | undefined => {
  const { kind, body } = observation
  if (kind === 'log') return body.source === source ? body.component : undefined
  const isOwn = kind === 'alarm' && body.type === partAlarmType && body.alarm.startsWith(`${source} `)
  return isOwn ? body.labels?.['part'] : undefined
}
