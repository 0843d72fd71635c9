import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBlock, orderDelays } from './blocks/block-record.ts'
import type { ObservationMode } from './inputs.ts'
import { begin, blockAt, hashOf, scenario } from './testing/scenario.ts'
import type { BlockShape, Scenario } from './testing/scenario.ts'

const second = 1000
const hour = 3_600_000

/** Says something that happened `back` milliseconds ago. */
const tell = (stage: Scenario, mode: ObservationMode, back: number, node: string, said: object) =>
  stage.apply({
    type: 'observation',
    at: unixMs(stage.now),
    network: '1337',
    observation: { node: nodeId(node), observedAt: unixMs(stage.now - back), ...said } as Observation,
    mode,
    seenAt: unixMs(stage.now - back),
  })
const tellBlock = (
  stage: Scenario,
  mode: ObservationMode,
  back: number,
  nodes: string,
  number: number,
  shape?: BlockShape,
) => {
  for (const node of nodes) tell(stage, mode, back, node, { kind: 'block', body: blockAt(number, shape) })
}

const watch = () => {
  const told: string[] = []
  const stage = scenario()
  stage.listeners.push(({ input: { at }, node, report, blocks }) => {
    for (const event of blocks)
      if (event.type === 'block-attached')
        told.push(`added ${event.block.number} by ${event.node.id}, ${at - event.seenAt} ago`)
    if (report === undefined) return
    const { block, seenAt, delayMs, isBelowWindow } = report
    if (isBelowWindow) told.push(`old ${block.number} by ${node?.id}, ${at - seenAt} ago`)
    else told.push(`seen ${block.number} by ${node?.id} after ${delayMs}, ${at - seenAt} ago`)
  })
  return { stage, told }
}

describe('what comes late', () => {
  it('is no second sight of a node that was forgotten and came back', () => {
    const told: string[] = []
    const stage = scenario({ maxNodesPerNetwork: 2 })
    stage.listeners.push(({ node, report }) => {
      if (report !== undefined) told.push(`${node?.id} saw ${report.block.number}`)
    })
    stage.connect('ab')
    stage.block('ab', 10)
    stage.disconnect('b')
    stage.connect('c')
    stage.disconnect('c')
    stage.connect('b')
    tellBlock(stage, 'replayed', 0, 'b', 10)
    stage.block('b', 10)
    expect(stage.view.blockDetail(hashOf(10))).toMatchObject({
      nodes: 2,
      seenBy: [
        ['a', 0],
        ['b', 0],
      ],
    })
    expect(told).toEqual(['a saw 10', 'b saw 10'])
  })

  it('shows that its node lives, and changes nothing that it shows', () => {
    const stage = scenario()
    stage.connect('a')
    stage.stats('a', { peers: 7, syncing: false })
    stage.say('a', 'latency', { latencyMs: 20 })
    stage.say('a', 'pending', { pending: 3 })
    stage.block('a', 10)
    const before = stage.view.node('a')
    stage.tick(30)
    tell(stage, 'replayed', hour, 'a', { kind: 'node-stats', body: { active: false, peers: 1, syncing: true } })
    tell(stage, 'replayed', hour, 'a', { kind: 'latency', body: { latencyMs: 900 } })
    tell(stage, 'replayed', hour, 'a', { kind: 'pending', body: { pending: 99 } })
    tell(stage, 'replayed', hour, 'a', { kind: 'block-processing', body: { ...blockAt(10), processingMs: 5 } })
    tell(stage, 'replayed', hour, 'a', { kind: 'node-info', body: { name: 'old', networkId: '4' } })
    expect(stage.view.node('a')).toEqual({ ...before, lastSeenAt: stage.now })
    stage.tick(76)
    expect(stage.view.node('a')?.state).toBe('inactive')
    tell(stage, 'replayed', hour, 'a', { kind: 'pending', body: { pending: 99 } })
    expect(stage.view.node('a')).toMatchObject({ state: 'active', pending: 3 })
  })

  it('counts who saw a block, and how long after its first report', () => {
    const { stage, told } = watch()
    stage.connect('abc')
    stage.wait(second).block('a', 10)
    stage.wait(300).block('b', 10)
    stage.wait(hour)
    told.length = 0
    tellBlock(stage, 'replayed', hour + 200, 'c', 10)
    expect(told).toEqual([`seen 10 by c after 100, ${hour + 200} ago`])
    expect(stage.view.blockDetail(hashOf(10))).toMatchObject({
      nodes: 3,
      p50Ms: 100,
      seenBy: [
        ['a', 0],
        ['c', 100],
        ['b', 300],
      ],
    })
    // Once: also where it comes again.
    tellBlock(stage, 'replayed', hour, 'c', 10)
    expect(told).toHaveLength(1)
    expect(stage.view.node('c')).toMatchObject({ blockNumber: null, propagationMs: null, blockAt: null })
  })

  it('is measured also for who had no session then, and not before the first report', () => {
    const { stage, told } = watch()
    stage.connect('a')
    stage.wait(second).block('a', 10)
    stage.wait(hour).connect('bc')
    told.length = 0
    tellBlock(stage, 'replayed', hour - 40, 'b', 10)
    tellBlock(stage, 'replayed', hour + 5, 'c', 10)
    expect(told).toEqual([`seen 10 by b after 40, ${hour - 40} ago`, `seen 10 by c after 0, ${hour + 5} ago`])
    expect(stage.view.block(hashOf(10))).toMatchObject({ arrivedAt: begin + second, firstNode: 'a', nodes: 3 })
  })

  it('is no propagation where the node was catching up', () => {
    const { stage, told } = watch()
    stage.connect('abz')
    for (let n = 10; n < 100; n++) stage.wait(second).block('ab', n)
    stage.wait(hour)
    told.length = 0
    // When the others were at 89, 79 heights above.
    tellBlock(stage, 'replayed', hour + 10 * second, 'z', 10)
    tellBlock(stage, 'replayed', hour + 10 * second, 'z', 88)
    expect(told).toEqual([
      `seen 10 by z after null, ${hour + 10 * second} ago`,
      `seen 88 by z after 1000, ${hour + 10 * second} ago`,
    ])
  })

  it('brings blocks that nobody else reported into the tree, without a vote for the head', () => {
    const { stage, told } = watch()
    stage.connect('abc')
    for (const n of [10, 11]) stage.wait(second).block('ab', n)
    for (const n of [14, 15]) stage.wait(second).block('ab', n)
    told.length = 0
    stage.wait(hour)
    for (const [i, n] of [12, 13].entries()) tellBlock(stage, 'replayed', hour - i, 'c', n)
    tellBlock(stage, 'replayed', hour, 'c', 40)
    expect(told.filter((line) => line.startsWith('added'))).toEqual([
      `added 12 by c, ${hour} ago`,
      `added 13 by c, ${hour - 1} ago`,
      `added 40 by c, ${hour} ago`,
    ])
    expect(told.filter((line) => line.startsWith('seen'))[0]).toBe(`seen 12 by c after 0, ${hour} ago`)
    expect(stage.head()).toBe('15/0')
    expect(stage.view.block(hashOf(12))).toMatchObject({
      canonical: true,
      nodes: 1,
      firstNode: 'c',
      arrivedAt: stage.now - hour,
      blockTimeMs: 5000,
    })
    expect(stage.view.missing(99)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('is reported where it is below what is kept, and leaves nothing behind', () => {
    const { stage, told } = watch()
    stage.connect('abc')
    stage.wait(second).block('ab', 5000)
    told.length = 0
    tellBlock(stage, 'replayed', hour, 'c', 7)
    tellBlock(stage, 'replayed', hour, 'c', 8, { historical: true })
    expect(told).toEqual([`old 7 by c, ${hour} ago`])
    expect(stage.core.counts()).toMatchObject({ blocks: 1, blocksBelowWindow: 1 })
    expect(stage.view.block(hashOf(7))).toBeUndefined()
  })

  it('is never after the moment it is told', () => {
    const { stage, told } = watch()
    stage.connect('ab')
    stage.wait(second).block('a', 10)
    stage.wait(second)
    tellBlock(stage, 'replayed', -5000, 'b', 10)
    expect(told.at(-1)).toBe('seen 10 by b after 1000, 0 ago')
  })

  it('is history where it was asked for', () => {
    const { stage, told } = watch()
    stage.connect('ab')
    stage.wait(second).block('a', 10)
    told.length = 0
    tellBlock(stage, 'replayed', hour, 'b', 9, { historical: true })
    expect(told).toEqual(['added 9 by b, 0 ago'])
    expect(stage.view.block(hashOf(9))).toMatchObject({ arrivedAt: null, canonical: true })
  })
})

describe('what is so now', () => {
  it('is what the node shows', () => {
    const stage = scenario()
    stage.connect('a')
    tell(stage, 'snapshot', hour, 'a', { kind: 'node-stats', body: { active: true, peers: 4 } })
    tell(stage, 'snapshot', 10, 'a', { kind: 'pending', body: { pending: 9 } })
    tellBlock(stage, 'snapshot', 10, 'a', 10)
    expect(stage.view.node('a')).toMatchObject({ peers: 4, pending: 9, blockNumber: 10 })
    expect(stage.head()).toBe('10/0')
  })

  it('may have begun long ago: the block of a chain that stands still', () => {
    const { stage, told } = watch()
    stage.connect('a')
    stage.wait(hour)
    tellBlock(stage, 'snapshot', hour, 'a', 10)
    stage.wait(second).connect('b')
    tellBlock(stage, 'snapshot', hour + second - 70, 'b', 10)
    expect(told.slice(1)).toEqual([`seen 10 by a after 0, ${hour} ago`, `seen 10 by b after 70, ${hour + 930} ago`])
    expect(stage.view.node('b')).toMatchObject({ propagationMs: 70, blockAt: begin + 70 })
    // The same comes again, in its order.
    tellBlock(stage, 'replayed', hour + second, 'a', 10)
    expect(told).toHaveLength(3)
  })
})

describe('a live sight with its own time', () => {
  it('is measured by that, however long the batch was on its way', () => {
    const { stage, told } = watch()
    stage.connect('abcd')
    stage.wait(hour)
    tellBlock(stage, 'live', 900, 'a', 10)
    stage.wait(second)
    tellBlock(stage, 'live', 1700, 'b', 10)
    tellBlock(stage, 'live', 1850, 'c', 10)
    tellBlock(stage, 'live', 2000, 'd', 10)
    expect(told.slice(1)).toEqual([
      'seen 10 by a after 0, 900 ago',
      'seen 10 by b after 200, 1700 ago',
      'seen 10 by c after 50, 1850 ago',
      // It was the first, but the others have been measured already.
      'seen 10 by d after 0, 2000 ago',
    ])
    expect(stage.view.blockDetail(hashOf(10))?.seenBy).toEqual([
      ['a', 0],
      ['d', 0],
      ['c', 50],
      ['b', 200],
    ])
    expect(stage.view.node('b')).toMatchObject({ propagationMs: 200, blockAt: stage.now - 1700 })
  })

  it('is not believed to be older than what is live, nor to be still to come', () => {
    const { stage, told } = watch()
    stage.connect('ab')
    stage.wait(hour)
    tellBlock(stage, 'live', 60 * second, 'a', 10)
    stage.wait(20 * second)
    tellBlock(stage, 'live', -second, 'b', 10)
    expect(told.slice(1)).toEqual(['seen 10 by a after 0, 15000 ago', 'seen 10 by b after 35000, 0 ago'])
  })
})

describe('sights that come out of order', () => {
  it('are in order when they are looked at, those of one delay as they came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 200, size: 'max' }), (sights) => {
        const block = createBlock(blockAt(1))
        const model: [string, number][] = []
        for (const [i, [delay, look]] of sights.entries()) {
          const inOrder = block.ordered === block.delays.length && delay >= (block.delays.at(-1) ?? 0)
          block.seenBy.push(`n${i}`)
          block.delays.push(delay)
          if (inOrder) block.ordered++
          model.push([`n${i}`, delay])
          if (!look) continue
          const sorted = model.toSorted((a, b) => a[1] - b[1])
          expect(orderDelays(block).seenBy.map((node, place) => [node, block.delays[place]])).toEqual(sorted)
        }
      }),
    )
  })
})
