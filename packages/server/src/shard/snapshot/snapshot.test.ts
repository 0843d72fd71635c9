import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NetworkSummary, NodeRow } from '@netstats/protocol/feed'
import { createCore, createSnapshotView } from '../mod.ts'
import type { NetworkView } from '../mod.ts'
import { snapshotOf, whole } from '../testing/snapshot-of.ts'
import { randomLog } from '../testing/random-log.ts'
import { begin, scenario } from '../testing/scenario.ts'

const rebuilt = (view: NetworkView, at: number): NetworkView => whole(createSnapshotView(snapshotOf(view, at), at))

/** Not kept by any history: total difficulty, and how long the processing of a block took. */
const kept = (row: NodeRow): object => ({
  ...row,
  uptime: 0,
  totalDifficulty: null,
  processingMs: null,
  gasPrice: row.gasPrice && Number(row.gasPrice),
})

const expectSame = (past: NetworkView, live: NetworkView): void => {
  const ids = [...live.nodeIds()].sort()
  expect([...past.nodeIds()].sort()).toEqual(ids)
  for (const id of ids) expect(kept(past.node(id) as NodeRow)).toEqual(kept(live.node(id) as NodeRow))
  expect(past.head()).toEqual(live.head())
  expect(past.blocks(1000)).toEqual(live.blocks(1000))
  for (const { hash } of live.blocks(1000)) {
    const [now, then] = [live.blockDetail(hash), past.blockDetail(hash)]
    expect(then).toEqual(now)
  }
  const fair = (summary: NetworkSummary): object => ({
    ...summary,
    uptime: 0,
    gasPrice: summary.gasPrice && Number(summary.gasPrice),
  })
  expect(fair(past.summary())).toEqual(fair(live.summary()))
  expect(past.missing(100)).toEqual(live.missing(100))
}

/** Without what depends on the order of sights of one millisecond. */
const steady = (view: NetworkView, id: string): object => ({
  ...kept(view.node(id) as NodeRow),
  propagation: [],
  propagationAvgMs: null,
})

/** What a node stands on may have been given up beside the chain, and is known to the history all the same. */
const chainOf = (view: NetworkView): readonly string[] =>
  view
    .blocks(1000)
    .filter((block) => block.canonical)
    .map((block) => block.hash)

/** Ten nodes, two of them away, a fork, one that lags and one that catches up. */
const busy = () => {
  const stage = scenario()
  stage.connect('abcdefghij', { client: 'Geth/v1.16.3-stable/linux' })
  for (let number = 100; number < 180; number++) {
    for (const node of number % 2 === 0 ? 'abcdefgh' : 'hgfedcba') {
      stage.wait(7)
      stage.block(node, number)
    }
    if (number === 150) stage.wait(3).block('i', 150, { branch: 1, on: 0 })
    if (number === 170) stage.wait(3).block('j', 160)
    stage.tick(5)
    for (const node of 'abcdefgh')
      stage.stats(node, { peers: number % 7, gasPrice: 7n as never, syncing: node === 'h' })
    if (number === 120) stage.disconnect('ab')
    if (number === 140) stage.connect('b')
  }
  stage.tick(1)
  return stage
}

describe('a snapshot of a network', () => {
  it('shows what the live one shows: rows, rings, forks, head, summary', () => {
    const stage = busy()
    const past = rebuilt(stage.view, stage.now)
    expectSame(past, stage.view)
    expect(past.summary()).toMatchObject({ active: 8, nodes: 10, forks: 1 })
    expect(past.node('c')?.uptime).toBeCloseTo(stage.view.node('c')?.uptime ?? 0, 1)
    expect(past.node('c')?.propagation.filter((ms) => ms >= 0)).toHaveLength(40)
  })

  it('keeps the head of a chain that nobody is left to vote on', () => {
    const stage = busy()
    stage.disconnect('bcdefghij')
    const past = rebuilt(stage.view, stage.now)
    expect(past.head()).toEqual(stage.view.head())
    expect(past.summary()).toMatchObject({ active: 0, atHead: 0, head: { number: 179 } })
  })

  it('does not follow a lone claim from far above', () => {
    const stage = busy()
    stage.wait(5).block('j', 1_000_000)
    const snapshot = snapshotOf(stage.view, stage.now)
    const settled = { ...snapshot, blocks: snapshot.blocks.map((block) => ({ ...block, canonical: null })) }
    expect(whole(createSnapshotView(settled, stage.now)).head()?.number).toBe(179)
  })

  it('finds the head without any settled block, also where one node reports alone', () => {
    const stage = scenario()
    stage.connect('a')
    for (let number = 5; number < 30; number++) stage.wait(1000).block('a', number)
    stage.disconnect('a')
    const snapshot = snapshotOf(stage.view, stage.now)
    const settled = { ...snapshot, blocks: snapshot.blocks.map((block) => ({ ...block, canonical: null })) }
    expect(whole(createSnapshotView(settled, stage.now)).head()).toEqual(stage.view.head())
  })

  it('shows the speed of blocks whose single first-seen records are gone by what they added up to', () => {
    const stage = busy()
    const snapshot = snapshotOf(stage.view, stage.now)
    const past = whole(
      createSnapshotView(
        {
          ...snapshot,
          blocks: snapshot.blocks.map((block) => ({ ...block, delays: () => [1, 10, 20, 30] })),
          firstSeen: { ...snapshot.firstSeen, rows: 0 },
        },
        stage.now,
      ),
    )
    expect(past.blocks(1000).map((block) => [block.nodes, block.p50Ms, block.p95Ms])).toEqual(
      stage.view.blocks(1000).map((block) => [block.nodes, block.p50Ms, block.p95Ms]),
    )
    expect(past.summary().propagation).toMatchObject({ samples: 240, p50Ms: 10 })
    expect(past.blockDetail(past.head()?.hash ?? '')?.seenBy).toEqual([])
    expect(past.node('c')?.propagation.every((ms) => ms === -1)).toBe(true)
  })

  it('stays within the limits of a live network, the nodes heard of last first', () => {
    const stage = busy()
    const snapshot = snapshotOf(stage.view, stage.now)
    const past = whole(createSnapshotView(snapshot, stage.now, { maxNodesPerNetwork: 4, windowHeights: 10 }))
    expect(past.nodeCount).toBe(4)
    expect([...past.nodeIds()]).not.toContain('i')
    expect(past.blocks(1000)).toHaveLength(10)
  })

  it('orders sights by how long they took where the clock stepped back', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('a', 5)
    stage.wait(10).block('b', 5)
    stage.wait(10).block('c', 5)
    const snapshot = snapshotOf(stage.view, stage.now)
    const { node, block, delayMs } = snapshot.firstSeen
    const turned = {
      rows: 3,
      node: Uint32Array.from(node).reverse(),
      block: Uint32Array.from(block).reverse(),
      delayMs: Float64Array.from(delayMs).reverse(),
    }
    expectSame(whole(createSnapshotView({ ...snapshot, firstSeen: turned }, stage.now)), stage.view)
  })

  it('is built in small pieces', () => {
    const stage = busy()
    let pieces = 0
    for (const work = createSnapshotView(snapshotOf(stage.view, stage.now), stage.now); work.next().done !== true; )
      pieces++
    expect(pieces).toBeGreaterThan(3)
  })

  it('of whatever was said shows the same nodes and chain', () => {
    let same = 0
    let all = 0
    fc.assert(
      fc.property(randomLog(), (log) => {
        const core = createCore()
        for (const input of log) core.apply(input)
        const at = log.at(-1)?.at ?? begin
        for (const live of core.networks()) {
          const past = rebuilt(live, at)
          expect([...past.nodeIds()].sort()).toEqual([...live.nodeIds()].sort())
          all++
          // The head depends on what came first too, where nodes disagree.
          if (past.head()?.hash !== live.head()?.hash) continue
          same++
          for (const id of live.nodeIds()) expect(steady(past, id)).toEqual(steady(live, id))
          // A block given up live may be known to the history, and complete the chain.
          if (past.blocks(1000).length === live.blocks(1000).length) expect(chainOf(past)).toEqual(chainOf(live))
        }
      }),
    )
    expect(same / all).toBeGreaterThan(0.9)
  })
})
