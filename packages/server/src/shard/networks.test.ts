import type { Hash } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { baseKey } from './networks.ts'
import { hashOf, scenario } from './testing/scenario.ts'

const alpha = `0x${'a'.repeat(64)}` as Hash
const beta = `0x${'b'.repeat(64)}` as Hash

const keys = (stage: ReturnType<typeof scenario>) => stage.core.networks().map((view) => view.key)
const genesis = (stage: ReturnType<typeof scenario>, node: string, hash: string, network = '1337') =>
  stage.apply({ type: 'genesis', at: stage.now as never, network, node, genesis: hash })

describe('networks', () => {
  it('are told apart by network id', () => {
    const stage = scenario()
    stage.connect('a')
    stage.connect('a', { networkId: '5' })
    expect(keys(stage)).toEqual(['1337', '5'])
    expect(stage.core.networkOf('a', '5')).toBe('5')
    expect(stage.core.networkOf('b', '5')).toBeUndefined()
    expect(stage.core.network('5')?.summary()).toMatchObject({ networkId: '5', genesis: null, nodes: 1 })
  })

  it.each([
    ['1', '1'],
    ['0001', '1'],
    ['0', '0'],
    ['', 'unknown'],
    ['overflow', 'unknown'],
    ['1337-aaaaaaaa', 'unknown'],
    ['-1', 'unknown'],
    [undefined, 'unknown'],
  ])('network id %j has the key %s', (networkId, key) => {
    expect(baseKey(networkId)).toBe(key)
  })

  it('give the plain key to the first genesis and a longer one to the second', () => {
    const stage = scenario()
    stage.connect('a', { genesis: alpha })
    stage.connect('b', { genesis: beta })
    stage.connect('c')
    expect(keys(stage)).toEqual(['1337', '1337-bbbbbbbb'])
    expect(stage.core.networkOf('b', '1337')).toBe('1337-bbbbbbbb')
    expect(stage.core.networkOf('c', '1337')).toBe('1337')
    expect(stage.view.summary()).toMatchObject({ genesis: alpha, nodes: 2 })
    expect(stage.core.network('1337-bbbbbbbb')?.summary()).toMatchObject({ networkId: '1337', genesis: beta, nodes: 1 })
  })

  it('use more digits where two hashes begin alike', () => {
    const stage = scenario()
    stage.connect('a', { genesis: alpha })
    stage.connect('b', { genesis: beta })
    stage.connect('c', { genesis: `0xbbbbbbbb${'c'.repeat(56)}` as Hash })
    expect(keys(stage)).toEqual(['1337', '1337-bbbbbbbb', '1337-bbbbbbbbcccccccc'])
  })

  it('keep a node whose genesis is the known one, or the first', () => {
    const stage = scenario()
    stage.connect('ab')
    expect(genesis(stage, 'a', alpha)).toEqual([])
    expect(genesis(stage, 'b', alpha)).toEqual([])
    expect(keys(stage)).toEqual(['1337'])
    expect(stage.view.summary().genesis).toBe(alpha)
  })

  it('move a node whose genesis turns out to be another, with what it said and what is known of it', () => {
    const stage = scenario()
    stage.connect('ab', { genesis: alpha })
    stage.connect('x')
    stage.block('ab', 10)
    stage.stats('x', { peers: 4 })
    stage.wait(10).block('x', 700, { branch: 5 })
    stage.view.takeChangeSet()
    expect(genesis(stage, 'x', beta)).toMatchObject([
      { type: 'network-added', network: '1337-bbbbbbbb' },
      { type: 'node-removed', network: '1337', node: 'x', reason: 'moved' },
      { type: 'node-added', network: '1337-bbbbbbbb', node: 'x' },
      { type: 'node-active', network: '1337-bbbbbbbb', node: 'x' },
      { type: 'head', network: '1337-bbbbbbbb', number: 700 },
    ])
    expect(stage.core.networkOf('x', '1337')).toBe('1337-bbbbbbbb')
    expect(stage.core.network('1337-bbbbbbbb')?.node('x')).toMatchObject({ blockNumber: 700, peers: 4, sessions: 1 })
    expect(stage.view.block(hashOf(700, 5))).toBeUndefined()
    const dirty = stage.view.takeChangeSet()
    expect([...dirty.removedNodes]).toEqual(['x'])
    expect([...dirty.removedBlocks]).toEqual([hashOf(700, 5)])
  })

  it('get another head when the only reporter of theirs moves away', () => {
    const stage = scenario()
    stage.connect('a', { genesis: alpha })
    stage.connect('x')
    stage.block('a', 10)
    stage.block('x', 700, { branch: 5 })
    expect(stage.head()).toBe('700/5')
    genesis(stage, 'x', beta)
    expect(stage.head()).toBe('10/0')
    expect(stage.view.node('a')).toMatchObject({ behind: 0 })
    expect(stage.view.blocks(10).map((block) => block.number)).toEqual([10])
  })

  it('know a node by its earlier session when it logs in without its genesis', () => {
    const stage = scenario()
    stage.connect('a', { genesis: alpha })
    stage.connect('x', { genesis: beta })
    stage.apply({ type: 'disconnected', at: stage.now as never, node: 'x', network: '1337-bbbbbbbb' })
    stage.connect('x')
    expect(stage.core.networkOf('x', '1337')).toBe('1337-bbbbbbbb')
    expect(stage.view.node('x')).toBeUndefined()
  })

  it('follow a node that says another network id later', () => {
    const stage = scenario()
    stage.connect('ab', { genesis: alpha })
    stage.say('a', 'node-info', { name: 'a', networkId: '5' })
    expect(stage.core.networkOf('a', '5')).toBe('5')
    expect(stage.view.node('a')).toBeUndefined()
    expect(stage.core.network('5')?.summary().genesis).toBeNull()
  })

  it('share one network beyond their number, and places become free again', () => {
    const stage = scenario({ maxNetworks: 2, forgetAfterMs: 1000 })
    for (const networkId of ['1337', '2', '3', '4']) stage.connect('a', { networkId })
    expect(keys(stage)).toEqual(['1337', '2', 'overflow'])
    expect(stage.core.networkOf('a', '4')).toBe('overflow')
    stage.connect('b', { networkId: '3' })
    expect(stage.core.network('overflow')?.nodeCount).toBe(2)
    stage.apply({ type: 'disconnected', at: stage.now as never, node: 'a', network: '2' })
    expect(stage.tick(2)).toContainEqual(expect.objectContaining({ type: 'network-removed', network: '2' }))
    stage.apply({ type: 'disconnected', at: stage.now as never, node: 'a', network: 'overflow' })
    stage.apply({ type: 'disconnected', at: stage.now as never, node: 'b', network: 'overflow' })
    stage.tick(2)
    stage.connect('c', { networkId: '3' })
    expect(keys(stage)).toEqual(['1337', '3'])
  })

  it('ignore and count what comes for a network nobody announced', () => {
    const stage = scenario()
    stage.block('a', 10)
    stage.disconnect('a')
    genesis(stage, 'a', alpha)
    expect(keys(stage)).toEqual([])
    expect(stage.core.counts()).toMatchObject({ inputs: 3, unknownNetwork: 3, networks: 0 })
  })
})
