import { unixMs, unixSeconds } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { begin, blockAt, hashOf, scenario } from '../testing/scenario.ts'

const hours = 3600
const headerAt = (secondsAgo: number) => ({ timestamp: unixSeconds(begin / 1000 - secondsAgo) })

describe('when a block came', () => {
  it('is the time of its header, where who tells of it first has just come, and so for every node that comes later', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 500, headerAt(10 * hours))
    stage.wait(60_000).connect('b')
    stage.block('b', 500, headerAt(10 * hours))
    const then = begin - 10 * hours * 1000
    expect(stage.view.head()).toMatchObject({ arrivedAt: then, firstNode: 'a' })
    expect(['a', 'b'].map((id) => stage.view.node(id)?.blockAt)).toEqual([then, then])
    expect(stage.view.node('b')?.propagationMs).toBeNull()
  })

  it('is its first report once its node follows the chain, whatever the header says', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('ab', 500, headerAt(10 * hours))
    stage.wait(1000).block('a', 501, headerAt(9 * hours))
    stage.wait(70).block('b', 501, headerAt(9 * hours))
    expect(stage.view.head()).toMatchObject({ number: 501, arrivedAt: begin + 1000 })
    expect(stage.view.node('b')).toMatchObject({ blockAt: begin + 1070, propagationMs: 70 })
  })

  it('is the time of its header for a node that catches up, and for one that was away', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 1, headerAt(2 * hours))
    stage.stats('a', { syncing: true })
    stage.block('a', 2, headerAt(hours))
    expect(stage.view.block(hashOf(2))?.arrivedAt).toBe(begin - hours * 1000)
    stage.stats('a', { syncing: false })
    stage.disconnect('a')
    stage.wait(1000).connect('a')
    stage.block('a', 3, headerAt(600))
    expect(stage.view.node('a')).toMatchObject({ blockAt: begin - 600_000 })
  })

  it('is its first report where the header is of this moment, of the time to come, or of before Ethereum', () => {
    for (const secondsAgo of [0, 4, -30, begin / 1000]) {
      const stage = scenario()
      stage.connect('a')
      stage.block('a', 500, headerAt(secondsAgo))
      expect(stage.view.head()?.arrivedAt).toBe(begin)
    }
  })

  it('is the time of its header also where an agent saw it when it began itself', () => {
    const stage = scenario()
    stage.connect('a')
    const body = blockAt(500, headerAt(10 * hours))
    const observation = { kind: 'block', node: 'a', observedAt: unixMs(begin - 60_000), body } as never
    const seenAt = unixMs(begin - 60_000)
    stage.apply({ type: 'observation', at: unixMs(begin), network: '1337', observation, mode: 'snapshot', seenAt })
    expect(stage.view.head()?.arrivedAt).toBe(begin - 10 * hours * 1000)
    expect(stage.view.node('a')?.blockAt).toBe(begin - 10 * hours * 1000)
  })
})
