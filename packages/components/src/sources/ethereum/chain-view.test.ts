import { blockNumber } from '@netstats/protocol'
import type { Block, Hash } from '@netstats/protocol'
import { exampleBlock } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChainView } from './chain-view.ts'
import type { ChainView } from './chain-view.ts'

const hashOf = (n: number, fork: string): Hash => `0x${fork}${n.toString(16).padStart(63, '0')}` as Hash
const block = (n: number, fork = 'a', parentFork = fork): Block => ({
  ...exampleBlock(n),
  hash: hashOf(n, fork),
  parentHash: hashOf(n - 1, parentFork),
})
const chain = (from: number, to: number, fork = 'a', parentFork = fork): Block[] =>
  Array.from({ length: to - from + 1 }, (_, i) => block(from + i, fork, i === 0 ? parentFork : fork))
const numbers = (list: readonly { readonly number: number }[]): number[] => list.map((one) => one.number)

const viewOf = (...blocks: readonly Block[]): ChainView => {
  const view = createChainView()
  view.adopt(blocks)
  return view
}

describe('what a source knows of a chain', () => {
  it('begins with the first head', () => {
    const view = createChainView()
    expect(view.place(block(10))).toBe('first')
    expect(view.gapBelow(block(10), 100)).toEqual([])
    expect(numbers(view.adopt([block(10)]).fresh)).toEqual([10])
    expect(view.head()).toEqual({ number: 10, hash: hashOf(10, 'a') })
  })

  it('grows by linked blocks, each reported once, the head live and the others historical', () => {
    const view = viewOf(block(10))
    expect(view.place(block(11))).toBe('linked')
    const { fresh, removed } = view.adopt(chain(11, 13))
    expect(fresh.map((one) => [one.number, one.historical ?? false])).toEqual([
      [11, true],
      [12, true],
      [13, false],
    ])
    expect(removed).toEqual([])
    expect(view.adopt([block(13)]).fresh).toEqual([])
  })

  it('names the heights that were missed, the newest of a long gap', () => {
    const view = viewOf(block(10))
    expect(view.place(block(15))).toBe('unknown')
    expect(view.gapBelow(block(15), 100)).toEqual([11, 12, 13, 14])
    expect(view.gapBelow(block(500), 3)).toEqual([497, 498, 499])
    expect(view.gapBelow(block(500), 0)).toEqual([])
  })

  it('says what a fork replaced', () => {
    const view = viewOf(...chain(10, 14))
    const { fresh, removed, added } = view.adopt(chain(13, 15, 'b', 'a'))
    expect(numbers(fresh)).toEqual([13, 14, 15])
    expect(removed).toEqual([13, 14].map((n) => ({ number: n, hash: hashOf(n, 'a') })))
    expect(added).toEqual([13, 14, 15].map((n) => ({ number: n, hash: hashOf(n, 'b') })))
  })

  it('says what is gone when the chain was wound back', () => {
    const view = viewOf(...chain(10, 14))
    const { fresh, removed } = view.adopt([block(11)])
    expect(fresh).toEqual([])
    expect(numbers(removed)).toEqual([12, 13, 14])
    expect(view.head()?.number).toBe(11)
  })

  it('does not report a block again that comes back after a fork', () => {
    const view = viewOf(...chain(10, 12))
    view.adopt(chain(12, 13, 'b', 'a'))
    expect(view.adopt(chain(12, 14)).fresh.map((one) => one.number)).toEqual([13, 14])
  })

  it('looks no deeper than it remembers', () => {
    const view = viewOf(...chain(1, 400))
    expect(view.place(block(100, 'b'))).toBe('below')
    expect(view.place(block(300, 'b'))).toBe('unknown')
  })

  it('knows nothing after forgetting', () => {
    const view = viewOf(...chain(1, 5))
    view.forget()
    expect(view.head()).toBeUndefined()
    expect(view.place(block(3))).toBe('first')
    expect(numbers(view.adopt([block(3)]).fresh)).toEqual([3])
  })

  it('ends with the head given to it, reports each hash once and keeps its links, whatever forks come', () => {
    const move = fc.record({ depth: fc.nat(6), length: fc.integer({ min: 1, max: 6 }) })
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        let tip = chain(1, 3, '0')
        const view = viewOf(...tip)
        const reported = new Set(tip.map((one) => one.hash))
        moves.forEach(({ depth, length }, i) => {
          const kept = tip.slice(0, Math.max(1, tip.length - depth))
          const base = kept.at(-1)!
          const added = Array.from({ length }, (_, k) => ({
            ...exampleBlock(base.number + k + 1),
            hash: hashOf(base.number + k + 1, `${(i % 9) + 1}`),
          })).map((one, k, all) => ({ ...one, parentHash: k === 0 ? base.hash : all[k - 1]!.hash }))
          tip = [...kept, ...added]
          const { fresh, removed } = view.adopt(added)
          for (const one of fresh) {
            expect(reported.has(one.hash)).toBe(false)
            reported.add(one.hash)
          }
          for (const one of removed) expect(one.number).toBeGreaterThan(base.number)
          expect(view.head()).toEqual({ number: tip.at(-1)!.number, hash: tip.at(-1)!.hash })
          for (const one of tip) expect(view.knows({ number: blockNumber(one.number), hash: one.hash })).toBe(true)
        })
      }),
      { numRuns: 200 },
    )
  })
})
