import { count, list, object, oneOf, optional, severity, table, text } from '../parse.ts'
import { defineKind } from './define.ts'

export const alarmSteps = ['raised', 'updated', 'acknowledged', 'cleared', 'suppressed'] as const
export type AlarmStep = (typeof alarmSteps)[number]

export const alarmReasons = ['repeat', 'escalated', 'test'] as const
export type AlarmReason = (typeof alarmReasons)[number]

/** Most alarms that one notification names; of more it says the number. */
export const maxNotified = 20

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
  /** Number of the step within the occurrence, from 1: with `alarm` it names the step for good. */
  readonly number?: number
  readonly labels?: Readonly<Record<string, string>>
  /** Unix milliseconds. */
  readonly startsAt?: number
  readonly endsAt?: number
  readonly advice?: string
  readonly runbook?: string
  /** Who acknowledged it. */
  readonly by?: string
  readonly comment?: string
  /** The alarm that it is a symptom of. */
  readonly parent?: string
  /**
   * What it is about, where that is not the node that the observation names: those of a network are under its key, and those
   * of the server itself under `server`.
   */
  readonly about?: 'network' | 'server'
  /** Where people see it, at the moment it began. */
  readonly url?: string
  /** Why a receiver is notified again, or though nothing is wrong; else for its step. */
  readonly reason?: AlarmReason
  /** A notification: the receiver of the alarm engine that it is for. Steps that nobody in particular is told have none. */
  readonly receiver?: string
  /** Other alarms that the notification tells of at once, the most severe first, and how many there are in all. */
  readonly others?: readonly NotifiedAlarm[]
  readonly total?: number
}

export interface NotifiedAlarm {
  readonly alarm: string
  readonly step: AlarmStep
  readonly type: string
  readonly severity: number
  readonly message: string
  readonly network?: string
  readonly node?: string
}

const step = oneOf(alarmSteps)
const notified = object({
  alarm: text(300),
  step,
  type: text(100),
  severity,
  message: text(2000),
  network: optional(text(200)),
  node: optional(text(200)),
})

export const alarm = defineKind<Alarm>({
  code: 11,
  class: 'alarm',
  read: object({
    alarm: text(300),
    step,
    type: text(100),
    severity,
    message: text(2000),
    number: optional(count),
    labels: optional(table(100, text(300), 32)),
    startsAt: optional(count),
    endsAt: optional(count),
    advice: optional(text(2000)),
    runbook: optional(text(1000)),
    by: optional(text(200)),
    comment: optional(text(2000)),
    parent: optional(text(300)),
    about: optional(oneOf(['network', 'server'] as const)),
    url: optional(text(2000)),
    reason: optional(oneOf(alarmReasons)),
    receiver: optional(text(100)),
    others: optional(list(notified, maxNotified)),
    total: optional(count),
  }),
})
