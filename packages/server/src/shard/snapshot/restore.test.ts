import { unixMs } from '@netstats/protocol'
import type { Hash } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { CoreOptions, Restored } from '../mod.ts'
import { snapshotOf, whole } from '../testing/snapshot-of.ts'
import { scenario } from '../testing/scenario.ts'
import type { Scenario } from '../testing/scenario.ts'

const genesis = `0x${'a'.repeat(64)}` as Hash

/** Four nodes and a fork; the server stops here. */
const before = (network = '1337'): Scenario => {
  const stage = scenario({}, network)
  stage.connect('abcd', { client: 'Geth/v1.16.3-stable/linux', genesis })
  for (let number = 100; number < 160; number++) {
    for (const node of 'abc') stage.wait(11).block(node, number)
    if (number === 140) stage.wait(1).block('d', 140, { branch: 1, on: 0 })
    stage.tick(5)
    for (const node of 'abcd') stage.stats(node, { peers: 3 })
  }
  stage.disconnect('d')
  stage.tick(2)
  return stage
}

/** A new process, an hour later. */
const after = (old: Scenario, options: Partial<CoreOptions> = {}): { stage: Scenario; restored: Restored } => {
  const stage = scenario(options, old.view.key)
  stage.now = old.now + 3_600_000
  const restored = whole(stage.core.restore(snapshotOf(old.view, old.now), unixMs(stage.now)))
  return { stage, restored }
}

/** Of what it once knew, or slept through: what came before its first report is asked for as ever. */
const asked = (stage: Scenario): readonly number[] => stage.view.missing(1000).filter((number) => number >= 100)

describe('a restored network', () => {
  it('knows its nodes, away until they speak, and concludes nothing from that', () => {
    const old = before()
    const { stage, restored } = after(old)
    expect(restored).toMatchObject({ nodes: 4, blocks: 61 })
    expect(stage.tick(2)).toEqual([])
    for (const id of 'abcd') {
      const [was, is] = [old.view.node(id), stage.view.node(id)]
      expect(is).toMatchObject({ state: 'inactive', sessions: 1, firstSeenAt: was?.firstSeenAt, peers: 3 })
      expect(is?.propagation).toEqual(was?.propagation)
      expect(is?.stateSince).toBe(id === 'd' ? was?.stateSince : was?.lastSeenAt)
    }
    expect(stage.view.summary()).toMatchObject({ active: 0, nodes: 4, forks: 1, reorgs: 0, genesis })
    expect(restored.lost.map((one) => one.node)).toEqual(['a', 'b', 'c'])
    expect(stage.view.head()).toEqual(old.view.head())
    expect(stage.view.blocks(1000)).toEqual(old.view.blocks(1000))
  })

  it('goes on with sessions and uptime when a node comes back', () => {
    const old = before()
    const { stage } = after(old)
    const changes = stage.connect('a', { client: 'Geth/v1.16.3-stable/linux' })
    expect(changes.map((change) => change.type)).toEqual(['node-active'])
    expect(stage.view.node('a')).toMatchObject({
      state: 'active',
      stateSince: stage.now,
      sessions: 2,
      blockNumber: 159,
    })
    const alive = old.now - (old.view.node('a')?.firstSeenAt ?? 0)
    expect(stage.view.node('a')?.uptime).toBeCloseTo((100 * alive) / (alive + 3_600_000), 0)
    expect(stage.core.networkOf('a', '1337')).toBe('1337')
  })

  it('takes up the chain where it was: no reorganisation, no second first report', () => {
    const old = before()
    const { stage } = after(old)
    stage.connect('abc')
    expect(stage.block('abc', 159)).toEqual([])
    expect(stage.view.head()).toMatchObject({ number: 159, nodes: 3, arrivedAt: old.view.head()?.arrivedAt })
    const next = stage.wait(100).block('abc', 160)
    expect(next).toMatchObject([{ type: 'head', number: 160, displaced: 0 }])
    expect(stage.view.summary()).toMatchObject({ reorgs: 0, forks: 1, atHead: 3 })
    expect(asked(stage)).toEqual([])
  })

  it('asks for the blocks it slept through, and joins them to what it knew', () => {
    const { stage } = after(before())
    stage.connect('abc')
    stage.wait(100).block('abc', 164)
    expect(asked(stage)).toEqual([160, 161, 162, 163])
    for (const number of [163, 162, 161, 160]) stage.block('a', number, { historical: true })
    expect(asked(stage)).toEqual([])
    expect(stage.view.summary()).toMatchObject({ reorgs: 0, series: { numbers: { length: 60 } } })
  })

  it('tells of a real reorganisation while it slept', () => {
    const { stage } = after(before())
    stage.connect('abc')
    for (const number of [158, 159]) stage.block('abc', number, { branch: 2, on: number === 158 ? 0 : 2 })
    stage.block('abc', 160, { branch: 2 })
    expect(stage.view.head()).toMatchObject({ number: 160 })
    expect(stage.view.summary()).toMatchObject({ reorgs: 1, deepestReorg: 2 })
  })

  it('forgets nobody in the first ten minutes, however long the server was away', () => {
    const { stage } = after(before(), { forgetAfterMs: 60_000 })
    expect(stage.tick(590)).toEqual([])
    expect(stage.view.nodeCount).toBe(4)
    stage.connect('a')
    stage.tick(20)
    expect([...stage.view.nodeIds()]).toEqual(['a'])
  })

  it.each([
    ['1337', '1337', genesis, true],
    ['1337-aaaaaaaa', '1337', genesis, true],
    ['1337-aaaaaaaa', '1337', null, false],
    ['unknown', null, null, true],
    ['overflow', null, null, true],
    ['something', null, null, false],
    ['1337', '5', null, false],
  ])('called %s on network id %s keeps its name: %s %s', (key, networkId, hash, comesBack) => {
    const old = before()
    const stage = scenario({}, key)
    const snapshot = { ...snapshotOf(old.view, old.now), key, networkId, genesis: hash }
    const restored = whole(stage.core.restore(snapshot, unixMs(old.now)))
    expect(restored.nodes > 0).toBe(comesBack)
    expect(stage.core.networks().map((view) => view.key)).toEqual(comesBack ? [key] : [])
    if (key === '1337-aaaaaaaa' && comesBack) {
      stage.connect('a', { networkId: '1337' })
      expect(stage.core.networkOf('a', '1337')).toBe(key)
      stage.connect('n', { networkId: '1337', genesis })
      expect(stage.view.nodeCount).toBe(5)
      stage.connect('p', { networkId: '1337' })
      expect(stage.core.networkOf('p', '1337')).toBe('1337')
    }
  })

  it('stays within the limits of the core', () => {
    const old = before()
    const snapshot = snapshotOf(old.view, old.now)
    const few = scenario({ maxNodes: 3 })
    expect(whole(few.core.restore(snapshot, unixMs(old.now)))).toMatchObject({ nodes: 3 })
    expect(whole(few.core.restore({ ...snapshot, key: '7', networkId: '7' }, unixMs(old.now)))).toMatchObject({
      nodes: 0,
    })
    const none = scenario({ maxNetworks: 1 })
    none.connect('z', { networkId: '9' })
    expect(whole(none.core.restore(snapshot, unixMs(old.now)))).toMatchObject({ nodes: 0 })
  })
})
