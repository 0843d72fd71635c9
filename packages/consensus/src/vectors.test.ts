/** Headers of real networks with answers that two other implementations and the nodes' own RPC agree on. */
import { describe, expect, it } from 'vitest'
import { createChain } from './chain.ts'
import { compareBlocks } from './equivocation.ts'
import { parseHeader } from './header.ts'
import type { Hex } from './hex.ts'
import { toReport } from './report.ts'
import type { Report } from './report.ts'
import { chainFiles, readPairs, readVectors, rulesFor } from './test-support/vectors.ts'

/** Names that the expectation has of things which only nodes know, or that are compared by themselves. */
const notFromHeaders = new Set([
  'after',
  'recentsBefore',
  'signerLimit',
  'note',
  'union',
  'difficulty',
  'sealsAllOfValidators',
])

describe.each(chainFiles)('headers of %s', (file) => {
  const vectors = readVectors(file)
  it('give what the vectors say, each of it', () => {
    const byChain = Map.groupBy(vectors, ({ chain }) => chain)
    const wrong: unknown[] = []
    for (const ofChain of byChain.values()) {
      const rules = rulesFor(ofChain)
      const chain = createChain(rules)
      let before = -1
      for (const { id, engine, header, expect: wanted } of ofChain) {
        const report: Report & Record<string, unknown> = { ...toReport(chain.add(parseHeader(header))) }
        const isAfterGap = Number(header['number']) !== before + 1
        before = Number(header['number'])
        const differs = Object.entries({ ...wanted, engine, hashMatches: true }).filter(([name, value]) => {
          if (notFromHeaders.has(name) || wanted[name] === null) return false
          // That nodes differ in their order is known from their logs where it changes no proposer; in a chain's first
          // block no policy shows.
          if (value === 'mixed' || (name === 'policy' && report.policy === undefined && before === 1)) return false
          // Of a block whose parent is not among the vectors nobody can say who was due.
          if (isAfterGap && ['parentSealer', 'expected', 'skipped', 'roundModN', 'turnOrder', 'policy'].includes(name))
            return report[name] !== undefined && JSON.stringify(report[name]) !== JSON.stringify(value)
          return JSON.stringify(sorted(name, report[name])) !== JSON.stringify(sorted(name, value))
        })
        if (differs.length > 0)
          wrong.push({ id, got: differs.map(([name]) => [name, report[name]]), wanted: differs, fault: report.fault })
      }
    }
    expect(wrong).toEqual([])
  })
})

/** Seals come in any order, and the keys of objects too. */
const sorted = (name: string, value: unknown): unknown => {
  if (['commitSealers', 'absentSealers', 'checkpoint'].includes(name) && Array.isArray(value))
    return (value as readonly string[]).toSorted((a, b) => (a < b ? -1 : 1))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

describe('headers that were changed in one place', () => {
  it.each(readVectors('negatives'))('are attributed to nobody: $id', (vector) => {
    const facts = createChain().add(parseHeader(vector.header))
    expect(facts.hashMatches).toBe(vector.expect['hashMatches'])
    expect(facts).not.toHaveProperty('sealer')
    expect(facts).not.toHaveProperty('commitSealers')
    expect(facts).not.toHaveProperty('missed')
  })
})

describe('pairs of headers', () => {
  it.each(readPairs())('are graded: $id', ({ headers, validators, expect: wanted }) => {
    const facts = headers.map((header) => createChain({ validatorsAt: () => validators }).add(parseHeader(header)))
    const [a, b] = facts
    if (a === undefined || b === undefined) throw new Error('a pair has two headers')
    expect(facts.map(({ fault }) => fault)).toEqual([undefined, undefined])
    const found = compareBlocks(a, b)
    const of = (type: string) => found.find((one) => one.type === type)
    const strongest = found.find(({ strength }) => strength === 'certain') ?? found[0]
    expect(strongest?.strength).toBe(
      wanted['strength'] ?? (wanted['conflictingFinality'] === true ? 'strong' : undefined),
    )
    expect(of('double-step') !== undefined).toBe(wanted['doubleStep'] ?? false)
    expect(of('double-seal') !== undefined).toBe(wanted['doubleSeal'] ?? false)
    const proposal = wanted['proposerEquivocation']
    if (proposal) expect(of('double-proposal')).toMatchObject(proposal)
    else expect(of('double-proposal')).toBeUndefined()
    const commits = of('double-commit') as { readonly validators: readonly Hex[] } | undefined
    expect(commits?.validators.toSorted() ?? []).toEqual(
      (wanted['sealEquivocation'] as Hex[] | undefined)?.toSorted() ?? [],
    )
    if (wanted['conflictingFinality'] === true) expect(of('conflicting-finality')).toBeDefined()
  })
})
