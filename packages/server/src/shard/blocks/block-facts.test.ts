import { describe, expect, it } from 'vitest'
import type { BlockEvent } from '../applied.ts'
import { hashOf, scenario } from '../testing/scenario.ts'

const root = hashOf(5, 77)
const richer = { extraData: '0xabcd', size: 612, baseFeePerGas: 7n, stateRoot: root } as never

describe('facts of a block', () => {
  it('are filled in by the one who tells more, told on to the feed and the history, and once', () => {
    const told: BlockEvent[] = []
    const stage = scenario()
    stage.listeners.push(({ blocks }) => told.push(...blocks))
    stage.connect('abc')
    stage.block('a', 5)
    stage.view.takeChangeSet()
    stage.wait(50).block('b', 5, richer)
    stage.block('c', 5, richer)
    stage.block('a', 5)
    expect(stage.view.blockDetail(hashOf(5))).toMatchObject({
      ...(richer as object),
      baseFeePerGas: '7',
      firstNode: 'a',
      nodes: 3,
    })
    expect(told.map(({ type, block }) => `${type} ${block.hash}`)).toEqual([
      `block-attached ${hashOf(5)}`,
      `canonical-changed ${hashOf(5)}`,
      `block-learned ${hashOf(5)}`,
    ])
    expect(stage.view.takeChangeSet().blocks.has(hashOf(5))).toBe(true)
    expect(stage.core.counts().blocksContradicting).toBe(0)
  })

  it('are filled in by late reports and by answers too', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 5)
    stage.block('b', 5, { historical: true, size: 612 })
    expect(stage.view.block(hashOf(5))).toMatchObject({ size: 612 })
  })

  it('stay as they were first told, and other words are counted', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 5, { size: 612 })
    stage.block('b', 5, { size: 700, gasUsed: 999, extraData: '0xab' })
    expect(stage.view.blockDetail(hashOf(5))).toMatchObject({ size: 612, gasUsed: 1000, extraData: null, nodes: 2 })
    expect(stage.core.counts().blocksContradicting).toBe(1)
  })
})
