import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { whole } from '../shard/testing/snapshot-of.ts'
import { createStage } from './testing/stage.ts'

describe('after a restart', () => {
  it('numbers go on, known things are no news, and who does not come back is told', async () => {
    const first = await createStage()
    first.connect('abc', { client: 'Geth/v1' }).tick().disconnect('c').block('ab', 1).tick()
    const store = await first.write()
    const { seq } = await store.catalog()
    const count = (table: 'nodeInfo' | 'block' | 'blockResult' | 'node') => store.rows(table).length
    const before = [count('nodeInfo'), count('block'), count('node')]

    const second = await createStage({ store })
    second.now = first.now + 60_000
    for (const node of 'abc') {
      // As the image of the network would bring it back.
      second.core.apply({
        type: 'connected',
        at: unixMs(first.now),
        node,
        info: { name: node, networkId: '1337', client: 'Geth/v1' },
        address: null,
      })
      second.core.apply({ type: 'disconnected', at: unixMs(first.now), node, network: '1337' })
    }
    const lost = ['a', 'b'].map((node) => ({ node, at: first.now, sessions: 1, activeMs: 2000 }))
    whole(second.recorder.restored('1337', { lost, until: first.now }, second.now))
    second.connect('a', { client: 'Geth/v1' }).tick(100)
    await second.write()
    expect([count('nodeInfo'), count('block'), count('node')]).toEqual(before)
    const states = store.rows('nodeState').filter((row) => row.seq > seq)
    expect(states.map(({ node, state, reason }) => [node, state, reason])).toEqual([
      [1, 'inactive', 'restart'],
      [2, 'inactive', 'restart'],
      [1, 'active', null],
      [1, 'inactive', 'silent'],
    ])
    const numbered = (['log', 'nodeInfo', 'nodeState', 'blockResult', 'reorg', 'alarm', 'gap', 'shed'] as const)
      .flatMap((table) => store.rows(table).map((row) => row.seq))
      .filter((one) => one > seq)
      .toSorted((a, b) => a - b)
    expect(numbered).toEqual(numbered.map((_, i) => seq + 1 + i))
    const told = store.rows('log').filter((row) => row.seq > seq && row.severity === 4)
    expect(told.toSorted((p, q) => p.seq - q.seq).map(({ node, message }) => [node, message])).toEqual([
      [1, 'a is inactive: it has not been heard of'],
      [2, 'b is inactive: it has not come back since the server stopped'],
    ])
  })

  it('a node that was away before is no news either', async () => {
    const stage = await createStage()
    const { core, now } = stage
    core.apply({ type: 'connected', at: unixMs(now), node: 'a', info: { name: 'a', networkId: '1337' }, address: null })
    core.apply({ type: 'disconnected', at: unixMs(now), node: 'a', network: '1337' })
    whole(stage.recorder.restored('1337', { lost: [], until: now }, now))
    expect((await stage.tick(100).write()).rows('log')).toEqual([])
  })

  it('a node that has spoken before its network was restored keeps its state', async () => {
    const stage = await createStage()
    stage.connect('a').tick()
    whole(stage.recorder.restored('1337', { lost: [], until: stage.now }, stage.now))
    expect((await stage.tick(10).write()).rows('nodeState').map(({ state }) => state)).toEqual(['active'])
  })
})
