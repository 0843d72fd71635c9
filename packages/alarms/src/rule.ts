/** What a rule is. The rules of the product are files in `rules/`; those of a configuration become the same. */
import type { PerceivedSeverity } from '@netstats/protocol/feed'

/** What an alarm is about. A server has neither network nor node. */
export interface Subject {
  readonly network: string | null
  readonly node: string | null
}

/** A condition that holds at the moment. */
export interface Finding {
  readonly severity: PerceivedSeverity
  /** One sentence, with the numbers that show it. */
  readonly message: string
  /** Tells several findings of one rule on one subject apart: a disk, a peer, a receiver. */
  readonly labels?: Readonly<Record<string, string>>
}

/** How a rule's findings become alarms. Durations are milliseconds. */
export interface RuleTiming {
  /** A finding lasts so long before it is an alarm. */
  readonly for: number
  /** It has been gone for so long before the alarm is cleared. */
  readonly clearAfter: number
}

export interface RuleInfo {
  /** Such as `node-inactive`: part of an alarm's identity, never changed. */
  readonly name: string
  /** What it means, in a sentence. */
  readonly meaning: string
  /** What to do, in a sentence. */
  readonly advice: string
  readonly runbook?: string
}

/** A rule over facts of one subject. Pure: the same facts give the same findings. */
export interface Rule<Facts> extends RuleInfo, RuleTiming {
  readonly about: 'node' | 'network' | 'server'
  /** What its findings may have, the worst first; for those who list rules. */
  readonly severities?: readonly PerceivedSeverity[]
  /** All findings that hold; none: all is well. What an open alarm needs to stay open may differ: `open` tells its labels. */
  readonly judge: (facts: Facts, open: ReadonlyOpen) => readonly Finding[]
}

/** Hysteresis: whether this rule has an alarm open on the subject, with these labels. */
export type ReadonlyOpen = (labels?: Readonly<Record<string, string>>) => boolean
