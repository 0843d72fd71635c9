import { describe, expect, it } from 'vitest'
import { topicData } from '@netstats/protocol/feed'
import { unixMs } from '@netstats/protocol'
import { createRig } from './testing/rig.ts'
import { blockOf, connected, hashOf, nodeName, observed } from './testing/traffic.ts'
import { window, networks, blocks, join, errorsOf, deltasOf, peers, rigOf } from './testing/viewers.ts'

describe('the feed hub', () => {
  it('welcomes, gives a snapshot at once and the changes as deltas', () => {
    const rig = rigOf(3)
    const client = join(rig, window())
    expect(client.received.map((m) => m.type)).toEqual(['welcome', 'snapshot'])
    expect(topicData(client.state, 1, 'nodes')).toMatchObject({
      total: 3,
      all: 3,
      order: ['node-0', 'node-1', 'node-2'],
    })
    peers(rig, 1, 77)
    rig.pass(500)
    const [delta] = deltasOf(client)
    expect(delta).toMatchObject({ topic: 'nodes', seq: 1, data: { rows: { 'node-1': { peers: 77 } } } })
    expect(delta?.data).not.toHaveProperty('order')
    expect(topicData(client.state, 1, 'nodes')?.rows['node-1']?.peers).toBe(77)
  })

  it('sorts no table for anyone who merely asks: that waits for its turn', () => {
    const rig = rigOf(3, { workShare: 0 })
    const client = join(rig, window({ filter: '-one' }), window({ filter: '-two' }), {
      topic: 'summary',
      network: '1337',
    })
    rig.pass(1000)
    expect(rig.hub.gauges()).toMatchObject({ topics: 3, sortedTables: 0 })
    expect(client.received.map((m) => m.type)).toEqual(['welcome', 'snapshot'])
    const able = rigOf(3)
    join(able, window({ filter: '-one' }), window({ filter: '-two' }))
    expect(able.hub.gauges().sortedTables).toBe(2)
  })

  it('computes and encodes a change once for all who look at the same, in whatever words they asked', () => {
    const rig = rigOf(3)
    const viewers = ['', '  ', 'GETH', 'geth ', '"geth"'].flatMap((filter) => [
      join(rig, window({ filter })),
      join(rig, window({ filter })),
    ])
    expect(rig.hub.gauges()).toMatchObject({ viewers: 10, topics: 2, sortedTables: 2 })
    const before = rig.counted.get('encodes delta') ?? 0
    peers(rig, 0, 5)
    rig.pass(500)
    expect(rig.counted.get('encodes delta')).toBe(before + 2)
    const frames = viewers.map((client) => client.frames.at(-1))
    expect(new Set(frames).size).toBe(2)
  })

  it('says nothing when nothing in view changed', () => {
    const rig = rigOf(60)
    const client = join(rig, window({ limit: 5 }))
    for (let i = 0; i < 20; i++) {
      peers(rig, 59, i)
      rig.pass(250)
    }
    expect(deltasOf(client)).toEqual([])
  })

  it('tells a new block at the next tick, and who else saw it at most once a second', () => {
    const rig = rigOf(20)
    const client = join(rig, blocks)
    rig.pass(2000)
    rig.apply(observed(0, rig.now(), '1337', { kind: 'block', body: blockOf(100) }))
    rig.pass(125)
    expect(deltasOf(client)).toHaveLength(1)
    for (let i = 1; i < 17; i++) {
      rig.apply(observed(i, rig.now(), '1337', { kind: 'block', body: blockOf(100) }))
      rig.pass(125)
    }
    rig.pass(1000)
    expect(deltasOf(client).length).toBeLessThanOrEqual(4)
    expect(topicData(client.state, 1, 'blocks')?.blocks[0]).toMatchObject({ number: 100, nodes: 17 })
  })

  it('sends late sights of a block without repeating the early ones', () => {
    const rig = rigOf(10)
    const client = join(rig, { topic: 'block', network: '1337', hash: hashOf(100).toUpperCase().replace('0X', '0x') })
    expect(topicData(client.state, 1, 'block')).toBeNull()
    for (let i = 0; i < 10; i++) {
      rig.apply(observed(i, rig.now(), '1337', { kind: 'block', body: blockOf(100) }))
      rig.pass(500)
    }
    rig.pass(2000)
    expect(topicData(client.state, 1, 'block')?.seenBy).toHaveLength(10)
    const deltas = deltasOf(client).slice(1)
    expect(deltas.length).toBeGreaterThan(1)
    for (const delta of deltas) expect(delta.data).not.toHaveProperty('seenBy')
  })

  it('keeps a subscription to a network nobody knows and answers when it appears, and again when it is gone', () => {
    const rig = createRig({}, { forgetAfterMs: 10_000 })
    const client = join(rig, window())
    expect(errorsOf(client)).toMatchObject([{ id: 1, code: 'FEED_NETWORK_UNKNOWN' }])
    rig.apply(connected(0, rig.now()))
    rig.pass(500)
    expect(topicData(client.state, 1, 'nodes')?.order).toEqual(['node-0'])
    expect(client.state.subscriptions.get(1)?.fault).toBeUndefined()
    rig.apply({ type: 'disconnected', at: unixMs(rig.now()), node: nodeName(0), network: '1337' })
    rig.pass(20_000)
    expect(rig.core.networks()).toEqual([])
    expect(errorsOf(client)).toHaveLength(2)
    rig.apply(connected(1, rig.now()))
    rig.pass(500)
    expect(topicData(client.state, 1, 'nodes')?.order).toEqual(['node-1'])
  })

  it('answers a filter it cannot read with place and expectation, and keeps what was shown', () => {
    const rig = rigOf(2)
    const client = join(rig, window())
    client.subscribe(rig.hub, 1, window({ filter: 'geth behind:>x' }))
    expect(errorsOf(client)).toMatchObject([
      { id: 1, code: 'FEED_FILTER_INVALID', position: 13, expected: expect.stringContaining('a number') },
    ])
    peers(rig, 0, 9)
    rig.pass(500)
    expect(topicData(client.state, 1, 'nodes')?.rows['node-0']?.peers).toBe(9)
    expect(client.closes).toEqual([])
  })

  it('gives a channel up some time after its last viewer left', () => {
    const rig = rigOf(2, { dormantMs: 30_000 })
    const client = join(rig, window())
    client.unsubscribe(rig.hub, 1)
    expect(rig.hub.gauges()).toMatchObject({ topics: 1, dormantTopics: 1, sortedTables: 1 })
    rig.pass(29_000)
    expect(rig.hub.gauges().topics).toBe(1)
    rig.pass(2000)
    expect(rig.hub.gauges()).toMatchObject({ topics: 0, dormantTopics: 0, sortedTables: 0 })
  })

  it('answers pings and sends a tick so that silence means a lost connection', () => {
    const rig = rigOf(1)
    const client = join(rig)
    client.send(rig.hub, { type: 'ping', clientTime: 42 })
    rig.pass(16_000)
    expect(client.received.filter((m) => m.type === 'pong')).toEqual([
      { type: 'pong', clientTime: 42, serverTime: expect.any(Number) },
    ])
    expect(client.received.filter((m) => m.type === 'tick')).toHaveLength(3)
  })
})

describe('a viewer that comes back', () => {
  it('is given what it missed, also where nobody else kept the channel awake', () => {
    const rig = rigOf(3)
    const client = join(rig, window(), networks)
    rig.pass(2000)
    client.disconnect(rig.hub)
    peers(rig, 2, 33)
    rig.pass(10_000)
    client.received.length = 0
    client.connect(rig.hub)
    rig.pass(500)
    expect(client.received.map((m) => m.type)).not.toContain('snapshot')
    expect(client.received.filter((m) => m.type === 'resumed')).toHaveLength(2)
    expect(topicData(client.state, 1, 'nodes')?.rows['node-2']?.peers).toBe(33)
    expect(rig.counted.get('resumes hit')).toBe(2)
  })

  it('gets a snapshot when it was away too long, names another life of the server or another window', () => {
    const rig = rigOf(3, { replay: { count: 2, bytes: 100_000 } })
    const steady = join(rig, window())
    const client = join(rig, window())
    const channel = client.state.subscriptions.get(1)?.position?.channel ?? -1
    client.disconnect(rig.hub)
    for (let i = 0; i < 5; i++) {
      peers(rig, 0, i)
      rig.pass(500)
    }
    client.connect(rig.hub)
    expect(client.received.at(-1)?.type).toBe('snapshot')
    expect(steady.closes).toEqual([])
    const ask = (resume: { epoch: string; channel: number; seq: number }, topic = window()) => {
      client.send(rig.hub, { type: 'subscribe', id: 1, resume, ...topic })
      return client.received.at(-1)?.type
    }
    expect(ask({ epoch: 'one', channel, seq: 5 })).toBe('resumed')
    expect(ask({ epoch: 'another', channel, seq: 5 })).toBe('snapshot')
    expect(ask({ epoch: 'one', channel: channel + 1, seq: 5 })).toBe('snapshot')
    expect(ask({ epoch: 'one', channel, seq: 500 })).toBe('snapshot')
    expect(ask({ epoch: 'one', channel, seq: 5 }, window({ offset: 1 }))).toBe('snapshot')
  })
})

describe('a viewer that does not keep up', () => {
  it('is left out, gets the state as it then is, and costs the others nothing', () => {
    const rig = rigOf(30, { bufferedBytes: 10_000 })
    const slow = join(rig, window())
    const quick = join(rig, window())
    slow.stall()
    for (let i = 0; i < 40; i++) {
      for (let n = 0; n < 30; n++) peers(rig, n, i * 30 + n)
      rig.pass(250)
    }
    expect(rig.hub.gauges().slowViewers).toBe(1)
    expect(rig.counted.get('conflations')).toBe(1)
    expect(deltasOf(quick).length).toBeGreaterThan(30)
    slow.received.length = 0
    slow.drain()
    rig.pass(500)
    expect(slow.received.at(-1)?.type).toBe('snapshot')
    expect(slow.state.subscriptions.get(1)?.data).toEqual(quick.state.subscriptions.get(1)?.data)
    expect(rig.hub.gauges().slowViewers).toBe(0)
  })

  it('never has more than the bound and one message waiting', () => {
    const rig = rigOf(50, { bufferedBytes: 20_000 })
    const slow = join(rig, window(), networks, blocks)
    slow.stall()
    let largest = 0
    for (let i = 0; i < 60; i++) {
      for (let n = 0; n < 50; n++) peers(rig, n, i + n)
      rig.pass(250)
      largest = Math.max(largest, slow.viewer?.sink.buffered ?? 0)
    }
    expect(largest).toBeLessThan(20_000 + 60_000)
  })

  it('is closed when it stays behind', () => {
    const rig = rigOf(50, { bufferedBytes: 1000, slowMs: 30_000 })
    const slow = join(rig)
    slow.stall()
    slow.subscribe(rig.hub, 1, window())
    rig.pass(29_000)
    expect(slow.closes).toEqual([])
    rig.pass(3000)
    expect(slow.closes).toEqual([{ code: 1006, reason: 'terminated' }])
    expect(rig.counted.get('viewers_closed slow')).toBe(1)
    expect(rig.hub.gauges()).toMatchObject({ viewers: 0, slowViewers: 0 })
  })

  it('is closed when it answers no ping', () => {
    const rig = rigOf(1)
    const dead = join(rig)
    dead.answersPings = false
    const alive = join(rig)
    rig.pass(61_000)
    expect(dead.closes).toHaveLength(1)
    expect(alive.closes).toEqual([])
    expect(rig.counted.get('viewers_closed half-open')).toBe(1)
  })
})
