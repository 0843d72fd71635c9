/** Drives an engine as a server does: some nodes are judged by a rule, then time goes on. */
import type { Finding, RuleInfo, RuleTiming, Subject } from '../../rule.ts'
import { createAlarmEngine } from '../mod.ts'
import type { AlarmStep, EngineOptions } from '../mod.ts'

export type TestRule = RuleInfo & RuleTiming

export const second = 1000
export const minute = 60 * second
export const start = 1_800_000_000_000

export const testRule = (name: string, timing: Partial<RuleTiming> = {}): TestRule => ({
  name,
  meaning: `What ${name} means.`,
  advice: `What to do about ${name}.`,
  for: 30 * second,
  clearAfter: 15 * second,
  ...timing,
})

export const inactive = testRule('node-inactive')
export const behind = testRule('node-behind')
export const stalled = testRule('chain-stalled', { for: 0 })

export const network = '1337'
export const nodeOf = (node: number | string): Subject => ({ network, node: `node-${node}` })
export const wholeNetwork: Subject = { network, node: null }

/** Numbers of nodes, from 0. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

export const finding = (message = 'It is not well', more: Partial<Finding> = {}): Finding => ({
  severity: 'major',
  message,
  ...more,
})

export const drive = (options: EngineOptions = {}) => {
  const engine = createAlarmEngine(options)
  const steps: AlarmStep[] = []
  let at = start
  return {
    engine,
    steps,
    at: () => at,
    judge: (rule: TestRule, subject: Subject, ...findings: readonly Finding[]): void =>
      engine.judge(rule, subject, findings, at),
    /** Ticks each second; gives the steps of this time. */
    pass: (ms: number): readonly AlarmStep[] => {
      for (const end = at + ms; at < end; ) {
        at += second
        engine.tick(at)
      }
      const taken = engine.takeSteps()
      steps.push(...taken)
      return taken
    },
  }
}

/** `raised node-inactive node-3 parent`: with the reason where nobody is told. */
export const lineOf = ({ name, alarm: { rule, node, suppressed } }: AlarmStep): string =>
  [name, rule, node, suppressed?.reason].filter((part) => part !== null && part !== undefined).join(' ')

/** Of steps, those that somebody is notified of. */
export const unsuppressed = (steps: readonly AlarmStep[]): readonly string[] =>
  steps.filter(({ alarm: { suppressed } }) => suppressed === null).map(lineOf)
