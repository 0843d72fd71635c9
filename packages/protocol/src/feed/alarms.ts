/**
 * Alarms as REST, the feed and webhooks show them. Times are Unix milliseconds. Severities are the perceived severities of
 * ITU-T X.733; RFC 5674 says which of RFC 5424 stands for each.
 */

/** Most severe first. */
export const perceivedSeverities = ['critical', 'major', 'minor', 'warning'] as const
export type PerceivedSeverity = (typeof perceivedSeverities)[number]

/** RFC 5674, table 3. */
export const syslogSeverityOf: Readonly<Record<PerceivedSeverity, number>> = {
  critical: 1,
  major: 2,
  minor: 3,
  warning: 4,
}

/** The nearest that there is; notices count as warnings. */
export const perceivedSeverityOf = (syslogSeverity: number): PerceivedSeverity =>
  perceivedSeverities[Math.min(3, Math.max(0, syslogSeverity - 1))] ?? 'warning'

/**
 * `pending` has not lasted as long as its rule waits, and is shown to nobody but `rules test`; `acknowledged` is raised, and
 * somebody looks after it.
 */
export const alarmStates = ['pending', 'raised', 'acknowledged', 'cleared'] as const
export type AlarmState = (typeof alarmStates)[number]

/** Why nobody is notified of an alarm that is open. `parent`: it is a symptom of another one. */
export const suppressionReasons = ['silence', 'maintenance', 'parent', 'flapping'] as const
export type SuppressionReason = (typeof suppressionReasons)[number]

export interface Acknowledgement {
  readonly by: string
  readonly at: number
  /** Null: until it is cleared. */
  readonly until: number | null
  readonly comment: string | null
}

/** One alarm from when it was raised to when it was cleared. */
export interface AlarmRecord {
  /** Names this one occurrence; the next of the same rule on the same node has another. */
  readonly id: string
  /** Number of its newest step, from 1: with `id` it names a step for good. */
  readonly step: number
  readonly rule: string
  /** Who judged: the server, or an agent or a device that reported it. */
  readonly origin: 'server' | 'node'
  readonly state: AlarmState
  readonly severity: PerceivedSeverity
  /** Null: it is about the server itself. */
  readonly network: string | null
  /** Id of a node; null: it is about the whole network or the server. */
  readonly node: string | null
  /** What else tells it from others of its rule on its node. */
  readonly labels: Readonly<Record<string, string>>
  readonly message: string
  /** What to do, in a sentence; null where the rule says none. */
  readonly advice: string | null
  readonly runbook: string | null
  readonly startsAt: number
  /** Of the newest step. */
  readonly updatedAt: number
  readonly endsAt: number | null
  readonly acknowledgement: Acknowledgement | null
  readonly suppressed: { readonly reason: SuppressionReason; readonly by: string | null } | null
  /** Id of the alarm that it is a symptom of. */
  readonly parent: string | null
  /** Open alarms that are its symptoms. */
  readonly symptoms: number
}

export type AlarmStepName = 'raised' | 'updated' | 'acknowledged' | 'cleared'

/** Open alarms that are nobody's symptom, by severity; those acknowledged or suppressed are counted apart. */
export interface AlarmCounts extends Readonly<Record<PerceivedSeverity, number>> {
  readonly acknowledged: number
  readonly suppressed: number
}

/** How a network is, in one sentence; `unknown` while nothing is known of it. */
export interface Verdict {
  readonly level: 'ok' | PerceivedSeverity | 'unknown'
  readonly text: string
}

/** A silence, or a maintenance window: alarms that match are open but nobody is told. */
export interface Silence {
  readonly id: string
  readonly kind: 'silence' | 'maintenance'
  /** All that are given must hold; `node` and `rule` may have `*`. */
  readonly match: {
    readonly network?: string
    readonly node?: string
    readonly rule?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly from: number
  readonly until: number
  readonly by: string
  readonly comment: string | null
}
