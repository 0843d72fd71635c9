import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { circlesOf } from './import-circles.ts'

const graph = (edges: Readonly<Record<string, readonly string[]>>) => circlesOf(new Map(Object.entries(edges)))

describe('circles of imports', () => {
  it('are none where every import runs one way', () => {
    expect(graph({ a: ['b', 'c'], b: ['c'], c: [] })).toEqual([])
  })

  it('are found with every file in them, each circle once', () => {
    expect(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'], f: ['a'] })).toEqual([
      ['d', 'e'],
      ['a', 'b', 'c'],
    ])
  })

  it('hold a file that imports itself', () => {
    expect(graph({ a: ['a'], b: ['missing'] })).toEqual([['a']])
  })

  it('are the files that reach each other', () => {
    const edges = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 })), { maxLength: 20 })
    fc.assert(
      fc.property(edges, (pairs) => {
        const imports = new Map<string, string[]>(Array.from({ length: 9 }, (_, i) => [String(i), []]))
        for (const [from, to] of pairs) imports.get(String(from))?.push(String(to))
        const reaches = (from: string): ReadonlySet<string> => {
          const seen = new Set<string>()
          const open = [...(imports.get(from) ?? [])]
          for (let next = open.pop(); next !== undefined; next = open.pop())
            if (!seen.has(next)) {
              seen.add(next)
              open.push(...(imports.get(next) ?? []))
            }
          return seen
        }
        const expected = [...imports.keys()].filter((one) => reaches(one).has(one)).sort()
        expect(circlesOf(imports).flat().sort()).toEqual(expected)
      }),
    )
  })
})
