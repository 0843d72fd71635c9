import { perceivedSeverities } from '@netstats/protocol/feed'
import type { PerceivedSeverity } from '@netstats/protocol/feed'

const ranks = new Map<PerceivedSeverity, number>(perceivedSeverities.map((severity, index) => [severity, -index]))

export const isWorse = (a: PerceivedSeverity, b: PerceivedSeverity): boolean =>
  (ranks.get(a) ?? 0) > (ranks.get(b) ?? 0)

export const worst = (a: PerceivedSeverity, b: PerceivedSeverity): PerceivedSeverity => (isWorse(b, a) ? b : a)

export const oneWorse = (severity: PerceivedSeverity): PerceivedSeverity =>
  perceivedSeverities[perceivedSeverities.indexOf(severity) - 1] ?? 'critical'

/** RFC 5674, the other way: what is less than a warning, but reported as an alarm, is one. */
export const perceivedOf = (syslog: number): PerceivedSeverity => {
  if (syslog <= 1) return 'critical'
  if (syslog === 2) return 'major'
  return syslog === 3 ? 'minor' : 'warning'
}
