import type { PerceivedSeverity } from '@netstats/protocol/feed'
import type { Rule } from '../rule.ts'

export interface FollowedStep {
  readonly name: 'raised' | 'updated' | 'cleared'
  readonly severity: PerceivedSeverity
  readonly message: string
  readonly at: number
}

interface Followed {
  readonly since: number
  readonly seenAt: number
  readonly raised: boolean
  readonly severity: PerceivedSeverity
  readonly message: string
}

const keyOf = (labels: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

/** The timing of a rule on one subject, and nothing else of an alarm's life. */
export const followRule = <Facts>(rule: Rule<Facts>) => {
  const open = new Map<string, Followed>()
  const steps: FollowedStep[] = []
  const look = (facts: Facts, at: number): void => {
    const findings = rule.judge(facts, (labels) => open.get(keyOf(labels))?.raised === true)
    for (const { severity, message, labels } of findings) {
      const before = open.get(keyOf(labels))
      const since = before?.since ?? at
      const raised = at - since >= rule.for
      if (raised && before?.raised !== true) steps.push({ name: 'raised', severity, message, at })
      else if (raised && before?.severity !== severity) steps.push({ name: 'updated', severity, message, at })
      open.set(keyOf(labels), { since, seenAt: at, raised, severity, message })
    }
    const found = new Set(findings.map(({ labels }) => keyOf(labels)))
    for (const [key, one] of open) {
      if (found.has(key) || (one.raised && at - one.seenAt < rule.clearAfter)) continue
      open.delete(key)
      if (one.raised) steps.push({ name: 'cleared', severity: one.severity, message: one.message, at })
    }
  }
  return { steps, look }
}
