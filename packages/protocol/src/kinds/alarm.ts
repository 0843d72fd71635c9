import { object, oneOf, severity, text } from '../parse.ts'
import { defineKind } from './define.ts'

export const alarmSteps = ['raised', 'acknowledged', 'cleared', 'suppressed'] as const
export type AlarmStep = (typeof alarmSteps)[number]

/** A step in the life of an alarm. */
export interface Alarm {
  /** Names the alarm across its steps; reporters keep it stable. */
  readonly alarm: string
  readonly step: AlarmStep
  /** What sort of alarm, such as `disk-full`. */
  readonly type: string
  /** As in RFC 5424: 0 emergency to 7 debug. */
  readonly severity: number
  readonly message: string
}

export const alarm = defineKind<Alarm>({
  code: 11,
  class: 'alarm',
  read: object({ alarm: text(300), step: oneOf(alarmSteps), type: text(100), severity, message: text(2000) }),
})
