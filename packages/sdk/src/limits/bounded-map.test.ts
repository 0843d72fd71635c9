import { describe, expect, it } from 'vitest'
import { createBoundedMap } from './bounded-map.ts'

describe('a bounded map', () => {
  it('gives up the oldest entry at its bound, and says so', () => {
    const evicted: string[] = []
    const map = createBoundedMap<string, number>(2, (value, key) => evicted.push(`${key} ${value}`))
    map.set('a', 1)
    map.set('b', 2)
    map.set('a', 3)
    map.set('c', 4)
    expect([...map]).toEqual([
      ['b', 2],
      ['c', 4],
    ])
    expect(evicted).toEqual(['a 3'])
  })

  it('keeps what is touched', () => {
    const map = createBoundedMap<string, number>(2)
    map.set('a', 1)
    map.set('b', 2)
    map.touch('a', 1)
    map.set('c', 3)
    expect([...map.keys()]).toEqual(['a', 'c'])
  })
})
