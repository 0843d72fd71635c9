/** Service checks as alarms: a check that is not well raises one, a check that is well again clears it. */
import { createBoundedMap } from '@netstats/sdk/limits'
import type { NodeId, ObservationOf, UnixMs } from '@netstats/protocol'
import type { CheckState, ServiceCheck } from './dogstatsd.ts'
import { timeOf } from './event-log.ts'
import { labelsOf } from './labels.ts'

export interface Checks {
  /** Undefined where nothing changed. */
  take(check: ServiceCheck, node: NodeId, now: UnixMs): ObservationOf<'alarm'> | undefined
}

/** Checks whose state is remembered; the one that said nothing for longest is forgotten first. */
const maxChecks = 1000
const severities: Readonly<Record<CheckState, number>> = { ok: 6, warning: 4, critical: 2, unknown: 4 }

export const createChecks = (): Checks => {
  const states = createBoundedMap<string, CheckState>(maxChecks)
  return {
    take(check, node, now) {
      const { name, state, host, message, seconds, tags } = check
      const labels = labelsOf(tags).labels ?? {}
      const parts = [
        ...(host === undefined ? [] : [`host=${host}`]),
        ...Object.entries(labels).map((one) => one.join('=')),
      ]
      const alarm = `statsd.${name}${parts.length === 0 ? '' : `{${parts.join()}}`}`.slice(0, 300)
      const before = states.get(alarm)
      states.touch(alarm, state)
      // The first word of a check counts also when it is well: what it raised before the agent was started is cleared.
      if (before === state) return undefined
      return {
        kind: 'alarm',
        node,
        observedAt: timeOf(seconds, now),
        body: {
          alarm,
          step: state === 'ok' ? 'cleared' : 'raised',
          type: 'service-check',
          severity: severities[state],
          message: (message === '' ? `${name} is ${state}` : message).slice(0, 2000),
        },
      }
    },
  }
}
