import { describe, expect, it } from 'vitest'
import { unixMs } from '@netstats/protocol'
import { createNameIds } from './name-ids.ts'
import { createStage, network } from './testing/stage.ts'
import type { Stage } from './testing/stage.ts'

const slow = { perSecond: 0, burst: 2 }

describe('what is kept for good', () => {
  it('ends for a node that is the first to tell of too many blocks, and is counted', async () => {
    const stage = await createStage({ quota: { blocks: slow } })
    stage.connect('ab')
    for (let number = 1; number <= 5; number++) stage.block('a', number).wait(100)
    stage.block('b', 6)
    const store = await stage.write()
    expect(store.rows('block').map((row) => row.number)).toEqual([1, 2, 6])
    expect(store.rows('blockSeen')).toHaveLength(6)
    expect(stage.rowBuffer.givenUp.fact.quota).toBe(3)
  })

  it('has a block all the same when a node that may still bring one sees it too, once', async () => {
    const stage = await createStage({ quota: { blocks: slow } })
    stage.connect('abc')
    for (let number = 1; number <= 3; number++) stage.block('a', number)
    stage.wait(100).block('bc', 3).tick(45)
    const store = await stage.write()
    expect(store.rows('block').map((row) => [row.number, row.firstNode])).toEqual([
      [1, 1],
      [2, 1],
      [3, null],
    ])
    expect(store.rows('blockResult').map((row) => [row.number, row.nodes])).toEqual([
      [1, 1],
      [2, 1],
      [3, 3],
    ])
  })

  it('grows again with time', async () => {
    const stage = await createStage({ quota: { blocks: { perSecond: 1, burst: 1 } } })
    stage.connect('a').block('a', 1).block('a', 2).wait(1000).block('a', 3)
    expect((await stage.write()).rows('block').map((row) => row.number)).toEqual([1, 3])
  })

  it('leaves out the extra data of blocks beyond its size, not the blocks', async () => {
    const stage = await createStage({ quota: { extraData: { perSecond: 0, burst: 150 } } })
    stage.connect('ab')
    const bring = (node: string, number: number): Stage =>
      stage.block(node, number, { extraData: `0x${'e'.repeat(98)}` })
    bring('a', 1)
    bring('a', 2)
    bring('b', 3)
    const store = await stage.write()
    expect(store.rows('block').map((row) => row.extraData?.length ?? null)).toEqual([100, null, 100])
    expect(stage.rowBuffer.givenUp.fact.quota).toBe(1)
  })

  it('has the last state of a node that changed too often', async () => {
    const stage = await createStage({ quota: { changes: { perSecond: 0.1, burst: 6 } } })
    const flap = (active: boolean): Stage => stage.wait(10).say('a', 'node-stats', { active })
    stage.connect('a')
    for (let i = 0; i < 100; i++) flap(i % 2 === 1)
    flap(false)
    const states = async (): Promise<readonly string[]> =>
      (await stage.write()).rows('nodeState').map((row) => row.state)
    expect(await states()).toHaveLength(5)
    expect((await states()).at(-1)).toBe('active')
    stage.tick(20)
    expect((await states()).slice(4)).toEqual(['active', 'inactive'])
    expect(stage.store.rows('nodeState').at(-1)?.activeMs).toBe(510)
  })

  it('is not filled by a node that moves between networks without end, and ends with where it is', async () => {
    const stage = await createStage({ quota: { changes: { perSecond: 0.1, burst: 9 } } })
    stage.connect('a').connect('x').connect('y', { networkId: '5' })
    const move = (from: string, networkId: string): void => {
      stage.wait(10).apply({
        type: 'observation',
        at: unixMs(stage.now),
        network: from,
        observation: { kind: 'node-info', node: 'a', observedAt: unixMs(0), body: { name: 'a', networkId } } as never,
      })
    }
    for (let i = 0; i < 200; i++) {
      move(network, '5')
      move('5', network)
    }
    move(network, '5')
    stage.tick(30)
    const store = await stage.write()
    expect(store.rows('nodeState').length).toBeLessThan(30)
    const moment = await Promise.all(
      [1, 2].map((key) => store.moment({ network: key, at: stage.now, blocks: 1, sightings: 1 })),
    )
    const a = moment.map(({ nodes }) => nodes.find(({ info }) => info?.name === 'a')?.state?.state)
    expect(a).toEqual(['removed', 'active'])
  })

  it('has only so many reorganisations of a network, and looks at its blocks again when it may', async () => {
    const stage = await createStage({ quota: { reorgs: slow, again: { perSecond: 0.1, burst: 2 } } })
    stage.connect('abc').block('abc', 1).block('abc', 2).block('abc', 3).tick(41)
    stage.block('abc', 3, { branch: 1, on: 0 }).block('abc', 4, { branch: 1 }).tick(1)
    stage.block('abc', 4).block('abc', 5).tick(1)
    stage.block('abc', 5, { branch: 1 }).block('abc', 6, { branch: 1 }).tick(1)
    expect(stage.core.network(network)?.summary().reorgs).toBe(3)
    expect((await stage.write()).rows('reorg').map((row) => row.depth)).toEqual([1, 2])
    expect(stage.rowBuffer.givenUp.fact.quota).toBe(1)
    const stored = async (): Promise<readonly (boolean | null)[]> => {
      const blocks = await stage.store.blocks({ network: 1, fromNumber: 3, toNumber: 3, limit: 10 })
      return blocks.toSorted((x, y) => (x.hash < y.hash ? -1 : 1)).map((block) => block.canonical)
    }
    stage.tick(120)
    await stage.write()
    expect(await stored()).toEqual([false, true])
  })
})

describe('names', () => {
  it('that come too fast have no number until there is room again', () => {
    const names = createNameIds(undefined, { networks: slow, nodes: { perSecond: 1, burst: 1 } })
    const at = 1_000_000
    const one = names.network('1', '1', at)
    expect([names.network('2', '2', at)?.number, names.network('3', '3', at)?.number]).toEqual([2, undefined])
    if (one === undefined) throw new Error('no room')
    expect([
      names.node(one, 'a', at)?.number,
      names.node(one, 'b', at)?.number,
      names.node(one, 'a', at)?.number,
    ]).toEqual([1, undefined, 1])
    expect(names.node(one, 'b', at + 1000)?.number).toBe(2)
  })
})
