/** A rule as a configuration has it, checked for its form and not yet for its expressions. Durations are milliseconds. */
import type { PerceivedSeverity } from '@netstats/protocol/feed'
import type { About } from '../expression/mod.ts'

export interface Level {
  readonly when?: string | undefined
  readonly severity: PerceivedSeverity
}

/** With the name of a rule of the product: what it changes of it. Else a rule of its own. */
export interface RuleEntry {
  readonly name: string
  readonly enabled: boolean
  readonly about?: About | undefined
  readonly when?: string | undefined
  readonly keepWhile?: string | undefined
  readonly for?: number | undefined
  readonly clearAfter?: number | undefined
  readonly severity?: PerceivedSeverity | readonly Level[] | undefined
  readonly message?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly meaning?: string | undefined
  readonly advice?: string | undefined
  readonly runbook?: string | undefined
  readonly networks?: readonly string[] | undefined
  readonly nodes?: readonly string[] | undefined
}

export interface RuleFault {
  /** Keys below the list of rules. */
  readonly path: readonly (string | number)[]
  readonly message: string
}
