import { describe, expect, it } from 'vitest'
import { defaultRules } from './mod.ts'

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

  it('are listed by what they are about', () => {
    for (const [about, rules] of Object.entries(defaultRules))
      for (const rule of rules as readonly { about: string }[]) expect(rule.about).toBe(about)
  })
})
