/**
 * Alarms of parts that are not well for longer than a moment:
 *
 *     well ── not well for 30 s ──► raised ── well, or gone, for 30 s ──► cleared
 *
 * Which ones are raised is noted beside the observations, so that a restart in between clears what is over.
 */
import type { Alarm } from '@netstats/protocol'
import type { PartState, PartStatus } from '@netstats/sdk'
import { partAlarmType, partLength } from './part-of.ts'
import type { OwnSource } from './part-of.ts'

/** A part that comes and goes raises at most one alarm a minute. */
const holdMs = 30_000

export interface PartAlarms {
  /** What is to be reported now. `now` is monotonic. */
  look(parts: readonly PartStatus[], now: number): readonly Alarm[]
}

interface Watched {
  isRaised: boolean
  /** Since when it is otherwise than what was reported last; undefined while it is not. */
  since: number | undefined
}

const severities: Partial<Record<PartState, number>> = { failed: 3, degraded: 4 }

/** `raised`: parts whose alarms an earlier run left open. */
export const createPartAlarms = (source: OwnSource, raised: Iterable<string>): PartAlarms => {
  const watched = new Map<string, Watched>(Array.from(raised, (id) => [id, { isRaised: true, since: undefined }]))

  const alarm = (id: string, step: 'raised' | 'cleared', severity: number, message: string): Alarm => ({
    alarm: `${source} ${id}`.slice(0, 300),
    step,
    type: partAlarmType,
    severity,
    message: message.slice(0, 2000),
    labels: { part: id.slice(0, partLength) },
  })

  const judge = (id: string, part: PartStatus | undefined, now: number): Alarm | undefined => {
    const severity = part === undefined ? undefined : severityOf(part)
    let known = watched.get(id)
    if (known === undefined) watched.set(id, (known = { isRaised: false, since: undefined }))
    if ((severity !== undefined) === known.isRaised) {
      known.since = undefined
      return undefined
    }
    known.since ??= now
    if (now - known.since < holdMs) return undefined
    known.since = undefined
    known.isRaised = !known.isRaised
    return severity === undefined
      ? alarm(id, 'cleared', 5, part === undefined ? `${id} is no longer there` : `${id} is well again`)
      : alarm(id, 'raised', severity, `${id}: ${part?.reason || part?.state}`)
  }

  return {
    look(parts, now) {
      const byId = new Map(parts.map((part) => [part.id, part]))
      const alarms: Alarm[] = []
      for (const id of new Set([...byId.keys(), ...watched.keys()])) {
        const told = judge(id, byId.get(id), now)
        if (told !== undefined) alarms.push(told)
        if (!byId.has(id) && watched.get(id)?.isRaised === false) watched.delete(id)
      }
      return alarms
    },
  }
}

/** One that is being started again has not shown yet that it is well. */
const severityOf = ({ state, restarts }: PartStatus): number | undefined =>
  state === 'starting' && restarts > 0 ? severities.degraded : severities[state]
