import { describe, expect, it } from 'vitest'
import { nodeFacts } from '../testing/facts.ts'
import { judgesMetric } from './agent-judges.ts'
import { defaultRules, localRules } from './mod.ts'

const all = [...defaultRules.node, ...defaultRules.network, ...defaultRules.server]

describe('the rules of the product', () => {
  it('have names of their own, in the form that an identity has', () => {
    const names = all.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/)
  })

  it.each(all)('$name says what it means and what to do, each in a sentence', ({ meaning, advice }) => {
    expect(meaning).toMatch(/^[A-Z].+\.$/)
    expect(advice).toMatch(/^[A-Z].+\.$/)
  })

  it('are left to an agent that judges them itself, while it says so', () => {
    const rule = defaultRules.node.find(({ name }) => name === 'disk-full')
    const full = { 'host.diskFreeBytes': 1, 'host.diskBytes': 1000 }
    const at = Date.UTC(2026, 11, 1)
    expect(rule?.judge(nodeFacts(at, { metrics: full }), () => false)).toHaveLength(1)
    expect(rule?.judge(nodeFacts(at, { metrics: { ...full, [judgesMetric]: 1 } }), () => false)).toEqual([])
    expect(localRules.every(({ name }) => defaultRules.node.some((one) => one.name === name))).toBe(true)
  })

  it('are listed by what they are about', () => {
    for (const [about, rules] of Object.entries(defaultRules))
      for (const rule of rules as readonly { about: string }[]) expect(rule.about).toBe(about)
  })
})
