/** What a planner is given, what it gives, and what it remembers. */
import type { AlarmRecord, AlarmStepName, PerceivedSeverity } from '@netstats/protocol/feed'
import type { Route } from './route.ts'

/** A step in the life of an alarm, as the engine says it. `alarm` is what it is after the step. */
export interface RoutedStep {
  readonly name: AlarmStepName
  readonly alarm: AlarmRecord
}

export const notificationReasons = [
  'raised',
  'updated',
  'acknowledged',
  'cleared',
  'repeat',
  'escalated',
  'test',
] as const
export type NotificationReason = (typeof notificationReasons)[number]

export interface Notification {
  /** The same inputs give the same ids; no two notifications of a planner have one. */
  readonly id: string
  readonly receiver: string
  readonly reason: NotificationReason
  /** The worst first; at least one. */
  readonly alarms: readonly AlarmRecord[]
}

export interface PlannerOptions {
  readonly root: Route
  /** Receivers that are notified of each step at once, of all alarms. */
  readonly everyStep: readonly string[]
  /** Alarms that are followed at a time; more are counted and not told. */
  readonly most: number
}

export interface Planner {
  /** The same step twice, or an older one after a newer one, is told once. */
  steps(steps: readonly RoutedStep[], at: number): readonly Notification[]
  /** What has become due. `at` may go back, when somebody sets the clock: what is waited for moves with it. */
  tick(at: number): readonly Notification[]
  /** Plain JSON, from which `restorePlanner` goes on. */
  dump(): PlannerState
  /** Alarms that were not followed because there were too many. */
  readonly overflow: number
  /** Alarms that are followed. */
  readonly size: number
}

/** What one receiver was notified of one alarm. Times are Unix milliseconds. */
export interface Telling {
  /** Path of the route that leads to the receiver. */
  route: string
  /** Key of the group that it is told with; null where it is told each step at once. */
  group: string | null
  /** What it is to be told next. */
  pending: 'raised' | 'updated' | 'acknowledged' | 'cleared' | null
  /** When it was told last; null: not yet. */
  toldAt: number | null
  /** As it was when it was told. */
  severity: PerceivedSeverity | null
  escalateAt: number | null
  /** It was told because nobody had acknowledged the alarm. */
  isEscalation: boolean
}

export interface Followed {
  alarm: AlarmRecord
  readonly tellings: Map<string, Telling>
}

export interface PlannerState {
  readonly version: 1
  readonly at: number
  /** Number of the next notification. */
  readonly next: number
  readonly alarms: readonly {
    readonly alarm: AlarmRecord
    readonly tellings: Readonly<Record<string, Readonly<Telling>>>
  }[]
  readonly groups: Readonly<Record<string, { readonly flushAt: number | null; readonly flushedAt: number | null }>>
}
