import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { hashOf, scenario } from './testing/scenario.ts'

const concluded = (stage: ReturnType<typeof scenario>) =>
  stage.changes.flatMap((change) => (['reorg', 'split', 'reunited'].includes(change.type) ? [change.type] : []))

/** Two against two, from height 6 on. */
const apart = (heights: number) => {
  const stage = scenario()
  stage.connect('ABCD')
  for (let n = 1; n <= 5; n++) stage.wait(5000).block('ABCD', n)
  for (let n = 6; n < 6 + heights; n++) {
    const first = n % 2 === 0
    stage.wait(2500).block(first ? 'AD' : 'BC', n, first ? {} : { branch: 1, on: n === 6 ? 0 : 1 })
    stage.wait(2500).block(first ? 'BC' : 'AD', n, first ? { branch: 1, on: n === 6 ? 0 : 1 } : {})
    stage.apply({ type: 'tick', at: unixMs(stage.now) })
  }
  return stage
}

describe('a split', () => {
  it('is told with who is on which branch since when, and is no reorganisation while nobody changes sides', () => {
    const stage = apart(20)
    expect(concluded(stage)).toEqual(['split'])
    const { reorgs, deepestReorg, split } = stage.view.summary()
    expect([reorgs, deepestReorg]).toEqual([0, 0])
    const branches = split?.branches.toSorted((a, b) => (a.from < b.from ? -1 : 1))
    expect(split).toMatchObject({ number: 5, since: stage.now - 19 * 5000 })
    expect(branches).toMatchObject([
      { from: hashOf(6), number: 25, hash: hashOf(25), nodes: 2, named: [{ id: 'A' }, { id: 'D' }] },
      { from: hashOf(6, 1), number: 25, hash: hashOf(25, 1), nodes: 2, named: [{ id: 'B' }, { id: 'C' }] },
    ])
  })

  it('is over when all are on one branch again, which is one reorganisation, as deep as what they left', () => {
    const stage = apart(10)
    for (let n = 6; n <= 16; n++) stage.block('A', n, { historical: true })
    stage.wait(5000).block('AD', 16)
    stage.wait(100).block('B', 16)
    stage.tick()
    expect(stage.view.summary().split).toMatchObject({ branches: [{ nodes: 3 }, { nodes: 1 }] })
    stage.wait(4000).block('C', 16)
    stage.tick()
    expect(concluded(stage)).toEqual(['split', 'reorg', 'reunited'])
    expect(stage.view.summary()).toMatchObject({ reorgs: 1, deepestReorg: 10, split: null })
  })

  it('is none while a fork lasts for a block, or a node lags behind on the chain of the others', () => {
    const stage = scenario()
    stage.connect('ABCD')
    for (let n = 1; n <= 20; n++) {
      stage.wait(5000).block('AB', n)
      if (n % 3 === 0) stage.block('CD', n, { branch: 1, on: 0 })
      else if (n % 3 === 1) stage.block('CD', n)
      stage.apply({ type: 'tick', at: unixMs(stage.now) })
    }
    expect(stage.changes.some(({ type }) => type === 'split')).toBe(false)
    expect(stage.view.summary()).toMatchObject({ split: null, deepestReorg: 1 })
  })

  it('names one node that stays on a block the others have left', () => {
    const stage = scenario()
    stage.connect('ABC')
    stage.block('ABC', 10)
    stage.block('C', 11, { branch: 1, on: 0 })
    for (let n = 11; n <= 12; n++) stage.block('AB', n)
    stage.tick(29)
    expect(stage.view.summary().split).toBeNull()
    stage.tick(2)
    expect(stage.view.summary().split).toMatchObject({ number: 10, branches: [{ nodes: 2 }, { named: [{ id: 'C' }] }] })
    stage.disconnect('C')
    stage.tick()
    expect(stage.view.summary().split).toBeNull()
  })
})

describe('a split that goes on', () => {
  /** C stays on a block beside the chain of the others until that is a split. */
  const split = () => {
    const stage = scenario()
    stage.connect('ABCD')
    stage.block('ABCD', 10)
    stage.block('C', 11, { branch: 1, on: 0 })
    for (let n = 11; n <= 12; n++) stage.block('ABD', n)
    stage.tick(30)
    return stage
  }

  it('is shown as nodes stand now, between two ticks too', () => {
    const stage = split()
    stage.block('AB', 13)
    expect(stage.view.summary().split).toMatchObject({
      branches: [
        { number: 13, nodes: 3 },
        { number: 11, nodes: 1 },
      ],
    })
    stage.block('C', 13)
    expect(stage.view.summary().split).toBeNull()
    stage.tick()
    expect(concluded(stage)).toEqual(['split', 'reorg', 'reunited'])
  })

  it('makes no branch of a fork that has not lasted, and none of its own end', () => {
    const stage = split()
    stage.block('AB', 13)
    stage.block('D', 13, { branch: 2, on: 0 })
    stage.tick()
    expect(stage.view.summary().split?.branches).toHaveLength(2)
    stage.block('C', 13)
    stage.tick()
    expect(stage.view.summary().split).toBeNull()
  })

  it('stays one when the node with the highest block goes away', () => {
    const stage = scenario()
    stage.connect('ABCDE')
    stage.block('ABCDE', 10)
    for (let n = 11; n <= 13; n++) stage.block('AB', n)
    stage.block('CDE', 11, { branch: 1, on: 0 })
    for (let n = 12; n <= 13; n++) stage.block('C', n, { branch: 1 })
    stage.tick()
    const number = stage.view.summary().split?.number
    stage.disconnect('C')
    stage.tick()
    expect([number, stage.view.summary().split?.number]).toEqual([10, 10])
    expect(concluded(stage)).toEqual(['split'])
  })
})

describe('a reorganisation', () => {
  it('is not what a node behind a balancer does, one block back and forth', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let n = 10; n <= 12; n++) stage.block('ab', n)
    for (let i = 0; i < 10; i++) {
      stage.block('a', 11)
      stage.block('a', 12)
    }
    stage.block('a', 11)
    stage.block('a', 13)
    expect(stage.view.summary().reorgs).toBe(0)
  })

  it('is counted where a node goes back first and then another way', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let n = 10; n <= 15; n++) stage.block('ab', n)
    stage.block('ab', 11)
    stage.block('ab', 12, { branch: 1, on: 0 })
    expect(stage.view.summary()).toMatchObject({ reorgs: 1, deepestReorg: 4 })
  })

  it('cannot be made up by one node among several', () => {
    const stage = scenario()
    stage.connect('abcx')
    stage.block('abcx', 10)
    for (let branch = 1; branch < 10; branch++) stage.block('x', 11, { branch, on: 0 })
    expect(stage.view.summary().reorgs).toBe(0)
  })
})
