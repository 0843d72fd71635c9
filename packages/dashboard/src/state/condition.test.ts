import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionOf, populationOf } from './condition.ts'

describe('the condition of a node', () => {
  it('is inactive before anything else', () => {
    expect(conditionOf({ state: 'inactive', syncing: true, behind: 0 })).toBe('inactive')
  })

  it('is syncing while it catches up, however far it is behind', () => {
    expect(conditionOf({ state: 'active', syncing: true, behind: 4000 })).toBe('syncing')
  })

  it('is behind from two blocks on; one block is news on its way', () => {
    const at = (behind: number | null) => conditionOf({ state: 'active', syncing: false, behind })
    expect([at(0), at(1), at(2), at(99)]).toEqual(['head', 'late', 'behind', 'behind'])
  })

  it('is silent, not at the head, when no block is known', () => {
    expect(conditionOf({ state: 'active', syncing: null, behind: null })).toBe('silent')
  })
})

const of = (nodes: number, active: number, atHead: number, behind: number, syncing: number) =>
  populationOf({ nodes, active, atHead, behind, syncing })

describe('the population', () => {
  it('tells every node once, syncing ones not also as behind', () => {
    expect(of(100, 90, 70, 12, 5)).toEqual([
      { condition: 'head', count: 70 },
      { condition: 'late', count: 8 },
      { condition: 'syncing', count: 5 },
      { condition: 'behind', count: 7 },
      { condition: 'inactive', count: 10 },
    ])
  })

  it('leaves out what is not there', () => {
    expect(of(3, 3, 3, 0, 0)).toEqual([{ condition: 'head', count: 3 }])
    expect(of(0, 0, 0, 0, 0)).toEqual([])
  })

  it('adds up to all nodes whatever the counts say', () => {
    const n = fc.nat(50)
    fc.assert(
      fc.property(n, n, n, n, n, (nodes, active, atHead, behind, syncing) => {
        const sum = of(nodes, active, atHead, behind, syncing).reduce((total, part) => total + part.count, 0)
        expect(sum).toBe(nodes)
      }),
    )
  })
})
