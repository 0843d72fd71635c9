import { nodeId } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { createPaces } from './paces.ts'

describe('the pace of a node', () => {
  it('is the longest that any of its sinks asks for, and not without end', () => {
    const paces = createPaces()
    const [a, b] = [nodeId('a'), nodeId('b')]
    expect(paces.of(a)).toBe(0)
    paces.ask('one', a, 5000)
    paces.ask('two', a, 30_000)
    expect([paces.of(a), paces.of(b)]).toEqual([30_000, 0])
    paces.ask('two', a, 0)
    expect(paces.of(a)).toBe(5000)
    paces.ask('one', a, 86_400_000)
    expect(paces.of(a)).toBe(60_000)
    paces.ask('one', a, 0)
    expect(paces.of(a)).toBe(0)
  })
})
