import { describe, expect, it } from 'vitest'
import { conditionOf } from './condition.ts'

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
