/** When alarms were raised, for the marks on charts and on the rail of the time bar. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useMemo } from 'preact/hooks'
import { queryOf } from '../rest/rest.ts'
import { useAnswer } from '../rest/use-answer.ts'
import { atLeast, subjectOf } from './severity.ts'
import { useOpenAlarms } from './use-open-alarms.ts'

/** The newest of a range; a picture with more marks than that says nothing. */
const marksAtMost = 200

export interface Mark {
  readonly x: number
  /** The worst of those at this place, and how many there are. */
  readonly alarm: AlarmRecord
  readonly count: number
}

export interface MarkRange {
  readonly from: number
  readonly to: number
}

const none: readonly AlarmRecord[] = []

/**
 * Alarms that were raised in a range, without symptoms. `from` is rounded down to whole steps, so that a range that moves
 * with the clock is not requested every second; what was raised since comes with the feed. An undefined range requests nothing.
 */
export function useRaised(
  network: string,
  node: string | undefined,
  range: MarkRange | undefined,
  stepMs: number,
): readonly AlarmRecord[] {
  const version = useOpenAlarms().value.data?.alarms
  const round = (at: number): number => Math.floor(at / stepMs) * stepMs
  const path =
    range === undefined
      ? undefined
      : `/alarms${queryOf({
          network,
          node,
          parent: 'none',
          from: round(range.from),
          to: round(range.to) + stepMs,
          limit: marksAtMost,
        })}`
  const { data } = useAnswer<{ readonly alarms: readonly AlarmRecord[] }>(path, version)
  return useMemo(() => data?.alarms ?? none, [data])
}

/** One mark for all alarms that lie as near as `apart`, in pixels from the left; outside of the width there are none. */
export function marksOf(
  alarms: readonly AlarmRecord[],
  xOf: (at: number) => number,
  width: number,
  apart: number,
): readonly Mark[] {
  const places = new Map<number, Mark>()
  for (const alarm of alarms) {
    const x = xOf(alarm.startsAt)
    if (x < 0 || x > width) continue
    const place = Math.floor(x / apart)
    const before = places.get(place)
    if (before === undefined) places.set(place, { x, alarm, count: 1 })
    else if (atLeast(before.alarm.severity, alarm.severity)) places.set(place, { ...before, count: before.count + 1 })
    else places.set(place, { x, alarm, count: before.count + 1 })
  }
  return [...places.values()]
}

export const markWords = ({ alarm, count }: Mark): string => {
  const words = `${alarm.severity}: ${subjectOf(alarm)}, ${alarm.rule}`
  return count === 1 ? words : `${words}, and ${count - 1} more`
}
