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

/** An alarm that is pending or open: plain values, and links to others. */
export interface Entry extends Identity {
  /** Of its identity: for judged ones of all labels, for reported ones of the label `alarm` alone. */
  readonly key: string
  /** Tells it from others of its rule on its subject. */
  readonly labelsKey: string
  /** When the condition began. */
  since: number
  /** When the condition was found to be gone, while the alarm is open; null: it holds. */
  goneAt: number | null
  /** How long the condition has to hold, and to be gone. */
  holdFor: number
  clearAfter: number
  /** It was raised so often of late that it stays open for longer. */
  damped: boolean
  /** When it last went or came back while it was damped; null: it is not flapping now. */
  flappedAt: number | null
  /** When it was reported last; null: it is judged. */
  heardAt: number | null
  /** Who reports it does not want anybody to be told. */
  hushed: boolean
  advice: string | null
  runbook: string | null
  /** As found last; the record has what was told last. */
  severity: PerceivedSeverity
  message: string
  acknowledgement: Acknowledgement | null
  /** Severity that was acknowledged. */
  acknowledgedSeverity: PerceivedSeverity | null
  /** Why nobody is notified of it. */
  mark: Mark | null
  /** The silence that matches it. */
  silenced: Mark | null
  /** The open alarm that it is a symptom of. */
  parent: Entry | null
  readonly symptoms: Set<Entry>
  /** Null: pending. */
  record: AlarmRecord | null
}

export const newEntry = (identity: Identity, labelsKey: string, key: string, since: number): Entry => ({
  ...identity,
  key,
  labelsKey,
  since,
  goneAt: null,
  holdFor: 0,
  clearAfter: 0,
  damped: false,
  flappedAt: null,
  heardAt: null,
  hushed: false,
  advice: null,
  runbook: null,
  severity: 'warning',
  message: '',
  acknowledgement: null,
  acknowledgedSeverity: null,
  mark: null,
  silenced: null,
  parent: null,
  symptoms: new Set(),
  record: null,
})

const maxMessage = 2000

export const boundedMessage = (text: string): string =>
  text.length <= maxMessage ? text : `${text.slice(0, maxMessage - 1)}…`

/** Its condition is gone. */
export const goes = (entry: Entry, now: number): void => {
  if (entry.goneAt !== null) return
  entry.goneAt = now
  if (entry.damped) entry.flappedAt = now
}

/** Its condition holds again. */
export const comesBack = (entry: Entry, now: number): void => {
  if (entry.goneAt === null) return
  entry.goneAt = null
  if (entry.damped) entry.flappedAt = now
}

/** Takes it from the one that it was a symptom of, and gives it to another or to nobody. */
export const moveTo = (entry: Entry, parent: Entry | null): void => {
  entry.parent?.symptoms.delete(entry)
  entry.parent = parent
  parent?.symptoms.add(entry)
}
