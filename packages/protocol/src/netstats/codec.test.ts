import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds } from '../kinds/mod.ts'
import type { Kind } from '../kinds/mod.ts'
import { encodeBody } from '../observation.ts'
import type { Observation, ObservationOf } from '../observation.ts'
import { arbitraryCount, arbitraryNodeInfo, arbitraryObservation } from '../testing/arbitraries.ts'
import { nodeId } from '../units.ts'
import { createBodyMemo } from './body-memo.ts'
import type { StreamItem } from './messages.ts'
import { parseBatch, readAgentFrame } from './read-agent.ts'
import { readServerFrame } from './read-server.ts'
import { writeFrame } from './write.ts'
import type { AgentFrame, ServerFrame } from './write.ts'
import { code } from './test-support/frames.ts'

const node = nodeId('alpha')
const context = { node }
const all = Object.keys(kinds) as Kind[]

const serverCode = (text: string): string | undefined => code(() => readServerFrame(text))

const base64 = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((a) => Buffer.from(a).toString('base64'))
const name = (min: number): fc.Arbitrary<string> =>
  fc.string({ minLength: min, maxLength: 30 }).filter((s) => !/\p{Cc}/u.test(s))
const optionalBase64 = fc.option(base64(64), { nil: undefined })
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T

const stream = (kind?: Kind): fc.Arbitrary<readonly StreamItem[]> =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 1000 }), arbitraryObservation(kind)), { minLength: 1, maxLength: 8 })
    .map((parts) => {
      let sequence = 0
      return parts.map(([step, observation]) => {
        sequence += step
        return { sequence, observation: { ...observation, node } }
      })
    })

const writable = (observation: Observation, asText: boolean) => ({
  kind: observation.kind,
  observedAt: observation.observedAt,
  body: asText ? encodeBody(observation) : observation.body,
})

describe('a frame of an agent', () => {
  it.each(all)('with observations of kind %s is read as it was written, from bodies and from their text', (kind) => {
    fc.assert(
      fc.property(stream(kind), fc.maxSafeNat(), optionalBase64, fc.boolean(), (items, offset, signature, asText) => {
        const after = Math.min(offset, 2 ** 52)
        const moved = items.map((item) => ({ ...item, sequence: item.sequence + after }))
        const text = writeFrame({
          type: 'batch',
          after,
          number: 1 + (offset % 1000),
          ...(signature === undefined ? {} : { signature }),
          items: moved.map(({ sequence, observation }) => ({ sequence, ...writable(observation, asText) })),
        })
        for (const memo of [undefined, createBodyMemo()]) {
          const batch = parseBatch(text, memo === undefined ? context : { node, memo })
          expect(batch).toMatchObject({
            after,
            count: items.length,
            last: moved.at(-1)?.sequence,
            setAside: { unknown: 0, invalid: 0 },
          })
          expect(batch.items).toEqual(moved)
          expect(batch.signature).toBe(signature)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('says what is so now, with any mix of kinds or nothing', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryObservation(), { maxLength: 8 }),
        fc.integer({ min: 1 }),
        (observations, number) => {
          const text = writeFrame({ type: 'now', number, items: observations.map((one) => writable(one, false)) })
          expect(readAgentFrame(text, context)).toEqual({
            type: 'now',
            number,
            observations: observations.map((one) => ({ ...one, node })),
            setAside: { unknown: 0, invalid: 0 },
          })
        },
      ),
    )
  })

  it('answers with blocks or headers, and with numbers of those that are not there', () => {
    const blocks = fc.array(arbitraryObservation('block') as fc.Arbitrary<ObservationOf<'block'>>, { maxLength: 5 })
    fc.assert(
      fc.property(
        blocks,
        fc.array(arbitraryObservation('header') as fc.Arbitrary<ObservationOf<'header'>>, { maxLength: 5 }),
        fc.array(arbitraryCount(), { maxLength: 5 }),
        optionalBase64,
        (blocks, headers, missing, signature) => {
          const items = [...blocks, ...headers].map((one) => writable(one, true))
          const proof = signature === undefined ? {} : { signature }
          const text = writeFrame({ type: 'answer', id: 3, missing, items, ...proof })
          expect(readAgentFrame(text, context)).toEqual(
            without({
              type: 'answer',
              id: 3,
              missing,
              signature,
              blocks: blocks.map((one) => ({ ...one, node })),
              headers: headers.map((one) => ({ ...one, node })),
              setAside: { unknown: 0, invalid: 0 },
            }),
          )
        },
      ),
    )
  })

  it('introduces itself', () => {
    const hello = fc.record(
      {
        type: fc.constant('hello' as const),
        version: fc.constant(1 as const),
        agent: name(1),
        node: name(1),
        info: arbitraryNodeInfo(),
        spool: fc.uuid().map((id) => id.replaceAll('-', '')),
        after: arbitraryCount(),
        acknowledged: arbitraryCount(),
        lives: fc
          .uniqueArray(arbitraryCount(), { minLength: 1, maxLength: 64 })
          .map((all) => all.toSorted((a, b) => a - b).map((from) => ({ life: 'ab'.repeat(8), from }))),
        time: fc.nat(),
        software: name(0),
        token: name(1),
        key: base64(32),
        compress: fc.array(
          name(1).filter((s) => s.length <= 20),
          { maxLength: 8 },
        ),
      },
      {
        requiredKeys: [
          'type',
          'version',
          'agent',
          'node',
          'info',
          'spool',
          'after',
          'acknowledged',
          'lives',
          'time',
          'software',
        ],
      },
    )
    fc.assert(
      fc.property(hello, (frame) => {
        expect(readAgentFrame(writeFrame(frame), context)).toEqual(frame)
      }),
    )
  })

  it.each<AgentFrame>([
    { type: 'proof', signature: `${'A'.repeat(86)}==` },
    { type: 'ping', t1: 1.5 },
    { type: 'pong', t1: 1, t2: 2.25, t3: 3 },
    { type: 'bye', reason: 'done' },
  ])('of type $type is read as it was written', (frame) => {
    expect(readAgentFrame(writeFrame(frame), context)).toEqual(frame)
  })
})

describe('a frame of a server', () => {
  it.each<ServerFrame>([
    { type: 'challenge', nonce: `${'A'.repeat(43)}=` },
    { type: 'ack', through: 2 ** 53 - 1 },
    { type: 'nack', through: 0, number: 3, reason: 'busy', retryMs: 100 },
    { type: 'credit', window: 0 },
    { type: 'intervals', reportMs: 1000, lingerMs: 0, pingMs: 5000 },
    { type: 'request', id: 1, what: 'history', numbers: [1, 2] },
    { type: 'request', id: 2, what: 'header', number: 7 },
    { type: 'refuse', reason: 'banned' },
    { type: 'refuse', reason: 'busy', retryMs: 1 },
    { type: 'bye', reason: 'restart', retryMs: 0 },
    { type: 'ping', t1: 1 },
    { type: 'pong', t1: 1, t2: 2, t3: 3 },
    {
      type: 'welcome',
      session: 'a_-9',
      network: '1337',
      through: 5,
      last: 6,
      mark: 0xffff_ffff,
      doubt: true,
      time: 1,
      window: 10,
      limits: { batchItems: 10, batchBytes: 4096 },
      intervals: { reportMs: 1000, lingerMs: 0, pingMs: 5000 },
      compress: 'deflate',
      durable: true,
    },
  ])('of type $type is read as it was written', (frame) => {
    expect(readServerFrame(writeFrame(frame))).toEqual(frame)
  })

  it.each([
    ['', 'NETSTATS_HEADER_MALFORMED'],
    ['{"type":"ack","through":-1}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"ack","through":1.5}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"ack","through":9007199254740992}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"ack"}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"ack","through":1}\n', 'NETSTATS_LINES_UNEXPECTED'],
    ['{"type":"nack","through":1,"number":1,"reason":"x","retryMs":1e9}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"credit","window":100001}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"request","id":0,"what":"history","numbers":[]}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"challenge","nonce":"AAAA"}', 'NETSTATS_FIELD_MALFORMED'],
    ['{"type":"refuse","reason":"a\\u001b[31m"}', 'NETSTATS_FIELD_MALFORMED'],
  ])('%j is refused as %s', (text, expected) => {
    expect(serverCode(text)).toBe(expected)
  })

  it('of a later version, or with a question of one, is left aside', () => {
    for (const text of [
      '{"type":"later","x":1}\nanything',
      '{"type":"constructor"}',
      '{"type":"request","id":1,"what":"logs"}',
    ])
      expect(readServerFrame(text)).toEqual({ type: 'unknown' })
    expect(readServerFrame('{"type":"ack","through":1,"more":[]}')).toEqual({ type: 'ack', through: 1 })
  })
})

describe('written frames', () => {
  it('have no line break inside of a body, and whole times from 1970 on', () => {
    const items = [
      { sequence: 1, kind: 'pending', observedAt: 5.6, body: '{\n "pending":1\n}' },
      { sequence: 2, kind: 'pending', observedAt: -3, body: { pending: 2 } },
      { sequence: 3, kind: 'pending', observedAt: NaN, body: { pending: 3 } },
    ] as const
    const read = parseBatch(writeFrame({ type: 'batch', after: 0, number: 1, items }), context)
    expect(read.items.map(({ observation }) => [observation.observedAt, observation.body])).toEqual([
      [6, { pending: 1 }],
      [0, { pending: 2 }],
      [0, { pending: 3 }],
    ])
  })
})
