import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FeedRequest, Topic } from '@netstats/protocol/feed'
import { parseFilter } from './filter.ts'
import { parseRequest, topicKey, windowLimits } from './requests.ts'
import type { ParsedRequest } from './requests.ts'

const parse = (value: unknown): ParsedRequest => parseRequest(JSON.stringify(value))
const requestOf = (value: unknown): FeedRequest => {
  const parsed = parse(value)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.request
}
const faultOf = (value: unknown) => {
  const parsed = parse(value)
  return parsed.ok ? undefined : parsed.fault
}

const nodes = (window: object) => ({ type: 'subscribe', id: 7, topic: 'nodes', network: '1', window })

describe('a request', () => {
  it('has a window filled in where it leaves parts out, and each pinned node once', () => {
    expect(requestOf(nodes({ pinned: ['b', 'a', 'b'] }))).toEqual(
      nodes({ sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: ['b', 'a'] }),
    )
  })

  it('names a block in whatever case', () => {
    expect(requestOf({ type: 'subscribe', id: 1, topic: 'block', network: '1', hash: '0xABcd' })).toMatchObject({
      hash: '0xabcd',
    })
  })

  it('is answered under its own id where it is faulty, and with the field that is', () => {
    expect(faultOf(nodes({ limit: windowLimits.rows + 1 }))).toMatchObject({ code: 'FEED_REQUEST_INVALID', id: 7 })
    expect(faultOf(nodes({ limit: windowLimits.rows + 1 }))?.message).toContain('window.limit')
    expect(faultOf({ type: 'subscribe', id: -1, topic: 'networks' })).not.toHaveProperty('id')
    expect(faultOf({ type: 'subscribe', id: 3, topic: 'weather' })).toMatchObject({ id: 3 })
  })

  it.each([
    ['too many pinned nodes', nodes({ pinned: Array.from({ length: windowLimits.pinned + 1 }, (_, i) => `n${i}`) })],
    ['a long name', { type: 'subscribe', id: 1, topic: 'summary', network: 'x'.repeat(201) }],
    ['too many blocks', { type: 'subscribe', id: 1, topic: 'blocks', network: '1', limit: windowLimits.blocks + 1 }],
    ['too many lines', { type: 'subscribe', id: 1, topic: 'logs', network: '1', limit: windowLimits.lines + 1 }],
    ['an unknown column', nodes({ sort: '__proto__' })],
    ['a fraction', nodes({ offset: 0.5 })],
    ['an unknown type', { type: 'shout', id: 1 }],
  ])('with %s is refused', (_, value) => {
    expect(faultOf(value)).toMatchObject({ code: 'FEED_REQUEST_INVALID' })
  })

  it('with a filter that cannot be read says where, and under which id', () => {
    expect(faultOf(nodes({ filter: 'peers:>' }))).toMatchObject({ code: 'FEED_FILTER_INVALID', id: 7, position: 7 })
  })

  it('is never answered with more than a short sentence, whatever comes', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"type":"subscribe","id":1,"topic":${json}}`),
    )
    fc.assert(
      fc.property(text, (anything) => {
        const parsed = parseRequest(anything)
        if (parsed.ok) return
        expect(parsed.fault.message.length).toBeLessThanOrEqual(300)
        expect(parsed.fault.code).toMatch(/^FEED_/)
      }),
    )
  })
})

describe('the key of a topic', () => {
  const keyOf = (window: object): string => {
    const parsed = parse(nodes(window))
    if (!parsed.ok || parsed.request.type !== 'subscribe') throw new Error('not understood')
    const { type: _type, id: _id, ...topic } = parsed.request
    return topicKey(topic, parsed.filter)
  }

  it('is one for filters that mean the same, and another for any other window', () => {
    expect(keyOf({ filter: 'PEERS:>5  geth' })).toBe(keyOf({ filter: 'peers:>5 geth' }))
    const windows = [{}, { sort: 'peers' }, { descending: true }, { offset: 1 }, { limit: 1 }, { pinned: ['a'] }]
    const keys = [...windows, { pinned: ['b'] }, { filter: 'a' }].map(keyOf)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('tells topics and their parts apart, whatever names say', () => {
    const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('1', '1","2', 'null', 'nodes'))
    const topic = fc.oneof(
      fc.record({ topic: fc.constantFrom('summary', 'map'), network: name }),
      fc.record({ topic: fc.constantFrom('node', 'metrics'), network: name, node: name }),
      fc.record({ topic: fc.constant('alarms'), limit: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ topic: fc.constant('alarms'), network: name, limit: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ topic: fc.constant('block'), network: name, hash: name }),
      fc.record({ topic: fc.constant('blocks'), network: name, limit: fc.integer({ min: 1, max: 9 }) }),
    ) as fc.Arbitrary<Topic>
    const none = parseFilter('')
    fc.assert(
      fc.property(topic, topic, (a, b) => {
        const isSame = JSON.stringify(a) === JSON.stringify(b)
        expect(topicKey(a, undefined) === topicKey(b, none.ok ? none.filter : undefined)).toBe(isSame)
      }),
    )
  })
})
