import { as, count, number, object, oneOf } from '../parse.ts'
import { shedClasses } from '../shed.ts'
import type { ShedClass } from '../shed.ts'
import type { UnixMs } from '../units.ts'
import { defineKind } from './define.ts'

/** What a reporter had to give up, so that the other end can say what is missing and why. */
export interface Gap {
  readonly reason: 'size' | 'age' | 'disk-full' | 'corrupt' | 'overload'
  readonly class: ShedClass
  /** Observations given up. */
  readonly dropped: number
  /** Their oldest and newest `observedAt`. */
  readonly from: UnixMs
  readonly to: UnixMs
}

export const gap = defineKind<Gap>({
  class: 'alarm',
  read: object({
    reason: oneOf(['size', 'age', 'disk-full', 'corrupt', 'overload'] as const),
    class: oneOf(shedClasses),
    dropped: count,
    from: as<UnixMs, number>(number),
    to: as<UnixMs, number>(number),
  }),
})
