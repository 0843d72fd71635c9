import type { Acknowledgement, AlarmRecord, PerceivedSeverity, SuppressionReason } from '@netstats/protocol/feed'

/** `outage` is the server's too; its identity is none that a rule can have. */
export type EntryKind = 'judged' | 'reported' | 'outage'

/** Who an alarm is: never its message. */
export interface Identity {
  readonly kind: EntryKind
  readonly network: string | null
  readonly node: string | null
  readonly rule: string
  readonly labels: Readonly<Record<string, string>>
}

export interface Mark {
  readonly reason: SuppressionReason
  readonly by: string | null
}

/** An alarm that is pending or open. Plain values, but for the links between alarms. */
export interface Entry extends Identity {
  /** Of its identity: for judged ones of all labels, for reported ones of the label `alarm` alone. */
  readonly key: string
  /** Tells it from others of its rule on its subject. */
  readonly labelsKey: string
  /** When the condition began. */
  since: number
  /** When the condition was found to be gone, while the alarm is open; null: it holds. */
  goneAt: number | null
  /** How long it has to hold, and to be gone. */
  holdFor: number
  clearAfter: number
  advice: string | null
  runbook: string | null
  /** As found last; the record has what was told last. */
  severity: PerceivedSeverity
  message: string
  /** Who reports it does not want anybody to be told. */
  hushed: boolean
  acknowledgement: Acknowledgement | null
  /** Severity that was acknowledged. */
  acknowledgedSeverity: PerceivedSeverity | null
  mark: Mark | null
  /** The open alarm that it is a symptom of. */
  parent: Entry | null
  readonly symptoms: Set<Entry>
  /** Null: pending. */
  record: AlarmRecord | null
}
