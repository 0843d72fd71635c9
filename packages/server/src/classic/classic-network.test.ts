import { describe, expect, it } from 'vitest'
import { createChangeFanout } from '../core/change-fanout.ts'
import { whole } from '../lib/work-steps.ts'
import {
  blockFrame,
  createStage,
  emit,
  hashOf,
  helloFrame,
  latencyFrame,
  pendingFrame,
} from '../gateway/ethstats/testing.ts'
import type { Peer, Stage } from '../gateway/ethstats/testing.ts'
import { createClassicNetwork } from './classic-network.ts'
import type { ClassicNetwork } from './classic-network.ts'

type Action = { readonly action: string; readonly data: Record<string, unknown> }
type Plain = Record<string, unknown>

const statsFrame = (id: string, stats: Plain): string => emit('stats', { id, stats })

const begin = (): {
  stage: Stage
  alpha: Peer
  network: ClassicNetwork
  look: () => readonly Action[]
  last: () => { readonly messages: readonly string[]; readonly newcomers: boolean }
} => {
  const stage = createStage()
  const alpha = stage.open()
  stage.say(alpha, helloFrame('alpha'))
  const view = stage.core.network('1337')
  if (view === undefined) throw new Error('no network')
  const network = createClassicNetwork(view, () => stage.now())
  const viewer = createChangeFanout(stage.core).reader()
  whole(network.init('answer'))
  viewer.take('1337')
  const last = () => {
    const { gone } = whole(network.note(viewer.take('1337')))
    const messages: string[] = []
    let newcomers = gone
    for (let next = network.next(); next !== undefined; next = network.next()) {
      messages.push(...next.messages)
      newcomers ||= next.newcomer
    }
    return { messages, newcomers }
  }
  return { stage, alpha, network, last, look: () => last().messages.map((text) => JSON.parse(text) as Action) }
}

const initOf = (network: ClassicNetwork, envelope: 'answer' | 'broadcast'): string =>
  whole(network.init(envelope)).join('')
const keysOf = (value: unknown): string[] => Object.keys(value as object).sort()
const stats = ['active', 'mining', 'syncing', 'hashrate', 'peers', 'gasPrice', 'uptime', 'latency']

describe('init', () => {
  it('has every field the page needs, also for a node that has said nothing yet', () => {
    const { network } = begin()
    const { emit: frame } = JSON.parse(initOf(network, 'answer')) as { emit: [string, { nodes: Plain[] }] }
    expect(frame[0]).toBe('init')
    const [node] = frame[1].nodes
    expect(keysOf(node)).toEqual(['geo', 'history', 'id', 'info', 'spark', 'stats', 'trusted', 'uptime'])
    expect(node).toMatchObject({
      id: 'alpha',
      trusted: false,
      geo: null,
      history: Array.from({ length: 40 }, () => -1),
    })
    expect(keysOf(node?.['stats'])).toEqual([...stats, 'block', 'pending', 'propagationAvg'].sort())
    expect(node?.['stats']).toMatchObject({
      active: true,
      uptime: 100,
      block: { number: 0, transactions: [], uncles: [] },
    })
    expect(node?.['info']).toMatchObject({ name: 'alpha', net: '1337', client: '0.1.1', ip: '' })
  })

  it('is a plain list in the envelope that goes to all', () => {
    const { network } = begin()
    const message = JSON.parse(initOf(network, 'broadcast')) as { action: string; data: Plain[] }
    expect([message.action, message.data.map((node) => node['id'])]).toEqual(['init', ['alpha']])
  })

  it('of many rows comes in parts that make one text', () => {
    const { stage, network } = begin()
    for (let i = 0; i < 600; i++) stage.say(stage.open(), helloFrame(`node-${i}`))
    const parts = whole(network.init('answer'))
    expect(parts.length).toBeGreaterThan(1)
    const { emit: frame } = JSON.parse(parts.join('')) as { emit: [string, { nodes: Plain[] }] }
    expect(new Set(frame[1].nodes.map(({ id }) => id)).size).toBe(601)
  })

  it('lets no markup through', () => {
    const { stage, network } = begin()
    const id = '<img src=x onerror=alert(1)>'
    stage.say(stage.open(), helloFrame(id, { node: '<b>Geth</b>', contact: '"\'><script>', os: '&' }))
    const text = initOf(network, 'broadcast')
    expect(text).not.toMatch(/[<>]/)
    expect(text).toContain('&lt;img')
  })
})

describe('changes', () => {
  it('tell who went inactive before all that merely changed', () => {
    const { stage, alpha, look } = begin()
    const others = ['b', 'c', 'd'].map((id) => {
      const peer = stage.open()
      stage.say(peer, helloFrame(id))
      return peer
    })
    look()
    for (const peer of [alpha, ...others]) stage.say(peer, pendingFrame(peer.id, 7))
    stage.close(others[2] as Peer)
    expect(look().map(({ action, data }) => [action, data['id']])).toEqual([
      ['inactive', 'd'],
      ['pending', 'alpha'],
      ['pending', 'b'],
      ['pending', 'c'],
    ])
  })

  it('are nothing where nothing changed', () => {
    const { look } = begin()
    expect(look()).toEqual([])
  })

  it('tell a block with all its fields as decimal numbers', () => {
    const { stage, alpha, look } = begin()
    stage.say(alpha, blockFrame('alpha', 7))
    const [message] = look().filter(({ action }) => action === 'block')
    expect(keysOf(message?.data)).toEqual(['block', 'history', 'id', 'propagationAvg'])
    expect(message?.data).toMatchObject({
      id: 'alpha',
      propagationAvg: 0,
      block: {
        number: 7,
        hash: hashOf(7),
        parentHash: hashOf(6),
        timestamp: 1_767_225_635,
        difficulty: 2,
        totalDifficulty: 14,
        gasUsed: 21_000,
        gasLimit: 30_000_000,
        transactions: [0],
        uncles: [],
        trusted: false,
        arrived: stage.at(),
        received: stage.at(),
        propagation: 0,
        fork: 0,
        time: 0,
      },
    })
    expect(message?.data['history']).toHaveLength(40)
  })

  it('tell the newest state once, however often it changed in between', () => {
    const { stage, alpha, look } = begin()
    for (let number = 1; number <= 5; number++) stage.say(alpha, blockFrame('alpha', number))
    for (let pending = 1; pending <= 9; pending++) stage.say(alpha, pendingFrame('alpha', pending))
    const messages = look()
    expect(
      messages.filter(({ action }) => action === 'block').map(({ data }) => (data['block'] as Plain)['number']),
    ).toEqual([5])
    expect(messages.filter(({ action }) => action === 'pending').map(({ data }) => data)).toEqual([
      { id: 'alpha', pending: 9 },
    ])
  })

  it('tell stats with every key, and latency among them', () => {
    const { stage, alpha, look } = begin()
    stage.say(
      alpha,
      statsFrame('alpha', { active: true, syncing: false, peers: 7, gasPrice: '0x3b9aca00', uptime: 100 }),
    )
    stage.say(alpha, latencyFrame('alpha'))
    const [message] = look().filter(({ action }) => action === 'stats')
    expect(keysOf(message?.data['stats'])).toEqual([...stats].sort())
    expect(message?.data['stats']).toMatchObject({ peers: 7, gasPrice: 1_000_000_000, latency: 7, mining: false })
  })

  it('tell the latency the server measures where the node tells none', () => {
    const { stage, alpha, look } = begin()
    stage.protocol.roundTrip(alpha, 41, stage.at())
    expect(look()).toMatchObject([{ action: 'stats', data: { stats: { latency: 21 } } }])
    stage.protocol.roundTrip(alpha, 41.4, stage.at())
    expect(look()).toEqual([])
  })

  it('tell what a node now says of itself, when it comes back with another version', () => {
    const { stage, alpha, look } = begin()
    stage.close(alpha)
    look()
    stage.say(stage.open(), helloFrame('alpha', { node: 'Geth/v1.17.0-stable/linux-amd64/go1.25.0', os: '<linux>' }))
    const [info, stats] = look()
    expect(info).toMatchObject({
      action: 'info',
      data: {
        id: 'alpha',
        info: { node: 'Geth/v1.17.0-stable/linux-amd64/go1.25.0', os: '&lt;linux&gt;', net: '1337' },
      },
    })
    expect(stats).toMatchObject({ action: 'stats', data: { stats: { active: true } } })
  })

  it('tell that a node went inactive, with its last block', () => {
    const { stage, alpha, look } = begin()
    stage.say(alpha, blockFrame('alpha', 7))
    look()
    stage.close(alpha)
    const messages = look()
    expect(messages.map(({ action }) => action)).toEqual(['inactive'])
    expect(messages[0]?.data).toMatchObject({ id: 'alpha', stats: { active: false, block: { number: 7 } } })
  })

  it('announce a newcomer, and ask for a new init because the page does not show it otherwise', () => {
    const { stage, last } = begin()
    stage.say(stage.open(), helloFrame('beta'))
    const { messages, newcomers } = last()
    expect(newcomers).toBe(true)
    const [add] = messages.map((text) => JSON.parse(text) as Action).filter(({ action }) => action === 'add')
    expect(keysOf(add?.data)).toEqual(['geo', 'history', 'id', 'info', 'stats'])
    expect(last().newcomers).toBe(false)
  })

  it('reach pages that were there before another one joined', () => {
    const { stage, alpha, network, look } = begin()
    stage.say(alpha, pendingFrame('alpha', 3))
    initOf(network, 'answer')
    expect(look().map(({ action }) => action)).toContain('pending')
  })
})

describe('charts', () => {
  it('have every series with forty entries, also before there are forty blocks', () => {
    const { stage, alpha, network } = begin()
    for (let number = 1; number <= 3; number++) stage.say(alpha, blockFrame('alpha', number))
    const { action, data } = JSON.parse(whole(network.charts())) as Action
    expect(action).toBe('charts')
    const series = [
      'height',
      'blocktime',
      'difficulty',
      'uncles',
      'transactions',
      'gasSpending',
      'gasLimit',
      'uncleCount',
    ]
    for (const key of series) expect([key, (data[key] as unknown[]).length]).toEqual([key, 40])
    expect((data['height'] as number[]).slice(-3)).toEqual([1, 2, 3])
    expect((data['blocktime'] as number[]).slice(-2)).toEqual([5, 5])
    expect(data['avgBlocktime']).toBe(5)
    expect(data['miners']).toEqual([{ miner: `0x${'a'.repeat(40)}`, name: false, blocks: 3 }])
    expect(data['avgHashrate']).toBeCloseTo(2 / 5)
  })

  it('put the share of samples into bins of a quarter of a second', () => {
    const { stage, alpha, network } = begin()
    const beta = stage.open()
    stage.say(beta, helloFrame('beta'))
    stage.say(alpha, blockFrame('alpha', 1))
    stage.pass(1)
    stage.say(beta, blockFrame('beta', 1))
    const { data } = JSON.parse(whole(network.charts())) as Action
    const { histogram, avg } = data['propagation'] as { histogram: Record<string, number>[]; avg: number }
    expect(histogram).toHaveLength(40)
    expect(histogram.reduce((sum, bin) => sum + (bin['y'] ?? 0), 0)).toBeCloseTo(1)
    expect(histogram.map((bin) => bin['x'])).toEqual(Array.from({ length: 40 }, (_, i) => i * 250))
    expect(histogram.at(-1)).toMatchObject({ dx: 250, cumulative: 2, cumpercent: 1 })
    expect(avg).toBeGreaterThan(400)
    expect(avg).toBeLessThan(700)
  })
})
