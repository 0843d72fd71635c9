import { unixMs } from '@netstats/protocol'
import type { Hash } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CoreOptions, NetworkSnapshot, Restored } from './mod.ts'
import { snapshotOf, whole } from './testing/snapshot-of.ts'
import { scenario } from './testing/scenario.ts'
import type { Scenario } from './testing/scenario.ts'

const genesis = (digit: string): Hash => `0x${digit.repeat(64)}` as Hash
const others = genesis('b')
const own = genesis('a')

/** Four nodes and a fork; `d` was away when the server stopped. */
const before = (): { image: NetworkSnapshot; old: Scenario } => {
  const old = scenario()
  old.connect('abcd', { client: 'Geth/v1.16.3-stable/linux', genesis: own })
  for (let number = 100; number < 160; number++) {
    for (const node of 'abc') old.wait(11).block(node, number)
    if (number === 140) old.wait(1).block('d', 140, { branch: 1, on: 0 })
    old.tick(5)
  }
  old.disconnect('d')
  old.tick(2)
  return { image: snapshotOf(old.view, old.now), old }
}

const begun = (old: Scenario, options: Partial<CoreOptions> = {}): Scenario => {
  const stage = scenario(options)
  stage.now = old.now + 60_000
  return stage
}

const restore = (stage: Scenario, image: NetworkSnapshot): Restored =>
  whole(stage.core.restore(image, unixMs(stage.now)))

const picture = ({ view, core }: Scenario): object => ({
  networks: core.networks().map(({ key }) => key),
  head: view.head(),
  chain: view.blocks(1000).flatMap(({ canonical, hash }) => (canonical ? [hash] : [])),
  known: view.blocks(1000).map(({ hash, arrivedAt, firstNode, nodes }) => ({ hash, arrivedAt, firstNode, nodes })),
  nodes: [...view.nodeIds()].sort().map((id) => {
    const { state, sessions, firstSeenAt, blockNumber, client, peers } = view.node(id) ?? {}
    return { id, state, sessions, firstSeenAt, blockNumber, client, peers }
  }),
  summary: { ...view.summary(), propagation: null, series: null, uptime: null },
  missing: view.missing(1000).filter((number) => number >= 100),
})

describe('a past that comes late', () => {
  it('adds who was there, away, and leaves those who have spoken as they are', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('ax', { client: 'Geth/v1.17.0-stable/linux' })
    stage.stats('a', { peers: 9 })
    const concluded = stage.changes.length
    expect(restore(stage, image)).toMatchObject({ nodes: 4, lost: [{ node: 'a' }, { node: 'b' }, { node: 'c' }] })
    expect(stage.tick(2)).toEqual([])
    expect(stage.changes).toHaveLength(concluded)
    expect(stage.view.node('a')).toMatchObject({
      state: 'active',
      sessions: 2,
      peers: 9,
      clientVersion: '1.17.0',
      firstSeenAt: old.view.node('a')?.firstSeenAt,
    })
    for (const id of 'bcd') {
      const { uptime: _, ...was } = { ...old.view.node(id), propagationAvgMs: null }
      expect(stage.view.node(id)).toMatchObject({
        state: 'inactive',
        sessions: 1,
        firstSeenAt: was.firstSeenAt,
        blockNumber: was.blockNumber,
        propagation: was.propagation,
      })
    }
    expect(stage.view.node('x')).toMatchObject({ state: 'active', sessions: 1 })
    expect(stage.view.summary()).toMatchObject({ nodes: 5, active: 2, genesis: own })
  })

  it('gives a network without a head the one it had, with its chain and who saw it', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('a')
    restore(stage, image)
    expect(stage.view.head()).toEqual(old.view.head())
    expect(stage.view.blocks(1000)).toEqual(old.view.blocks(1000))
    stage.connect('bc')
    expect(stage.block('abc', 159)).toEqual([])
    expect(stage.view.head()).toMatchObject({ number: 159, nodes: 3 })
    expect(stage.wait(50).block('abc', 160)).toMatchObject([{ type: 'head', number: 160, displaced: 0 }])
  })

  it('joins its chain to a live one, and to one with a gap below', () => {
    const { image, old } = before()
    for (const from of [160, 164]) {
      const stage = begun(old)
      stage.connect('abc')
      for (let number = from; number < 170; number++) stage.wait(10).block('abc', number)
      const concluded = stage.changes.length
      expect(restore(stage, image)).toMatchObject({ nodes: 4, blocks: 61 })
      stage.tick(2)
      expect(stage.changes).toHaveLength(concluded)
      expect(stage.view.head()).toMatchObject({ number: 169 })
      expect(stage.view.summary()).toMatchObject({ reorgs: 0, forks: 1, atHead: 3 })
      const missing = Array.from({ length: from - 160 }, (_, i) => 160 + i)
      expect(stage.view.missing(1000).filter((number) => number >= 100)).toEqual(missing)
      for (const number of missing.toReversed()) stage.block('a', number, { historical: true })
      expect(stage.view.blocks(1000).filter((block) => block.canonical)).toHaveLength(70)
      expect(stage.view.summary()).toMatchObject({ reorgs: 0 })
    }
  })

  it('takes a block that was reported again for what it is: seen long ago', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('ab')
    stage.block('ab', 159)
    restore(stage, image)
    const { arrivedAt, firstNode, p95Ms } = old.view.head() ?? {}
    expect(stage.view.head()).toMatchObject({ number: 159, arrivedAt, firstNode, p95Ms, nodes: 3 })
    stage.connect('c')
    stage.block('c', 159)
    expect(stage.view.head()).toMatchObject({ nodes: 3, p95Ms })
  })

  it('lets the live chain speak: another branch stays beside it', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('abc')
    for (let number = 155; number < 163; number++) stage.wait(10).block('abc', number, { branch: 2 })
    restore(stage, image)
    expect(stage.view.head()).toMatchObject({ number: 162 })
    const chain = stage.view.blocks(1000).filter((block) => block.canonical)
    const heights = Array.from({ length: 63 }, (_, i) => 162 - i)
    expect(chain.map(({ number }) => number)).toEqual(heights.filter((number) => number !== 154))
    expect(stage.view.hashesAt(159)).toHaveLength(2)
  })

  it('gives up nothing live for what it brings', () => {
    const { image, old } = before()
    const stage = begun(old, { maxNodesPerNetwork: 3, maxFirstSeen: 5, maxForksPerHeight: 1, windowHeights: 30 })
    stage.connect('xa')
    for (const [number, shape] of [[158, { branch: 3 }] as const, [159, { branch: 3 }] as const])
      stage.wait(10).block('xa', number, shape)
    expect(restore(stage, image)).toMatchObject({ nodes: 2 })
    expect([...stage.view.nodeIds()].sort()).toHaveLength(3)
    expect(stage.view.node('x')).toMatchObject({ state: 'active' })
    expect(stage.view.head()).toMatchObject({ number: 159 })
    expect(stage.view.blockDetail(stage.view.head()?.hash ?? '')?.seenBy).toHaveLength(2)
    const blocks = stage.view.blocks(1000)
    expect(Math.min(...blocks.map(({ number }) => number))).toBe(130)
    for (const { number } of blocks) expect(stage.view.hashesAt(number)).toHaveLength(1)
    const sights = blocks.map(({ hash }) => stage.view.blockDetail(hash)?.seenBy.length ?? 0)
    expect(sights.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(5)
  })

  it('stays away where its name is another chain’s by now, or its chain has another name', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('x', { genesis: others })
    stage.connect('a', { genesis: own })
    expect(stage.core.networks().map(({ key }) => key)).toEqual(['1337', '1337-aaaaaaaa'])
    for (const key of ['1337', '1337-aaaaaaaa', '1337-bbbbbbbb'])
      expect(restore(stage, { ...image, key, genesis: key === '1337-bbbbbbbb' ? others : own })).toMatchObject({
        nodes: key === '1337-aaaaaaaa' ? 4 : 0,
      })
    expect([...stage.view.nodeIds()]).toEqual(['x'])
  })

  it('keeps its name for chains that come after it', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('a')
    restore(stage, image)
    stage.connect('x', { genesis: others })
    stage.connect('b', { genesis: own })
    expect(stage.core.networkOf('x', '1337')).toBe('1337-bbbbbbbb')
    expect(stage.core.networkOf('b', '1337')).toBe('1337')
  })

  it('ends where the network is gone while it comes', () => {
    const { image, old } = before()
    const stage = begun(old)
    stage.connect('x')
    const work = stage.core.restore(image, unixMs(stage.now))
    // The network as it was is built before the first node joins the live one.
    while (stage.view.blocks(1).length === 0) expect(work.next().done).toBe(false)
    stage.say('x', 'node-info', { name: 'x', networkId: '5' })
    stage.tick()
    expect(stage.core.network('1337')).toBeUndefined()
    expect(whole(work)).toMatchObject({ nodes: 0 })
    expect(stage.core.networks().map(({ key }) => key)).toEqual(['5'])
  })

  it('shows what it would show had it come first, however inputs come between its pieces', () => {
    const { image, old } = before()
    const step = fc.record({
      node: fc.constantFrom('a', 'b', 'c', 'd', 'x'),
      does: fc.constantFrom('connect', 'disconnect', 'block', 'block', 'block', 'stats', 'tick'),
      pieces: fc.nat(12),
    })
    const play = (stage: Scenario, steps: readonly { node: string; does: string }[], each: (i: number) => void) => {
      let height = 160
      // What a live node has not said yet stays unsaid: each says where it is.
      const come = (nodes: string): void => {
        stage.connect(nodes, { genesis: own })
        stage.wait(10).block(nodes, height)
      }
      come('ab')
      for (const [i, { node, does }] of steps.entries()) {
        each(i)
        stage.wait(100)
        const known = stage.core.networkOf(node, '1337') !== undefined && stage.view.node(node)?.state === 'active'
        if (does === 'connect' && !known) come(node)
        else if (does === 'disconnect' && known && !'ab'.includes(node)) stage.disconnect(node)
        else if (does === 'stats' && known) stage.stats(node, { peers: i })
        else if (does === 'tick') stage.tick()
        else if (does === 'block' && known) {
          height++
          for (const one of ['a', 'b', node]) stage.wait(10).block(one, height)
        }
      }
      stage.tick(11)
    }
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(10), (steps, begins) => {
        const first = begun(old)
        restore(first, image)
        play(first, steps, () => undefined)
        const late = begun(old)
        let work: Iterator<void, Restored> | undefined
        play(late, steps, (i) => {
          if (i >= begins) work ??= late.core.restore(image, unixMs(late.now))
          for (let piece = 0; piece < (steps[i]?.pieces ?? 0); piece++) if (work?.next().done === true) break
        })
        work ??= late.core.restore(image, unixMs(late.now))
        while (work.next().done !== true);
        late.tick(11)
        first.tick(11)
        expect(picture(late)).toEqual(picture(first))
      }),
      { numRuns: 150 },
    )
  })
})
