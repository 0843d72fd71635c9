import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import type { Finding, Rule } from '../rule.ts'
import type { RuleEntry, RuleFault } from './entry.ts'
import { isInScope } from './scope.ts'

type AnyFacts = NodeFacts | NetworkFacts | ServerFacts

const isScoped = ({ networks, nodes }: RuleEntry): boolean => networks !== undefined || nodes !== undefined

/** Keys of an entry that only a rule of its own has. */
const ownKeys = ['about', 'when', 'keepWhile', 'message', 'labels', 'meaning'] as const

/** What an entry says that no change of a rule of the product may. */
export const changeFaults = (entry: RuleEntry): readonly RuleFault[] => {
  const { name, severity } = entry
  const faults: RuleFault[] = ownKeys
    .filter((key) => entry[key] !== undefined)
    .map((key) => ({
      path: [key],
      message: `${name} is a rule of Netstats: its ${key} cannot be changed; give yours another name`,
    }))
  if (severity !== undefined && typeof severity !== 'string')
    faults.push({ path: ['severity'], message: `${name} is a rule of Netstats: give one severity, not a list` })
  for (const key of ['for', 'clearAfter'] as const)
    if (isScoped(entry) && entry[key] !== undefined)
      faults.push({ path: [key], message: `${key} holds for all nodes: leave out networks and nodes` })
  return faults
}

const changed = <Facts extends AnyFacts>(rule: Rule<Facts>, entry: RuleEntry): Rule<Facts> | undefined => {
  const { enabled, severity } = entry
  if (!enabled && !isScoped(entry)) return undefined
  const change = (finding: Finding): Finding => (typeof severity === 'string' ? { ...finding, severity } : finding)
  return {
    ...rule,
    for: entry.for ?? rule.for,
    clearAfter: entry.clearAfter ?? rule.clearAfter,
    advice: entry.advice ?? rule.advice,
    ...(typeof severity === 'string' && !isScoped(entry) ? { severities: [severity] } : {}),
    ...(entry.runbook === undefined ? {} : { runbook: entry.runbook }),
    judge(facts, open) {
      if (!isInScope(entry, facts)) return rule.judge(facts, open)
      return enabled ? rule.judge(facts, open).map(change) : []
    },
  }
}

/** A rule of the product after the entries of its name, in their order. Undefined: it is switched off. */
export const changeRule = <Facts extends AnyFacts>(
  rule: Rule<Facts>,
  entries: readonly RuleEntry[],
): Rule<Facts> | undefined =>
  entries.reduce<Rule<Facts> | undefined>((before, entry) => before && changed(before, entry), rule)
