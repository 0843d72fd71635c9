import { perceivedSeverities } from '@netstats/protocol/feed'
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import type { Finding, Rule } from '../rule.ts'
import { compileExpression, compileText } from '../expression/mod.ts'
import type { About, Context, Expression, Text } from '../expression/mod.ts'
import type { Level, RuleEntry, RuleFault } from './entry.ts'
import { isInScope } from './scope.ts'

type AnyFacts = NodeFacts | NetworkFacts | ServerFacts

/** Notified of each failure of an expression at run time: the rule then says nothing. */
export type OnFailure = (rule: string, reason: string) => void

type Compiler = ReturnType<typeof createCompiler>

const alwaysTrue: Expression = { evaluate: () => ({ state: 'value', value: true }) }

/** Compiles the expressions of one entry and keeps what is wrong with them. */
const createCompiler = (about: About) => {
  const faults: RuleFault[] = []
  const fault = (path: RuleFault['path'], text: string, { at, message }: { at: number; message: string }): void => {
    faults.push({ path, message: `at character ${at} of "${text}": ${message}` })
  }
  return {
    faults,
    condition(path: RuleFault['path'], text: string | undefined): Expression {
      if (text === undefined) return alwaysTrue
      const compiled = compileExpression(text, about, 'bool')
      if (compiled.ok) return compiled.expression
      fault(path, text, compiled.fault)
      return alwaysTrue
    },
    text(path: RuleFault['path'], template: string): Text {
      const compiled = compileText(template, about)
      if (compiled.ok) return compiled.text
      fault(path, template, compiled.fault)
      return { fill: () => '' }
    },
  }
}

const compileLevels = (compiler: Compiler, severity: NonNullable<RuleEntry['severity']>) =>
  (typeof severity === 'string' ? [{ severity } satisfies Level] : severity).map((level: Level, i) => ({
    severity: level.severity,
    holds: compiler.condition(['severity', i, 'when'], level.when),
  }))

const compileLabels = (compiler: Compiler, labels: RuleEntry['labels']) =>
  Object.entries(labels ?? {}).map(([name, text]) => [name, compiler.text(['labels', name], text)] as const)

const missing = (entry: RuleEntry): readonly RuleFault[] =>
  (['about', 'when', 'message'] as const)
    .filter((key) => entry[key] === undefined)
    .map((key) => ({
      path: [],
      message: `${key} is missing: ${entry.name} is no rule of Netstats, so it needs about, when and message`,
    }))

const minute = 60_000

/** A rule of a configuration, or what is wrong with it. */
export const ownRule = (
  entry: RuleEntry,
  contextOf: (facts: AnyFacts) => Context,
  onFailure: OnFailure,
): { readonly rule?: Rule<AnyFacts>; readonly faults: readonly RuleFault[] } => {
  const { name, about = 'node', message = '', when } = entry
  const faults = [...missing(entry)]
  const compiler = createCompiler(about)
  const begins = compiler.condition(['when'], when)
  const keeps = entry.keepWhile === undefined ? begins : compiler.condition(['keepWhile'], entry.keepWhile)
  const levels = compileLevels(compiler, entry.severity ?? 'warning')
  const text = compiler.text(['message'], message)
  const labels = compileLabels(compiler, entry.labels)
  if (entry.nodes !== undefined && about !== 'node')
    faults.push({ path: ['nodes'], message: `a rule about a ${about} has no nodes` })
  if (entry.networks !== undefined && about === 'server')
    faults.push({ path: ['networks'], message: 'a rule about the server has no networks' })
  if (faults.length + compiler.faults.length > 0) return { faults: [...faults, ...compiler.faults] }

  const holds = (expression: Expression, context: Context): boolean => {
    const outcome = expression.evaluate(context)
    if (outcome.state === 'failed') onFailure(name, outcome.reason)
    return outcome.state === 'value' && outcome.value === true
  }
  const judge = (facts: AnyFacts, isOpen: boolean): readonly Finding[] => {
    if (!isInScope(entry, facts)) return []
    const context = contextOf(facts)
    if (!holds(isOpen ? keeps : begins, context)) return []
    const level = levels.find((one) => holds(one.holds, context))
    if (level === undefined) return []
    const finding = { severity: level.severity, message: text.fill(context) }
    if (labels.length === 0) return [finding]
    return [{ ...finding, labels: Object.fromEntries(labels.map(([label, value]) => [label, value.fill(context)])) }]
  }
  const rule: Rule<AnyFacts> = {
    name,
    about,
    severities: perceivedSeverities.filter((one) => levels.some(({ severity }) => severity === one)),
    meaning: entry.meaning ?? 'A rule of the configuration.',
    advice: entry.advice ?? '',
    ...(entry.runbook === undefined ? {} : { runbook: entry.runbook }),
    for: entry.for ?? minute,
    clearAfter: entry.clearAfter ?? minute,
    judge: (facts, open) => judge(facts, open()),
  }
  return { rule, faults: [] }
}
