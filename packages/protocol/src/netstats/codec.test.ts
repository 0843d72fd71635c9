import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../errors.ts'
import { kinds } from '../kinds/mod.ts'
import type { Kind } from '../kinds/mod.ts'
import { encodeBody } from '../observation.ts'
import type { Observation, ObservationOf } from '../observation.ts'
import { arbitraryCount, arbitraryNodeInfo, arbitraryObservation } from '../testing/arbitraries.ts'
import { createRandom } from '../testing/random.ts'
import { mutateFrame } from '../testing/mutate.ts'
import { nodeId } from '../units.ts'
import { createBodyMemo } from './body-memo.ts'
import { netstatsParseCodes } from './errors.ts'
import { limits } from './limits.ts'
import type { StreamItem } from './messages.ts'
import { parseBatch, readAgentFrame } from './read-agent.ts'
import { readServerFrame } from './read-server.ts'
import { writeFrame } from './write.ts'
import type { AgentFrame, ServerFrame } from './write.ts'

const node = nodeId('alpha')
const context = { node }
const all = Object.keys(kinds) as Kind[]

const code = (read: () => unknown): string | undefined => {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof ParseError) return error.code
    throw error
  }
}
const agentCode = (text: string): string | undefined => code(() => readAgentFrame(text, context))
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

  it('answers with blocks, and with numbers of those that are not there', () => {
    const blocks = fc.array(arbitraryObservation('block') as fc.Arbitrary<ObservationOf<'block'>>, { maxLength: 5 })
    fc.assert(
      fc.property(
        blocks,
        fc.array(arbitraryCount(), { maxLength: 5 }),
        optionalBase64,
        (blocks, missing, signature) => {
          const items = blocks.map((one) => writable(one, true))
          const proof = signature === undefined ? {} : { signature }
          const text = writeFrame({ type: 'answer', id: 3, missing, items, ...proof })
          expect(readAgentFrame(text, context)).toEqual(
            without({
              type: 'answer',
              id: 3,
              missing,
              signature,
              blocks: blocks.map((one) => ({ ...one, node })),
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
        time: fc.nat(),
        software: name(0),
        token: name(1),
        key: base64(32),
        compress: fc.array(
          name(1).filter((s) => s.length <= 20),
          { maxLength: 8 },
        ),
      },
      { requiredKeys: ['type', 'version', 'agent', 'node', 'info', 'spool', 'after', 'time', 'software'] },
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

const line = (sequence: number | string, rest = '5 {"pending":1}'): string => `pending ${sequence} ${rest}`
const batch = (lines: readonly string[], fields: object = {}): string =>
  [JSON.stringify({ type: 'batch', after: 0, count: lines.length, number: 1, ...fields }), ...lines].join('\n')

describe('a malformed frame of an agent', () => {
  it.each<[string, string, string]>([
    ['empty', '', 'NETSTATS_HEADER_MALFORMED'],
    ['no JSON', 'hello', 'NETSTATS_HEADER_MALFORMED'],
    ['a list', '[]', 'NETSTATS_HEADER_MALFORMED'],
    ['null', 'null', 'NETSTATS_HEADER_MALFORMED'],
    ['without type', '{"after":1}', 'NETSTATS_HEADER_MALFORMED'],
    ['with an inherited type', '{"__proto__":{"type":"bye","reason":""}}', 'NETSTATS_HEADER_MALFORMED'],
    ['a long first line', `{"type":"bye","reason":"${'x'.repeat(limits.headerChars)}"}`, 'NETSTATS_HEADER_TOO_LONG'],
    ['a long frame', 'x'.repeat(limits.frameBytes + 1), 'NETSTATS_FRAME_TOO_LONG'],
    ['a ping with lines', '{"type":"ping","t1":1}\n', 'NETSTATS_LINES_UNEXPECTED'],
    ['a ping without time', '{"type":"ping","t1":"1"}', 'NETSTATS_FIELD_MALFORMED'],
    ['a batch of nothing', batch([]), 'NETSTATS_FIELD_MALFORMED'],
    ['a batch without its line', '{"type":"batch","after":0,"count":1,"number":1}', 'NETSTATS_COUNT_WRONG'],
    ['a batch of fewer lines', batch([line(1)], { count: 2 }), 'NETSTATS_COUNT_WRONG'],
    ['a batch of more lines', batch([line(1), line(2)], { count: 1 }), 'NETSTATS_COUNT_WRONG'],
    ['a batch with a line break at its end', `${batch([line(1)])}\n`, 'NETSTATS_COUNT_WRONG'],
    ['a batch of too many', batch([line(1)], { count: 2001 }), 'NETSTATS_FIELD_MALFORMED'],
    ['a batch numbered 0', batch([line(1)], { number: 0 }), 'NETSTATS_FIELD_MALFORMED'],
    ['a batch with a bad signature', batch([line(1)], { signature: 'x' }), 'NETSTATS_FIELD_MALFORMED'],
    ['a sequence not after', batch([line(5)], { after: 5 }), 'NETSTATS_SEQUENCE_WRONG'],
    ['a sequence twice', batch([line(5), line(5)]), 'NETSTATS_SEQUENCE_WRONG'],
    ['sequences down', batch([line(5), line(4)]), 'NETSTATS_SEQUENCE_WRONG'],
    ['a sequence with a leading zero', batch([line('01')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence with a sign', batch([line('+1')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence in hex', batch([line('0x1')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence of 2^53', batch([line('9007199254740992')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence without end', batch([line('1'.repeat(100))]), 'NETSTATS_LINE_MALFORMED'],
    ['two blanks', batch([line(1, ' 5 {}')]), 'NETSTATS_LINE_MALFORMED'],
    ['an empty line', batch(['']), 'NETSTATS_LINE_MALFORMED'],
    ['a carriage return', batch([`${line(1)}\r`]), 'NETSTATS_LINE_MALFORMED'],
    ['no body', batch([line(1, '5 ')]), 'NETSTATS_LINE_MALFORMED'],
    ['a body that is no object', batch([line(1, '5 [1]')]), 'NETSTATS_LINE_MALFORMED'],
    ['a time with fractions', batch([line(1, '5.5 {}')]), 'NETSTATS_LINE_MALFORMED'],
    ['a kind in capitals', batch(['Pending 1 5 {"pending":1}']), 'NETSTATS_LINE_MALFORMED'],
    ['a kind without end', batch([`${'k'.repeat(41)} 1 5 {}`]), 'NETSTATS_LINE_MALFORMED'],
    ['a kind of nothing', batch([' 1 5 {"pending":1}']), 'NETSTATS_LINE_MALFORMED'],
    ['too much now', `{"type":"now","number":1}${'\npending 5 {"pending":1}'.repeat(201)}`, 'NETSTATS_TOO_MANY_LINES'],
    ['now with sequences', `{"type":"now","number":1}\n${line(1)}`, 'NETSTATS_LINE_MALFORMED'],
    ['a hello of version 2', '{"type":"hello","version":2}', 'NETSTATS_VERSION_UNSUPPORTED'],
    ['a hello of no version', '{"type":"hello"}', 'NETSTATS_FIELD_MALFORMED'],
    ['a proof of 63 bytes', `{"type":"proof","signature":"${'A'.repeat(84)}"}`, 'NETSTATS_FIELD_MALFORMED'],
  ])('%s is refused as such', (_, text, expected) => {
    expect(agentCode(text)).toBe(expected)
    if (text.startsWith('{"type":"batch"')) expect(code(() => parseBatch(text, context))).toBe(expected)
  })

  it('names the field or the line at fault', () => {
    expect(() => readAgentFrame(batch([line(1), line('x')]), context)).toThrow('line 2: expected a whole number')
    expect(() => readAgentFrame('{"type":"hello","version":1,"agent":""}', context)).toThrow(
      'agent: expected text of 1',
    )
  })

  it('means the same, whether its first line is written as ours or not', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeNat(), fc.nat(9)),
        fc.oneof(fc.nat(3), fc.nat(3000)),
        fc.oneof(fc.maxSafeNat(), fc.nat(3)),
        fc.option(fc.oneof(base64(64), fc.string()), { nil: undefined }),
        (after, count, number, signature) => {
          const quick = without({ type: 'batch', after, count, number, signature })
          const slow = without({ number, type: 'batch', count, after, signature })
          const lines = `\n${line(Math.min(after + 1, Number.MAX_SAFE_INTEGER))}`
          const outcome = (header: object): unknown => {
            try {
              return readAgentFrame(JSON.stringify(header) + lines, context)
            } catch (error) {
              return error
            }
          }
          expect(outcome(quick)).toEqual(outcome(slow))
        },
      ),
    )
  })
})

describe('a line that can not be used', () => {
  it('is set aside, and does not spoil the frame', () => {
    const read = parseBatch(
      batch([line(1), 'aura-vote 2 5 {"for":1}', 'pending 3 5 {"pending":-1}', 'pending 4 5 {no json}', line(7)]),
      context,
    )
    expect(read.items.map(({ sequence }) => sequence)).toEqual([1, 7])
    expect(read).toMatchObject({ count: 5, last: 7, setAside: { unknown: 1, invalid: 2 } })
  })

  it('counts where it is the last', () => {
    expect(parseBatch(batch([line(1), 'aura-vote 9 5 {}']), context)).toMatchObject({ last: 9 })
  })

  it('is a body that would take far more memory than its length', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const wide = `{"a":[${'[],'.repeat(150_000)}[]]}`
    expect(parseBatch(batch([line(1, `5 ${deep}`), line(2, `5 ${wide}`)]), context).setAside).toEqual({
      unknown: 0,
      invalid: 2,
    })
  })

  it('has a body that only looks like one', () => {
    const read = parseBatch(
      batch([line(1, '5 {"pending":1}{"pending":2}'), line(2, '5 {"__proto__":{"pending":2}}')]),
      context,
    )
    expect(read).toMatchObject({ items: [], setAside: { invalid: 2 } })
  })
})

describe('a body memo', () => {
  const hash = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
  const block = (n: number, more = ''): string =>
    `{"number":${n},"hash":"${hash(n)}","parentHash":"${hash(n)}","timestamp":1,"miner":"0x${'0'.repeat(40)}","gasUsed":0,"gasLimit":1,"difficulty":"2","transactions":1,"uncles":0,"transactionHashes":["${hash(7)}"]${more}}`
  const bodyOf = (text: string, memo: ReturnType<typeof createBodyMemo>): unknown =>
    parseBatch(batch([`block 1 5 ${text}`]), { node, memo }).items[0]?.observation.body

  it('gives the same frozen block to every agent that sends it, by batch or by now', () => {
    const memo = createBodyMemo()
    const first = bodyOf(block(7), memo)
    expect(bodyOf(block(7), memo)).toBe(first)
    const now = readAgentFrame(`{"type":"now","number":1}\nblock 9 ${block(7)}`, { node, memo })
    expect(now.type === 'now' && now.observations[0]?.body).toBe(first)
    expect(Object.isFrozen(first)).toBe(true)
    expect(Object.isFrozen((first as { transactionHashes: object }).transactionHashes)).toBe(true)
    expect([memo.hits, memo.misses]).toEqual([2, 1])
  })

  it('takes blocks apart that differ in one character, and remembers nothing that is none', () => {
    const memo = createBodyMemo()
    expect(bodyOf(block(7, ',"size":1'), memo)).toMatchObject({ size: 1 })
    expect(bodyOf(block(7, ',"size":2'), memo)).toMatchObject({ size: 2 })
    expect(bodyOf('{"number":7}', memo)).toBeUndefined()
    expect(bodyOf('{"number":7}', memo)).toBeUndefined()
    expect(memo.hits).toBe(0)
  })

  it('is not asked for answers: they are one node only', () => {
    const memo = createBodyMemo()
    readAgentFrame(`{"type":"answer","id":1}\nblock 5 ${block(7)}`, { node, memo })
    expect([memo.hits, memo.misses]).toEqual([0, 0])
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

describe('whatever comes', () => {
  const corpus = [
    batch([line(1), line(2)]),
    batch([`block 5 5 {"number":1}`, line(6)], { signature: `${'A'.repeat(86)}==` }),
    `{"type":"now","number":1}\npending 5 {"pending":1}`,
    `{"type":"answer","id":1,"missing":[1]}`,
    `{"type":"hello","version":1,"agent":"a","node":"b","info":{"name":"x"},"spool":"${'0'.repeat(32)}","after":0,"time":1,"software":""}`,
    '{"type":"pong","t1":1,"t2":2,"t3":3}',
    '{"type":"welcome","session":"s","network":"n","through":1,"time":1,"window":1,"limits":{"batchItems":1,"batchBytes":4096},"intervals":{"reportMs":1000,"lingerMs":0,"pingMs":5000},"durable":true}',
    '{"type":"nack","through":1,"number":1,"reason":"busy","retryMs":1}',
    '{"type":"request","id":1,"what":"history","numbers":[1]}',
  ]
  const codes: readonly string[] = netstatsParseCodes
  const memo = createBodyMemo(3)
  const outcome = (text: string): string => {
    const found = [code(() => readAgentFrame(text, { node, memo })), code(() => readServerFrame(text))]
    for (const one of found) if (one !== undefined) expect(codes).toContain(one)
    return found[0] ?? found[1] ?? 'read'
  }

  it('is read or refused with a known code, for mutations of good frames', () => {
    const random = createRandom(20_260)
    const seen = new Set<string>()
    for (let n = 0; n < 20_000; n++) seen.add(outcome(mutateFrame(corpus, random)))
    expect([...seen]).toEqual(expect.arrayContaining(['read', 'NETSTATS_FIELD_MALFORMED', 'NETSTATS_LINE_MALFORMED']))
  })

  it('is read or refused with a known code, for any text', () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', ' ', '{', '}', '"', 'block', 'pending', '0', '1', ':', ','),
      fc.string(),
    )
    fc.assert(fc.property(fc.array(piece), (pieces) => void outcome(pieces.join(''))))
    fc.assert(
      fc.property(
        fc.constantFrom(...corpus),
        fc.array(piece),
        (frame, pieces) => void outcome(frame + pieces.join('')),
      ),
    )
  })

  it('takes time in proportion to its length', () => {
    const length = 4_000_000
    const hostile = [
      'x'.repeat(length),
      '\n'.repeat(length),
      ' '.repeat(length),
      batch(['x'.repeat(length)]),
      batch(['x '.repeat(length / 2)]),
      batch([line(1, `5 {${'['.repeat(length)}}`)]),
      batch([line(1, `5 {${'"'.repeat(length)}}`)]),
      batch([line(1, `5 {${'\\"'.repeat(length / 2)}}`)]),
      batch(Array.from({ length: 2000 }, (_, i) => line(i + 1, `5 {${'x'.repeat(2000)}}`))),
      batch(Array.from({ length: 2000 }, (_, i) => `unknown-kind ${i + 1} 5 {${'x'.repeat(2000)}}`)),
    ]
    for (const text of hostile) {
      const start = performance.now()
      outcome(text)
      // A hundred times what it takes; a square would take hours.
      expect(performance.now() - start).toBeLessThan(5000)
    }
  })
})
