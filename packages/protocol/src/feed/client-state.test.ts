import { describe, expect, it } from 'vitest'
import {
  applyFeedMessage,
  emptyFeedState,
  requestsAfterConnect,
  requestsAfterGap,
  subscribe,
  topicData,
  unsubscribe,
} from './client-state.ts'
import type { FeedMessage, FeedState, NodeRow, Topic } from './mod.ts'

const welcome = (epoch: string): FeedMessage => ({ type: 'welcome', feed: 1, epoch, serverTime: 1, version: '1' })
const row = (id: string, peers: number) => ({ id, peers }) as NodeRow
const nodes: Topic = {
  topic: 'nodes',
  network: '1',
  window: { sort: 'name', descending: false, filter: '', offset: 0, limit: 2, pinned: [] },
}
const snapshot = (channel: number, seq: number, ids: readonly string[]): FeedMessage => ({
  type: 'snapshot',
  id: 1,
  topic: 'nodes',
  channel,
  seq,
  at: 5,
  data: { total: 9, all: 9, order: ids, rows: Object.fromEntries(ids.map((id) => [id, row(id, 1)])) },
})
const delta = (
  channel: number,
  seq: number,
  data: Extract<FeedMessage, { type: 'delta'; topic: 'nodes' }>['data'],
): FeedMessage => ({ type: 'delta', topic: 'nodes', channel, seq, at: 6, data })

const after = (...messages: FeedMessage[]): FeedState =>
  messages.reduce(applyFeedMessage, subscribe(emptyFeedState, 1, nodes))

describe('the client state of a feed', () => {
  it('shows nothing until the first snapshot', () => {
    const state = after(welcome('a'))
    expect(topicData(state, 1, 'nodes')).toBeUndefined()
    expect(state.subscriptions.get(1)?.waiting).toBe(true)
  })

  it('patches rows in view, keeps the identity of the others and forgets those that left', () => {
    const before = after(welcome('a'), snapshot(7, 3, ['x', 'y']))
    const patched = applyFeedMessage(before, delta(7, 4, { rows: { x: { peers: 2 } } }))
    expect(topicData(patched, 1, 'nodes')).toMatchObject({ order: ['x', 'y'], rows: { x: { id: 'x', peers: 2 } } })
    expect(topicData(patched, 1, 'nodes')?.rows['y']).toBe(topicData(before, 1, 'nodes')?.rows['y'])
    const moved = applyFeedMessage(patched, delta(7, 5, { total: 8, order: ['z', 'x'], rows: { z: row('z', 4) } }))
    expect(topicData(moved, 1, 'nodes')).toMatchObject({ total: 8, all: 9, order: ['z', 'x'] })
    expect(Object.keys(topicData(moved, 1, 'nodes')?.rows ?? {})).toEqual(['z', 'x'])
  })

  it('keeps a node called __proto__ an ordinary row', () => {
    const message = JSON.parse(
      JSON.stringify(delta(7, 4, { order: ['__proto__'], rows: {} })).replace(
        '"rows":{}',
        '"rows":{"__proto__":{"id":"__proto__","peers":3}}',
      ),
    ) as FeedMessage
    const state = applyFeedMessage(after(welcome('a'), snapshot(7, 3, ['x'])), message)
    expect(Object.keys(topicData(state, 1, 'nodes')?.rows ?? {})).toEqual(['__proto__'])
    expect(({} as { peers?: number }).peers).toBeUndefined()
  })

  it('ignores a delta it has already, and deltas of channels it does not follow', () => {
    const state = after(welcome('a'), snapshot(7, 3, ['x']))
    for (const late of [delta(7, 3, { rows: { x: { peers: 9 } } }), delta(8, 4, { rows: { x: { peers: 9 } } })]) {
      expect(topicData(applyFeedMessage(state, late), 1, 'nodes')?.rows['x']?.peers).toBe(1)
    }
  })

  it('asks again from a snapshot when a delta was missed, and applies nothing in between', () => {
    const holed = after(welcome('a'), snapshot(7, 3, ['x']), delta(7, 5, { total: 1, rows: {} }))
    expect(requestsAfterGap(holed)).toEqual([{ type: 'subscribe', id: 1, ...nodes }])
    expect(requestsAfterConnect(holed)).toEqual([{ type: 'subscribe', id: 1, ...nodes }])
    const further = applyFeedMessage(holed, delta(7, 4, { total: 2, rows: {} }))
    expect(topicData(further, 1, 'nodes')?.total).toBe(9)
    expect(requestsAfterGap(applyFeedMessage(further, snapshot(7, 6, ['x'])))).toEqual([])
  })

  it('goes on from where it stood after a reconnect to the same life of the server', () => {
    const state = after(welcome('a'), snapshot(7, 3, ['x']))
    expect(requestsAfterConnect(state)).toEqual([
      { type: 'subscribe', id: 1, resume: { epoch: 'a', channel: 7, seq: 3 }, ...nodes },
    ])
    const resumed = [
      welcome('a'),
      { type: 'resumed', id: 1, topic: 'nodes', channel: 7, seq: 3, at: 9 } as const,
      delta(7, 4, { total: 5, rows: {} }),
    ].reduce(applyFeedMessage, subscribe(state, 1, nodes))
    expect(topicData(resumed, 1, 'nodes')?.total).toBe(5)
    expect(resumed.subscriptions.get(1)?.waiting).toBe(false)
  })

  it('keeps showing old data but follows no old channel when the server began a new life', () => {
    const state = [welcome('b'), delta(7, 4, { total: 5, rows: {} })].reduce(
      applyFeedMessage,
      after(welcome('a'), snapshot(7, 3, ['x'])),
    )
    expect(topicData(state, 1, 'nodes')?.total).toBe(9)
    expect(requestsAfterConnect(state)).toEqual([{ type: 'subscribe', id: 1, ...nodes }])
  })

  it('keeps rows readable while another window of the same table is awaited, but not those of another network', () => {
    const state = after(welcome('a'), snapshot(7, 3, ['x']))
    const scrolled = subscribe(state, 1, { ...nodes, window: { ...nodes.window, offset: 50 } })
    expect(topicData(scrolled, 1, 'nodes')?.order).toEqual(['x'])
    expect(scrolled.subscriptions.get(1)?.waiting).toBe(true)
    expect(topicData(subscribe(state, 1, { ...nodes, network: '2' }), 1, 'nodes')).toBeUndefined()
  })

  it('holds the fault of a subscription beside its last good data until an answer comes', () => {
    const fault = { code: 'FEED_FILTER_INVALID', message: 'no', position: 4, expected: 'a number' }
    const state = after(welcome('a'), snapshot(7, 3, ['x']), { type: 'error', id: 1, ...fault })
    expect(state.subscriptions.get(1)?.fault).toEqual(fault)
    expect(topicData(state, 1, 'nodes')?.order).toEqual(['x'])
    expect(applyFeedMessage(state, snapshot(8, 0, ['y'])).subscriptions.get(1)?.fault).toBeUndefined()
    expect(applyFeedMessage(state, { type: 'error', code: 'X', message: 'm' }).fault).toEqual({
      code: 'X',
      message: 'm',
    })
  })

  it('does not mind answers to what it no longer asks, and messages of a newer server', () => {
    const state = unsubscribe(after(welcome('a'), snapshot(7, 3, ['x'])), 1)
    expect(applyFeedMessage(state, snapshot(7, 3, ['x'])).subscriptions.size).toBe(0)
    expect(applyFeedMessage(state, { type: 'novelty' } as unknown as FeedMessage)).toBe(state)
    expect(applyFeedMessage(state, { type: 'tick', at: 77 }).serverTime).toBe(77)
    expect(applyFeedMessage(state, { type: 'pong', clientTime: 1, serverTime: 78 }).serverTime).toBe(78)
  })
})
