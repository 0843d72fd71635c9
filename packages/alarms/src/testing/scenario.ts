/** Scripted facts over time, and what a rule makes of them. */
import { expect, it } from 'vitest'
import { createAlarmEngine } from '../life/mod.ts'
import type { AlarmStep } from '../life/mod.ts'
import type { Rule, Subject } from '../rule.ts'

export interface Scenario<Facts> {
  readonly name: string
  /** How long, and the facts at each moment of it; `since` is how long this has been so. */
  readonly script: readonly (readonly [forMs: number, facts: (at: number, since: number) => Facts])[]
  /** What is told, in order: `raised major`, `updated minor`, `cleared`. Updates of the text alone are left out. */
  readonly tells: readonly string[]
  /** What the first message says. */
  readonly says?: string | RegExp
}

const start = Date.UTC(2026, 11, 1, 6)
/** As often as a server looks. */
const everyMs = 5000

const subjects: Readonly<Record<Rule<unknown>['about'], Subject>> = {
  node: { network: 'testnet', node: 'validator-1' },
  network: { network: 'testnet', node: null },
  server: { network: null, node: null },
}

/** Every step that a script leads to, in the alarm engine. */
const play = <Facts>(rule: Rule<Facts>, script: Scenario<Facts>['script']): readonly AlarmStep[] => {
  const engine = createAlarmEngine()
  const subject = subjects[rule.about]
  const steps: AlarmStep[] = []
  let at = start
  for (const [forMs, facts] of script)
    for (const began = at; at < began + forMs; at += everyMs) {
      engine.judge(rule, subject, rule.judge(facts(at, at - began), engine.isOpen(rule.name, subject)), at)
      engine.tick(at)
      steps.push(...engine.takeSteps())
    }
  return steps
}

const toldOf = (steps: readonly AlarmStep[]): readonly string[] =>
  steps.flatMap(({ name, alarm: { severity } }, i) => {
    if (name === 'cleared') return [name]
    return name === 'updated' && steps[i - 1]?.alarm.severity === severity ? [] : [`${name} ${severity}`]
  })

/** Runs each scenario against a rule as it would run in a server. */
export const testScenarios = <Facts>(rule: Rule<Facts>, scenarios: readonly Scenario<Facts>[]): void => {
  it.each(scenarios)('$name', ({ script, tells, says }) => {
    const steps = play(rule, script)
    expect(rule.severities).toEqual(expect.arrayContaining(steps.map(({ alarm }) => alarm.severity)))
    expect(toldOf(steps)).toEqual(tells)
    if (says !== undefined) expect(steps[0]?.alarm.message).toMatch(says)
  })
}
