import { unixSeconds } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { begin, blockAt, hashOf, scenario } from './testing/scenario.ts'

const headChanges = (stage: ReturnType<typeof scenario>) =>
  stage.changes.flatMap((change) => (change.type === 'head' ? [`${change.number}-${change.reorgDepth}`] : []))

describe('head', () => {
  it('is the highest block of a network of one node', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 10)
    stage.block('a', 11)
    expect(stage.head()).toBe('11/0')
    expect(headChanges(stage)).toEqual(['10-0', '11-0'])
  })

  it('follows the first report of the next block', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('abc', 10)
    stage.block('b', 11)
    expect(stage.head()).toBe('11/0')
  })

  it('does not follow one node to a height far above what two others agree on', () => {
    const stage = scenario()
    stage.connect('abx')
    stage.block('ab', 10)
    stage.block('x', 9_000_000, { branch: 9 })
    stage.block('x', 9_000_001, { branch: 9 })
    stage.block('x', Number.MAX_SAFE_INTEGER, { branch: 9 })
    stage.tick(5)
    expect(stage.head()).toBe('10/0')
    stage.block('ab', 11)
    expect(stage.head()).toBe('11/0')
    expect(stage.view.node('x')).toMatchObject({ blockNumber: Number.MAX_SAFE_INTEGER, behind: 0 })
  })

  it('leaves a liar that was there first as soon as two others agree', () => {
    const stage = scenario()
    stage.connect('abx')
    stage.block('x', 9_000_000, { branch: 9 })
    expect(stage.head()).toBe('9000000/9')
    stage.block('a', 10)
    stage.block('b', 10)
    expect(stage.head()).toBe('10/0')
    expect(stage.view.block(hashOf(9_000_000, 9))?.canonical).toBe(false)
    expect(stage.view.summary()).toMatchObject({ reorgs: 0, deepestReorg: 0, atHead: 2 })
  })

  it('believes a high block when a second node reports it', () => {
    const stage = scenario()
    stage.connect('abxy')
    stage.block('ab', 10)
    stage.block('x', 500)
    expect(stage.head()).toBe('10/0')
    stage.block('y', 500)
    expect(stage.head()).toBe('500/0')
  })

  it('believes a lone block above a gap once history links it', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('abc', 10)
    stage.block('c', 13)
    expect(stage.head()).toBe('10/0')
    stage.block('c', 11, { historical: true })
    expect(stage.head()).toBe('10/0')
    stage.block('c', 12, { historical: true })
    expect(stage.head()).toBe('13/0')
    expect(stage.view.missing(3)).toEqual([7, 8, 9])
  })

  it('lets a lone forged child stand only until the others agree on another block', () => {
    const stage = scenario()
    stage.connect('abx')
    stage.block('abx', 10)
    for (let n = 11; n < 20; n++) stage.block('x', n, { branch: 9, on: n === 11 ? 0 : 9 })
    expect(stage.head()).toBe('19/9')
    stage.block('a', 11)
    expect(stage.head()).toBe('19/9')
    stage.block('b', 11)
    expect(stage.head()).toBe('11/0')
    expect(stage.view.block(hashOf(11, 9))?.canonical ?? false).toBe(false)
  })

  it('goes on with a fork that one node extends once a second node follows it', () => {
    const stage = scenario()
    stage.connect('abcd')
    stage.block('abcd', 10)
    stage.block('abc', 11)
    stage.block('d', 11, { branch: 1, on: 0 })
    stage.block('d', 12, { branch: 1 })
    expect(stage.head()).toBe('11/0')
    stage.block('c', 12, { branch: 1 })
    expect(stage.head()).toBe('12/1')
    expect(headChanges(stage).at(-1)).toBe('12-1')
    expect(stage.view.summary()).toMatchObject({ reorgs: 1, deepestReorg: 1, forks: 1 })
  })

  it('at equal height stays until more than half of the nodes follow the other block', () => {
    const stage = scenario()
    stage.connect('abcde')
    stage.block('abcde', 10)
    stage.block('ab', 11)
    stage.block('cd', 11, { branch: 1, on: 0 })
    expect(stage.head()).toBe('11/0')
    stage.block('e', 11, { branch: 1, on: 0 })
    expect(stage.head()).toBe('11/1')
    expect(headChanges(stage).at(-1)).toBe('11-1')
  })

  it('measures the depth of a reorganisation from the fork', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let n = 10; n <= 15; n++) stage.block('ab', n)
    for (let n = 13; n <= 16; n++) stage.block('b', n, { branch: 1, on: n === 13 ? 0 : 1, historical: n < 16 })
    expect(stage.head()).toBe('16/1')
    expect(headChanges(stage).at(-1)).toBe('16-3')
    expect(stage.view.summary()).toMatchObject({ reorgs: 1, deepestReorg: 3 })
    expect(stage.view.hashesAt(15)).toEqual([hashOf(15, 1), hashOf(15, 0)])
    expect(stage.view.block(hashOf(15, 0))?.canonical).toBe(false)
    expect(stage.view.block(hashOf(13, 1))?.canonical).toBe(true)
  })

  it('counts a reorganisation that shows only when history closes the gap', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let n = 10; n <= 12; n++) stage.block('ab', n)
    stage.block('ab', 14, { branch: 1 })
    expect(headChanges(stage).at(-1)).toBe('14-0')
    stage.block('a', 13, { branch: 1, historical: true })
    expect(stage.view.missing(1)).toEqual([12])
    stage.block('a', 12, { branch: 1, on: 0, historical: true })
    expect(stage.view.summary()).toMatchObject({ head: { number: 14 }, reorgs: 1, deepestReorg: 1 })
    expect(stage.view.block(hashOf(12, 0))?.canonical).toBe(false)
  })

  it('follows a chain that begins again from its first block', () => {
    const stage = scenario()
    stage.connect('abc')
    for (let n = 900; n <= 1000; n++) stage.block('abc', n)
    stage.block('a', 1, { branch: 7 })
    expect(stage.head()).toBe('1000/0')
    stage.block('bc', 1, { branch: 7 })
    expect(stage.head()).toBe('1/7')
    expect(stage.view.summary()).toMatchObject({ reorgs: 0, atHead: 3, behind: 0 })
    expect(stage.view.hashesAt(1000)).toEqual([])
    for (let n = 2; n < 6; n++) stage.block('abc', n, { branch: 7 })
    expect(stage.view.blocks(10).map((block) => block.number)).toEqual([5, 4, 3, 2, 1])
  })

  it('follows a reset whose nodes came back under new names after the grace time', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('ab', 1000)
    stage.disconnect('ab')
    stage.connect('cd')
    stage.block('cd', 1, { branch: 7 })
    stage.block('cd', 2, { branch: 7 })
    expect(stage.head()).toBe('1000/0')
    stage.tick(61)
    expect(stage.head()).toBe('2/7')
  })

  it('stays where it was while the node that saw it is away for a moment', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('abc', 10)
    stage.block('a', 11)
    stage.disconnect('a')
    stage.tick(70)
    stage.stats('b')
    expect(stage.head()).toBe('11/0')
  })

  it('goes back with nodes that were rolled back', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let n = 10; n <= 15; n++) stage.block('ab', n)
    stage.block('a', 12)
    expect(stage.head()).toBe('15/0')
    stage.block('b', 12)
    expect(stage.head()).toBe('12/0')
    expect(headChanges(stage).at(-1)).toBe('12-3')
  })

  it('does not let nodes that wait at block 0 speak against one that has the chain', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('ab', 0)
    stage.block('c', 5000)
    expect(stage.head()).toBe('5000/0')
  })

  it('does not count nodes that catch up, and counts them when they are done', () => {
    const stage = scenario()
    stage.connect('abcd')
    for (const node of 'abc') stage.stats(node, { syncing: true })
    stage.block('abc', 100)
    stage.block('d', 5000)
    expect(stage.head()).toBe('5000/0')
    stage.block('abc', 101)
    for (const node of 'abc') stage.stats(node, { syncing: false })
    stage.tick()
    expect(stage.head()).toBe('5000/0')
  })

  it('follows nodes that catch up where there are no others', () => {
    const stage = scenario()
    stage.connect('ab')
    for (const node of 'ab') stage.stats(node, { syncing: true })
    stage.block('a', 100)
    stage.block('b', 300)
    stage.block('a', 400)
    expect(stage.head()).toBe('400/0')
  })

  it('leaves a stuck majority behind for a chain that grew for two minutes', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('ab', 100)
    stage.block('c', 500)
    for (let n = 501; n < 520; n++) {
      stage.tick(10)
      for (const node of 'ab') stage.stats(node)
      stage.block('c', n)
      if (n < 512) expect(stage.head()).toBe('100/0')
    }
    expect(stage.head()).toBe('519/0')
    stage.block('ab', 101)
    expect(stage.head()).toBe('101/0')
  })

  it('needs a majority for a block from the future', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('abc', 10)
    const timestamp = unixSeconds(begin / 1000 + 16 * 60)
    stage.block('a', 11, { timestamp })
    expect(stage.head()).toBe('10/0')
    stage.block('b', 11, { timestamp })
    expect(stage.head()).toBe('11/0')
  })

  it('takes a time-warped chain of one node as it is', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 10, { timestamp: unixSeconds(begin) })
    expect(stage.head()).toBe('10/0')
  })

  it('does not take history for what a node stands on', () => {
    const stage = scenario()
    stage.connect('a')
    stage.say('a', 'block', blockAt(10, { historical: true }))
    expect(stage.head()).toBe('none')
    stage.tick(90)
    expect(stage.head()).toBe('none')
    expect(stage.view.blocks(5).map((block) => block.number)).toEqual([10])
  })
})
