/** Scripted facts over time, and what a rule makes of them. */
import { expect, it } from 'vitest'
import type { Rule } from '../rule.ts'
import { followRule } from './follow-rule.ts'

export interface Scenario<Facts> {
  readonly name: string
  /** How long, and the facts at each moment of it; `since` is how long this has been so. */
  readonly script: readonly (readonly [forMs: number, facts: (at: number, since: number) => Facts])[]
  /** What is told, in order: `raised major`, `updated minor`, `cleared`. */
  readonly tells: readonly string[]
  /** What the first message says. */
  readonly says?: string | RegExp
}

const start = Date.UTC(2026, 11, 1, 6)
/** As often as a server looks. */
const everyMs = 5000

/** Runs each scenario against a rule as it would run in a server. */
export const testScenarios = <Facts>(rule: Rule<Facts>, scenarios: readonly Scenario<Facts>[]): void => {
  it.each(scenarios)('$name', ({ script, tells, says }) => {
    const follow = followRule(rule)
    let at = start
    for (const [forMs, facts] of script)
      for (const began = at; at < began + forMs; at += everyMs) follow.look(facts(at, at - began), at)
    expect(follow.steps.map(({ name, severity }) => (name === 'cleared' ? name : `${name} ${severity}`))).toEqual(tells)
    if (says !== undefined) expect(follow.steps[0]?.message).toMatch(says)
  })
}
