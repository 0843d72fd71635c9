import { describe, expect, it } from 'vitest'
import { topicData } from '@netstats/protocol/feed'
import type { Topic } from '@netstats/protocol/feed'
import { createTestClient } from './testing/client.ts'
import type { TestClient } from './testing/client.ts'
import { createRig } from './testing/rig.ts'
import type { Rig } from './testing/rig.ts'
import { window, networks, blocks, join, errorsOf, sendRaw, rigOf } from './testing/viewers.ts'

describe('the limits of the feed', () => {
  it('bound subscriptions a connection; replacing one is always possible', () => {
    const rig = rigOf(1, { subscriptions: 3 })
    const client = join(rig, networks, networks, networks, networks)
    expect(errorsOf(client)).toMatchObject([{ id: 4, code: 'FEED_SUBSCRIPTIONS_FULL' }])
    client.subscribe(rig.hub, 3, window())
    expect(topicData(client.state, 3, 'nodes')?.total).toBe(1)
  })

  it('bound viewers in all and of one address, of IPv6 of one /64', () => {
    const rig = createRig({ viewers: 3, viewersPerAddress: 2 })
    const clients = [1, 2].map(() => join(rig))
    expect(() => join(rig)).toThrow('address-full')
    createTestClient().connect(rig.hub, '127.0.0.2')
    expect(() => createTestClient().connect(rig.hub, '127.0.0.3')).toThrow('full')
    clients[0]?.disconnect(rig.hub)
    expect(() => join(rig)).not.toThrow()
  })

  it('count addresses of IPv6 by their /64', () => {
    const rig = createRig({ viewersPerAddress: 2 })
    const connect = (address: string) => createTestClient().connect(rig.hub, address)
    connect('2001:db8::1')
    connect('2001:db8::2')
    expect(() => connect('2001:db8::3')).toThrow('address-full')
    expect(() => connect('2001:db8:0:1::3')).not.toThrow()
  })

  it('bound topics; those that sleep make shared first', () => {
    const rig = rigOf(1, { topics: 2 })
    const client = join(rig, window({ filter: 'geth' }), window({ filter: 'besu' }))
    client.subscribe(rig.hub, 3, blocks)
    expect(errorsOf(client)).toMatchObject([{ id: 3, code: 'FEED_CHANNELS_FULL' }])
    client.unsubscribe(rig.hub, 1)
    client.subscribe(rig.hub, 3, blocks)
    expect(topicData(client.state, 3, 'blocks')).toEqual({ blocks: [] })
    expect(rig.hub.gauges().topics).toBe(2)
  })

  const takeAll = (rig: Rig, address: string, first: number, count: number): TestClient => {
    const client = createTestClient()
    client.connect(rig.hub, address)
    for (let i = 0; i < count; i++) client.subscribe(rig.hub, i, window({ offset: first + i, limit: 1 }))
    return client
  }
  const refusedOf = (client: TestClient) => errorsOf(client).map(({ code }) => code)

  it('give an address its share of the views, and keep the last for those who have few', () => {
    const rig = rigOf(1, { topics: 100, topicsPerAddress: 45, subscriptions: 200 })
    expect(refusedOf(takeAll(rig, '10.0.0.1', 0, 50))).toEqual(Array(5).fill('FEED_ADDRESS_CHANNELS_FULL'))
    // The same /64 is the same address.
    takeAll(rig, '2001:db8::1', 1000, 40)
    expect(refusedOf(takeAll(rig, '2001:db8::2', 2000, 10))).toHaveLength(10)
    expect(refusedOf(takeAll(rig, '10.0.0.3', 3000, 3))).toHaveLength(2)
    expect(refusedOf(takeAll(rig, '10.0.0.4', 4000, 1))).toEqual([])
  })

  it('always serve what every dashboard opens, and what others look at already', () => {
    const rig = rigOf(1, { topics: 10, topicsPerAddress: 10, subscriptions: 200 })
    for (let i = 0; rig.hub.gauges().topics < 10; i++) takeAll(rig, `10.0.0.${i}`, 100 * i, 20)
    const dashboard = createTestClient()
    dashboard.connect(rig.hub, '10.0.1.1')
    const usual: Topic[] = [
      networks,
      { topic: 'summary', network: '1337' },
      { topic: 'map', network: '1337' },
      { topic: 'blocks', network: '1337', limit: 72 },
      window({ limit: 40 }),
      window({ sort: 'behind', descending: true, limit: 60 }),
      window({ offset: 0, limit: 1 }),
    ]
    usual.forEach((topic, i) => dashboard.subscribe(rig.hub, i, topic))
    expect(refusedOf(dashboard)).toEqual([])
    dashboard.subscribe(rig.hub, 99, window({ offset: 77, limit: 3 }))
    expect(refusedOf(dashboard)).toEqual(['FEED_CHANNELS_FULL'])
    // A network that is made up has nothing that every dashboard opens.
    dashboard.subscribe(rig.hub, 98, { topic: 'summary', network: 'made-up' })
    expect(refusedOf(dashboard)).toHaveLength(2)
  })

  it('give a view to another who looks at it when its owner leaves, and the share back', () => {
    const rig = rigOf(1, { topics: 100, topicsPerAddress: 2, subscriptions: 200 })
    const owner = takeAll(rig, '10.0.0.1', 0, 2)
    const guest = takeAll(rig, '10.0.0.2', 0, 2)
    owner.disconnect(rig.hub)
    expect(refusedOf(takeAll(rig, '10.0.0.1', 500, 2))).toEqual([])
    guest.subscribe(rig.hub, 50, window({ offset: 600, limit: 1 }))
    expect(refusedOf(guest)).toEqual(['FEED_ADDRESS_CHANNELS_FULL'])
    guest.unsubscribe(rig.hub, 0)
    guest.subscribe(rig.hub, 50, window({ offset: 600, limit: 1 }))
    expect(refusedOf(guest)).toHaveLength(1)
  })

  it('refuse requests that come too fast, and close who does not stop', () => {
    const rig = rigOf(1, { requests: { perSecond: 10, burst: 5 }, faults: { perSecond: 0.1, burst: 10 } })
    const client = join(rig)
    for (let i = 0; i < 8; i++) client.subscribe(rig.hub, i, networks)
    expect(errorsOf(client).map((m) => m.code)).toEqual(Array(3).fill('FEED_RATE_LIMITED'))
    for (let i = 0; i < 20; i++) client.subscribe(rig.hub, i, networks)
    expect(client.closes).toEqual([{ code: 1008, reason: 'abuse' }])
    expect(rig.counted.get('viewers_closed abuse')).toBe(1)
    const errors = errorsOf(client).length
    client.subscribe(rig.hub, 1, networks)
    expect(errorsOf(client)).toHaveLength(errors)
  })

  it.each([
    ['no JSON', '{"type":', 'FEED_JSON_INVALID'],
    ['an array', '[]', 'FEED_REQUEST_INVALID'],
    ['null', 'null', 'FEED_REQUEST_INVALID'],
    ['an unknown type', '{"type":"x","id":1}', 'FEED_REQUEST_INVALID'],
    ['an unknown topic', '{"type":"subscribe","id":1,"topic":"x"}', 'FEED_REQUEST_INVALID'],
    ['a wide window', JSON.stringify({ type: 'subscribe', id: 1, ...window({ limit: 201 }) }), 'FEED_REQUEST_INVALID'],
    [
      'many pins',
      JSON.stringify({ type: 'subscribe', id: 1, ...window({ pinned: Array(51).fill('a') }) }),
      'FEED_REQUEST_INVALID',
    ],
    [
      'an unknown column',
      JSON.stringify({ type: 'subscribe', id: 1, ...window({ sort: '__proto__' as never }) }),
      'FEED_REQUEST_INVALID',
    ],
    ['a broken id', '{"type":"subscribe","id":1.5,"topic":"networks"}', 'FEED_REQUEST_INVALID'],
    ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'FEED_REQUEST_INVALID'],
  ])('answer %s with an error and nothing worse', (_, text, code) => {
    const rig = rigOf(1)
    const client = join(rig)
    sendRaw(rig, client, text)
    expect(errorsOf(client)).toMatchObject([{ code, message: expect.stringMatching(/\S/) }])
    expect(client.closes).toEqual([])
  })

  it('close who sends nothing but nonsense', () => {
    const rig = rigOf(1)
    const client = join(rig)
    for (let i = 0; i < 30; i++) sendRaw(rig, client, 'nonsense')
    expect(client.closes).toEqual([{ code: 1008, reason: 'abuse' }])
  })
})
