import { unixMs } from '@netstats/protocol'
import type { Address, Wei } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { begin, hashOf, scenario } from '../testing/scenario.ts'

describe('node table', () => {
  it('shows what a node says of itself', () => {
    const stage = scenario()
    stage.connect('a', {
      name: 'Validator 1',
      client: 'Geth/v1.16.3-stable/linux-amd64/go1.24',
      port: 30_303,
      protocol: 'eth/68',
      api: 'No',
      os: 'linux',
      osVersion: 'amd64',
      reporter: '0.1.1',
      contact: 'ops@example.org',
      coinbase: `0x${'1'.repeat(40)}` as Address,
    })
    stage.stats('a', { mining: true, hashrate: 0, peers: 7, gasPrice: (2n ** 70n) as Wei, syncing: false, uptime: 100 })
    stage.say('a', 'latency', { latencyMs: 12.5 })
    stage.say('a', 'pending', { pending: 3 })
    expect(stage.view.node('a')).toMatchObject({
      id: 'a',
      name: 'Validator 1',
      clientName: 'geth',
      clientVersion: '1.16.3',
      os: 'linux',
      port: 30_303,
      contact: 'ops@example.org',
      mining: true,
      peers: 7,
      gasPrice: (2n ** 70n).toString(),
      latencyMs: 12.5,
      pending: 3,
      firstSeenAt: begin,
      latitude: null,
    })
  })

  it('calls a node that gives no name by its id', () => {
    const stage = scenario()
    stage.connect('a', { name: '' })
    expect(stage.view.node('a')?.name).toBe('a')
  })

  it('forgets a field that a node no longer says', () => {
    const stage = scenario()
    stage.connect('a', { contact: 'me' })
    stage.stats('a', { peers: 7, mining: true })
    stage.say('a', 'node-info', { name: 'b', client: 'besu/v25.1.0' })
    stage.stats('a')
    expect(stage.view.node('a')).toMatchObject({
      name: 'b',
      contact: null,
      clientName: 'besu',
      peers: null,
      mining: null,
    })
    expect(stage.view.summary().versions).toEqual([{ name: 'besu 25.1.0', count: 1 }])
  })

  it('places a node where the look-up says, and nowhere when the look-up fails', () => {
    const places = { city: 'Graz', country: 'AT', latitude: 47, longitude: 15.4 }
    const stage = scenario({
      locate: (address, node) => {
        if (node === 'c') return places
        if (address === '127.0.0.9') throw new Error('broken data base')
        return address === '127.0.0.1' ? places : null
      },
    })
    const connect = (node: string, address: string | null) =>
      stage.apply({ type: 'connected', at: stage.now as never, node, info: { name: node, networkId: '1337' }, address })
    connect('a', '127.0.0.1')
    connect('b', '127.0.0.9')
    expect(stage.view.node('a')).toMatchObject(places)
    expect(stage.view.node('b')).toMatchObject({ city: null, latitude: null })
    expect(stage.core.counts().locateFailed).toBe(1)
    connect('a', '127.0.0.2')
    expect(stage.view.node('a')?.city).toBeNull()
    connect('c', null)
    expect(stage.view.node('c')?.city).toBe('Graz')
  })

  it('forgets a node that was inactive for too long, and what it saw stays', () => {
    const stage = scenario({ forgetAfterMs: 60_000 })
    stage.connect('ab')
    stage.block('ab', 10)
    stage.disconnect('a')
    stage.tick(60)
    expect(stage.view.node('a')).toBeDefined()
    expect(stage.tick()).toMatchObject([{ type: 'node-removed', node: 'a', reason: 'expired' }])
    expect(stage.view.node('a')).toBeUndefined()
    expect(stage.view.block(hashOf(10))).toMatchObject({ nodes: 2 })
    expect(stage.view.takeChangeSet().removedNodes).toEqual(new Set(['a']))
  })

  it('does not take a new node for the one whose place it got', () => {
    const stage = scenario({ forgetAfterMs: 1000 })
    stage.connect('ab')
    stage.block('ab', 10)
    stage.disconnect('a')
    stage.tick(3)
    stage.connect('c')
    stage.block('c', 10)
    expect(stage.view.block(hashOf(10))?.nodes).toBe(3)
  })

  it('makes room at the limit by forgetting the longest inactive node', () => {
    const stage = scenario({ maxNodesPerNetwork: 3 })
    stage.connect('abc')
    stage.wait(10).disconnect('b')
    stage.wait(10).disconnect('a')
    expect(stage.connect('d')).toMatchObject([
      { type: 'node-removed', node: 'b', reason: 'limit' },
      { type: 'node-added', node: 'd' },
      { type: 'node-active', node: 'd' },
    ])
    expect([...stage.view.nodeIds()]).toEqual(['a', 'c', 'd'])
  })

  it('refuses a node where all others are active, and says so', () => {
    const stage = scenario({ maxNodesPerNetwork: 2 })
    stage.connect('ab')
    expect(stage.connect('c')).toEqual([])
    expect(stage.core.networkOf('c', '1337')).toBeUndefined()
    stage.block('c', 10)
    expect(stage.core.counts()).toMatchObject({ nodesRefused: 1, unknownNode: 1, nodes: 2 })
    expect(stage.head()).toBe('none')
  })

  it('bounds the nodes of all networks together: the longest inactive of all goes first', () => {
    const stage = scenario({ maxNodes: 4 })
    stage.connect('ab')
    stage.connect('xy', { networkId: '7' })
    stage.apply({ type: 'disconnected', at: unixMs(stage.now), node: 'x', network: '7' })
    stage.wait(10).disconnect('a')
    expect(stage.connect('c')).toMatchObject([
      { type: 'node-removed', network: '7', node: 'x', reason: 'limit' },
      { type: 'node-added', node: 'c' },
      { type: 'node-active', node: 'c' },
    ])
    expect(stage.connect('a')).toMatchObject([{ type: 'node-active', node: 'a' }])
    expect(stage.connect('d')).toEqual([])
    expect(stage.core.networkOf('d', '1337')).toBeUndefined()
    expect(stage.core.counts()).toMatchObject({ nodes: 4, nodesRefused: 1 })
  })

  it('shows the newest report of a node that falls back', () => {
    const stage = scenario()
    stage.connect('abc')
    for (let n = 10; n <= 20; n++) stage.block('abc', n)
    stage.block('a', 12)
    expect(stage.view.node('a')).toMatchObject({ blockNumber: 12, behind: 8 })
    stage.block('a', 2, { branch: 3 })
    expect(stage.view.node('a')).toMatchObject({ blockNumber: 2, behind: 18, blockHash: hashOf(2, 3) })
  })

  it('shows a latest block below the window without keeping it as a block', () => {
    const stage = scenario({ windowHeights: 10 })
    stage.connect('abc')
    for (let n = 100; n <= 120; n++) stage.block('ab', n)
    stage.block('c', 50)
    expect(stage.view.node('c')).toMatchObject({ blockNumber: 50, behind: 70 })
    expect(stage.view.block(hashOf(50))).toBeUndefined()
    expect(stage.view.hashesAt(50)).toEqual([])
    stage.block('c', 51, { historical: true })
    expect(stage.core.counts().blocksBelowWindow).toBe(1)
    expect(stage.view.blocks(100).map((block) => block.number)).toEqual([
      120, 119, 118, 117, 116, 115, 114, 113, 112, 111,
    ])
  })
})

describe('nodes that others have replaced', () => {
  const gone = (id: string) => `Gamma-0x${id.repeat(64)}`

  it('are forgotten sooner, as are those whose only name is a key', () => {
    const stage = scenario({ forgetReplacedMs: 600_000 })
    const join = (node: string, name: string) =>
      stage.apply({ type: 'connected', at: unixMs(stage.now), node, info: { name, networkId: '1337' }, address: null })
    const leave = (node: string) => stage.apply({ type: 'disconnected', at: unixMs(stage.now), node, network: '1337' })
    join('steady', 'steady')
    join(`0x${'7'.repeat(128)}`, `0x${'7'.repeat(128)}`)
    leave(`0x${'7'.repeat(128)}`)
    for (const id of ['0', '1', '2', '3']) {
      join(gone(id), 'Gamma')
      stage.wait(60_000)
      if (id !== '3') leave(gone(id))
      stage.wait(1000)
    }
    stage.tick(300)
    expect(stage.view.nodeCount).toBe(6)
    for (let i = 0; i < 10; i++) {
      stage.say(gone('3'), 'latency', { latencyMs: 1 })
      stage.tick(60)
    }
    expect([...stage.view.nodeIds()]).toEqual(['steady', gone('3')])
  })

  it('are not those of one name that were there together', () => {
    const stage = scenario({ forgetReplacedMs: 600_000 })
    stage.connect('ab', { name: 'besu' })
    stage.wait(1000).disconnect('a')
    stage.tick(1000)
    expect(stage.view.nodeCount).toBe(2)
  })
})
