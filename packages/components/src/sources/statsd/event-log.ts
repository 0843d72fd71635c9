import { maxLogFields, unixMs } from '@netstats/protocol'
import type { NodeId, ObservationOf, UnixMs } from '@netstats/protocol'
import type { StatsdEvent } from './dogstatsd.ts'
import { labelsOf } from './labels.ts'

/** A time that a sender gives is believed within these bounds. */
const oldestMs = 7 * 86_400_000
const newestMs = 300_000

export const timeOf = (seconds: number | undefined, now: UnixMs): UnixMs => {
  const at = seconds === undefined ? now : seconds * 1000
  return at >= now - oldestMs && at <= now + newestMs ? unixMs(at) : now
}

/** An event as a line of a log: its title, and its text below. */
export const logOf = (event: StatsdEvent, node: NodeId, now: UnixMs): ObservationOf<'log'> => {
  const { title, text, severity, host, source, key, seconds, tags } = event
  const named = Object.entries({ hostname: host, aggregationKey: key, ...labelsOf(tags).labels })
  const fields = Object.fromEntries(
    named
      .flatMap(([name, value]) => (value === undefined ? [] : [[name, value.slice(0, 1024)]]))
      .slice(0, maxLogFields),
  )
  return {
    kind: 'log',
    node,
    observedAt: timeOf(seconds, now),
    body: {
      severity,
      source: (source ?? 'statsd').slice(0, 100),
      message: (text === '' ? title : `${title}\n${text}`).slice(0, 8192),
      ...(Object.keys(fields).length > 0 ? { fields } : {}),
    },
  }
}
