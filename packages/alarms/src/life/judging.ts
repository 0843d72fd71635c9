import type { Finding, ReadonlyOpen, RuleInfo, RuleTiming, Subject } from '../rule.ts'
import type { EngineLimits } from './alarm-engine.ts'
import { boundedMessage, comesBack, goes, newEntry } from './entry.ts'
import type { Entry } from './entry.ts'
import { boundedLabels, keyOf, keyOfLabels } from './identity.ts'
import type { Life } from './life.ts'
import { isWorse } from './severity.ts'

const noneOpen: ReadonlyOpen = () => false

const keyOfFinding = ({ labels }: Finding): string => (labels === undefined ? '' : keyOfLabels(boundedLabels(labels)))

/** Of several with the same labels the worst. */
const byLabels = (findings: readonly Finding[]): ReadonlyMap<string, Finding> => {
  const found = new Map<string, Finding>()
  for (const finding of findings) {
    const key = keyOfFinding(finding)
    const other = found.get(key)
    if (other === undefined || isWorse(finding.severity, other.severity)) found.set(key, finding)
  }
  return found
}

export const isOpenIn =
  (life: Life) =>
  (rule: string, subject: Subject): ReadonlyOpen => {
    const there = life.subjects.of(rule, subject)
    if (there === undefined) return noneOpen
    return (labels) => {
      const wanted = labels === undefined ? undefined : keyOfLabels(boundedLabels(labels))
      return there.some(({ record, labelsKey }) => record !== null && (wanted === undefined || labelsKey === wanted))
    }
  }

/** Takes in what holds. Whether something became of it is seen at the next tick. */
export const judgeIn = (life: Life, limits: EngineLimits, lose: () => void) => {
  const missing = (entry: Entry): void => {
    if (entry.record === null) life.drop(entry)
    else if (entry.goneAt === null) {
      goes(entry, life.at())
      life.touch(entry.key)
    }
  }

  const found = (entry: Entry, rule: RuleInfo & RuleTiming, finding: Finding): void => {
    if (entry.goneAt !== null) {
      comesBack(entry, life.at())
      life.touch(entry.key)
    }
    entry.severity = finding.severity
    entry.message = boundedMessage(finding.message)
    entry.holdFor = rule.for
    entry.clearAfter = rule.clearAfter
    entry.advice = rule.advice
    entry.runbook = rule.runbook ?? null
  }

  const begin = (rule: RuleInfo & RuleTiming, { network, node }: Subject, finding: Finding, room: number): void => {
    if (room <= 0 || life.count('judged') >= limits.judged) return lose()
    const labels = boundedLabels(finding.labels ?? {})
    const identity = { kind: 'judged', network, node, rule: rule.name, labels } as const
    const labelsKey = keyOfLabels(labels)
    const entry = newEntry(identity, labelsKey, keyOf(identity, labelsKey), life.at())
    found(entry, rule, finding)
    life.add(entry)
  }

  return (rule: RuleInfo & RuleTiming, subject: Subject, findings: readonly Finding[], at: number): void => {
    const there = life.subjects.of(rule.name, subject)
    if (findings.length === 0 && there === undefined) return
    life.advance(at)
    const holding = byLabels(findings)
    const known = new Set<string>()
    for (const entry of there?.slice() ?? []) {
      const finding = holding.get(entry.labelsKey)
      known.add(entry.labelsKey)
      if (finding === undefined) missing(entry)
      else found(entry, rule, finding)
    }
    let room = limits.perSubject - known.size
    for (const [key, finding] of holding) if (!known.has(key)) begin(rule, subject, finding, room--)
  }
}
