import { describe, expect, it } from 'vitest'
import { createStage } from './testing/stage.ts'
import { hashOf } from '../shard/testing/scenario.ts'

describe('block settlement', () => {
  it('settles the oldest block at once when there are too many', async () => {
    const stage = await createStage({ settlement: { maxBlocks: 3 } })
    stage.connect('ab')
    for (let number = 1; number <= 5; number++) stage.block('ab', number).wait(100)
    const results = (await stage.write()).rows('blockResult')
    expect(results.map(({ number, canonical, nodes }) => [number, canonical, nodes])).toEqual(
      [
        [1, true, 1],
        [2, true, 1],
      ].map(([number, canonical]) => [number, canonical, 2]),
    )
  })

  it('looks once more after ten minutes, for those that came late', async () => {
    const stage = await createStage()
    stage.connect('abc').block('ab', 1).tick(45).block('c', 1).tick(500)
    expect((await stage.write()).rows('blockResult').map(({ nodes }) => nodes)).toEqual([2])
    stage.tick(60)
    expect((await stage.write()).rows('blockResult').map(({ nodes }) => nodes)).toEqual([2, 3])
    stage.tick(600)
    expect((await stage.write()).rows('blockResult')).toHaveLength(2)
  })

  it('is not held up by a clock that was set back', async () => {
    const stage = await createStage()
    stage.connect('a').block('a', 1)
    stage.now -= 3_600_000
    stage.tick(2)
    expect((await stage.write()).rows('blockResult')).toHaveLength(1)
  })

  it('counts a block that left the tree as given up', async () => {
    const stage = await createStage()
    stage.connect('abc').block('ab', 1).block('c', 1, { branch: 1 })
    stage.say('c', 'node-info', { name: 'c', networkId: '5' })
    expect(stage.core.network('1337')?.block(hashOf(1, 1))).toBeUndefined()
    stage.tick(41)
    const rows = (await stage.write()).rows('blockResult')
    expect(rows.map(({ network, canonical, nodes }) => [network, canonical, nodes])).toEqual([
      [1, true, 2],
      [1, false, 1],
      [2, true, 1],
    ])
  })
})
