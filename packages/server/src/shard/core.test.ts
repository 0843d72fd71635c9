import { nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { NodeColumn } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { activeMsAt } from './nodes/activity.ts'
import { begin, blockAt, hashOf, scenario } from './testing/scenario.ts'

describe('the core', () => {
  it('gives shared empty lists where nothing is concluded', () => {
    const stage = scenario()
    stage.connect('a')
    const first = { ...stage.core.apply({ type: 'tick', at: unixMs(begin) }) }
    const second = stage.core.apply({ type: 'tick', at: unixMs(begin) })
    for (const list of ['changes', 'blocks'] as const) {
      expect(first[list]).toBe(second[list])
      expect(Object.isFrozen(first[list])).toBe(true)
      expect(first[list]).toEqual([])
    }
  })

  it('begins and ends without networks', () => {
    const stage = scenario({ forgetAfterMs: 1000 })
    expect(stage.core.networks()).toEqual([])
    expect(stage.core.network('1337')).toBeUndefined()
    stage.connect('a')
    expect(stage.core.networks().map((view) => view.key)).toEqual(['1337'])
    stage.disconnect('a')
    expect(stage.tick(2)).toMatchObject([
      { type: 'node-removed', node: 'a', reason: 'expired' },
      { type: 'network-removed', network: '1337' },
    ])
    expect(stage.core.network('1337')).toBeUndefined()
  })

  it('shows every column of a node that has said nothing', () => {
    const stage = scenario()
    stage.connect('a')
    const row = stage.view.node('a')
    for (const column of Object.keys(row ?? {}) as NodeColumn[])
      expect(stage.view.column('a', column)).toEqual(row?.[column])
    expect(stage.view.column('z', 'name')).toBeUndefined()
    expect(stage.view.node('z')).toBeUndefined()
  })

  it('lists blocks newest first, forks and candidates above the head included', () => {
    const stage = scenario()
    stage.connect('abx')
    for (const number of [10, 11, 12]) stage.block('ab', number)
    stage.block('x', 11, { branch: 3, on: 0 })
    stage.block('x', 40, { branch: 3 })
    const listed = stage.view.blocks(10).map((block) => [block.number, block.canonical])
    expect(listed).toEqual([
      [40, false],
      [12, true],
      [11, true],
      [11, false],
      [10, true],
    ])
    expect(stage.view.blocks(2)).toHaveLength(2)
    expect(stage.view.hashesAt(11)).toEqual([hashOf(11), hashOf(11, 3)])
    expect(stage.view.blockDetail(hashOf(11))).toMatchObject({ forks: 1, siblings: [hashOf(11, 3)] })
    expect(stage.view.blockDetail(hashOf(99))).toBeUndefined()
  })

  it('keeps what a block says that only its own page shows', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 10, { extraData: '0xd883', stateRoot: hashOf(1), size: 610, baseFeePerGas: 7n as never })
    stage.block('a', 11, { extraData: `0x${'0'.repeat(70_000)}` })
    expect(stage.view.blockDetail(hashOf(10))).toMatchObject({
      extraData: '0xd883',
      stateRoot: hashOf(1),
      transactionsRoot: null,
      size: 610,
      baseFeePerGas: '7',
      difficulty: '2',
    })
    expect(stage.view.blockDetail(hashOf(11))?.extraData).toBeNull()
  })

  it('does not let a second report change the facts of a block', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 10)
    stage.block('b', 10, { parentHash: hashOf(77) })
    stage.say('b', 'block', { ...blockAt(10), number: blockAt(11).number })
    expect(stage.view.block(hashOf(10))).toMatchObject({ number: 10, parentHash: hashOf(9), nodes: 1 })
    expect(stage.view.node('b')?.blockNumber).toBeNull()
    expect(stage.core.counts().blocksContradicting).toBe(2)
  })

  it('bears numbers at their ends', () => {
    const stage = scenario()
    stage.connect('ab')
    const most = Number.MAX_SAFE_INTEGER
    for (const number of [most, 0, most - 1, most])
      stage.block('ab', number, {
        timestamp: unixSeconds(number === 0 ? 0 : most),
        gasUsed: most,
        gasLimit: 0,
        transactions: most,
        uncles: most,
        difficulty: 2n ** 256n,
      })
    stage.say('a', 'latency', { latencyMs: -Number.MAX_VALUE })
    stage.say('b', 'latency', { latencyMs: Number.MAX_VALUE })
    stage.say('a', 'pending', { pending: most })
    stage.tick()
    const summary = stage.view.summary()
    expect(summary.head?.number).toBe(most)
    expect(summary.latencyMs).toBe(0)
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary)
    expect(stage.view.missing(3)).toEqual([most - 4, most - 3, most - 2])
  })

  it('tells what a node said of itself and how long it was active', () => {
    const stage = scenario()
    stage.connect('a', { name: 'Alpha' })
    stage.tick(60)
    const record = stage.view.record('a')
    expect(record).toMatchObject({ info: { name: 'Alpha', networkId: '1337' }, genesis: null, sessions: 1 })
    expect(record && activeMsAt(record, stage.now)).toBe(60_000)
    expect(stage.view.record('b')).toBeUndefined()
  })

  it('takes every kind of observation as a sign of life', () => {
    const stage = scenario()
    stage.connect('a')
    const ref = { number: blockAt(1).number, hash: hashOf(1) }
    const said: readonly Pick<Observation, 'kind' | 'body'>[] = [
      { kind: 'head-event', body: { type: 'reorg', added: [ref], removed: [] } },
      { kind: 'host', body: { cpus: 2 } },
      { kind: 'gap', body: { reason: 'size', class: 'log', dropped: 3, from: unixMs(0), to: unixMs(1) } },
      { kind: 'block-processing', body: { ...ref, processingMs: 3 } },
      { kind: 'metric', body: { name: 'n', value: 1 } },
      { kind: 'log', body: { severity: 6, source: 's', message: 'm' } },
      { kind: 'alarm', body: { alarm: 'a', step: 'raised', type: 't', severity: 2, message: 'm' } },
    ]
    for (const one of said) {
      stage.tick(60)
      stage.apply({
        type: 'observation',
        at: unixMs(stage.now),
        network: '1337',
        observation: { ...one, node: nodeId('a'), observedAt: unixMs(0) } as Observation,
      })
      expect(stage.view.node('a')).toMatchObject({ state: 'active', lastSeenAt: stage.now })
    }
  })

  it('holds no more after ten thousand visitors than after a hundred', () => {
    const stage = scenario({ maxNodesPerNetwork: 50, maxFirstSeen: 200, windowHeights: 20 })
    const visit = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        const node = `n${i}`
        const info = { name: node, networkId: '1337', client: `odd${i}/v1.${i}.0` }
        stage.core.apply({ type: 'connected', at: unixMs(stage.now), node, info, address: null })
        stage.say(node, 'block', blockAt(Math.floor(i / 10)))
        stage.core.apply({ type: 'disconnected', at: unixMs(stage.now), node, network: '1337' })
        stage.wait(20)
      }
    }
    const held = () => ({
      nodes: stage.core.counts().nodes,
      blocks: stage.core.counts().blocks,
      shares: stage.view.summary().versions.length,
      sights: stage.view
        .blocks(1000)
        .reduce((sum, one) => sum + (stage.view.blockDetail(one.hash)?.seenBy.length ?? 0), 0),
    })
    visit(0, 300)
    const early = held()
    visit(300, 10_000)
    expect(held()).toEqual(early)
    expect(early).toEqual({ nodes: 50, blocks: 20, shares: 31, sights: 20 })
    expect(stage.view.takeChangeSet().removedNodes.size).toBeLessThan(3000)
  })
})
