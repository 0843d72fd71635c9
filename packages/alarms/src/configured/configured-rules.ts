/** The rules of the product as a configuration changes them, and those that it adds. */
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import { networkContext, nodeContext, serverContext } from '../expression/mod.ts'
import type { Context } from '../expression/mod.ts'
import type { Rule } from '../rule.ts'
import { defaultRules } from '../rules/mod.ts'
import type { Rules } from '../rules/mod.ts'
import { changeFaults, changeRule } from './change-rule.ts'
import type { RuleEntry, RuleFault } from './entry.ts'
import { ownRule } from './own-rule.ts'
import type { OnFailure } from './own-rule.ts'

type AnyFacts = NodeFacts | NetworkFacts | ServerFacts

/** Of rules that a configuration may add. */
const maxRules = 200

const contextOf = (facts: AnyFacts): Context => {
  if (!('network' in facts)) return serverContext(facts)
  return 'node' in facts ? nodeContext(facts) : networkContext(facts)
}

/** One context for all rules about the subject of one look. */
const shared = (make: (facts: AnyFacts) => Context): ((facts: AnyFacts) => Context) => {
  let last: { readonly facts: AnyFacts; readonly context: Context } | undefined
  return (facts) => {
    if (last?.facts !== facts) last = { facts, context: make(facts) }
    return last.context
  }
}

interface Configured {
  readonly rules: Rules
  /** Paths begin with the place in the list. Rules with faults are left out. */
  readonly faults: readonly RuleFault[]
}

const everyDefault = [...defaultRules.node, ...defaultRules.network, ...defaultRules.server]

export const configuredRules = (entries: readonly RuleEntry[], onFailure: OnFailure = () => undefined): Configured => {
  const faults: RuleFault[] = []
  const own: Rule<AnyFacts>[] = []
  const names = new Set(everyDefault.map(({ name }) => name))
  const changes = new Map<string, RuleEntry[]>()
  const context = shared(contextOf)
  const note = (i: number, found: readonly RuleFault[]): void => {
    faults.push(...found.map(({ path, message }) => ({ path: [i, ...path], message })))
  }

  for (const [i, entry] of entries.entries()) {
    if (everyDefault.some(({ name }) => name === entry.name)) {
      note(i, changeFaults(entry))
      changes.set(entry.name, [...(changes.get(entry.name) ?? []), entry])
      continue
    }
    if (names.has(entry.name)) note(i, [{ path: ['name'], message: `there is another rule ${entry.name}` }])
    else if (own.length >= maxRules) note(i, [{ path: [], message: `more than ${maxRules} rules` }])
    names.add(entry.name)
    const { rule, faults: found } = ownRule(entry, context, onFailure)
    note(i, found)
    if (rule !== undefined && entry.enabled && own.length < maxRules) own.push(rule)
  }

  const of = <Facts extends AnyFacts>(about: Rule<Facts>['about'], defaults: readonly Rule<Facts>[]) => [
    ...defaults.flatMap((rule) => changeRule(rule, changes.get(rule.name) ?? []) ?? []),
    ...own.filter((rule) => rule.about === about),
  ]
  return {
    rules: {
      node: of('node', defaultRules.node),
      network: of('network', defaultRules.network),
      server: of('server', defaultRules.server),
    },
    faults,
  }
}
