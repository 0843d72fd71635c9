import { as, count, number, object, oneOf } from '../parse.ts'
import { shedClasses } from '../shed.ts'
import type { ShedClass } from '../shed.ts'
import type { UnixMs } from '../units.ts'
import { defineKind } from './define.ts'

/** `cloned`: nobody can say whether the server has them, because the spool was copied, or put back with its memory. */
export const gapReasons = ['size', 'age', 'disk-full', 'corrupt', 'overload', 'cloned'] as const
export type GapReason = (typeof gapReasons)[number]

/** What a reporter had to give up, so that the other end can say what is missing and why. */
export interface Gap {
  readonly reason: GapReason
  readonly class: ShedClass
  /** Observations given up. */
  readonly dropped: number
  /** Their oldest and newest `observedAt`. */
  readonly from: UnixMs
  readonly to: UnixMs
}

export const gap = defineKind<Gap>({
  code: 8,
  class: 'alarm',
  read: object({
    reason: oneOf(gapReasons),
    class: oneOf(shedClasses),
    dropped: count,
    from: as<UnixMs, number>(number),
    to: as<UnixMs, number>(number),
  }),
})
