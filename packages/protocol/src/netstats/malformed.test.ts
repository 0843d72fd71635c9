import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../testing/random.ts'
import { mutateFrame } from '../testing/mutate.ts'
import { nodeId } from '../units.ts'
import { createBodyMemo } from './body-memo.ts'
import { netstatsParseCodes } from './errors.ts'
import { limits } from './limits.ts'
import { parseBatch, readAgentFrame } from './read-agent.ts'
import { readServerFrame } from './read-server.ts'
import { batchText, code, line } from './test-support/frames.ts'

const node = nodeId('alpha')
const context = { node }
const agentCode = (text: string): string | undefined => code(() => readAgentFrame(text, context))
const base64 = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((a) => Buffer.from(a).toString('base64'))
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T

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
    ['a batch of nothing', batchText([]), 'NETSTATS_FIELD_MALFORMED'],
    ['a batch without its line', '{"type":"batch","after":0,"count":1,"number":1}', 'NETSTATS_COUNT_WRONG'],
    ['a batch of fewer lines', batchText([line(1)], { count: 2 }), 'NETSTATS_COUNT_WRONG'],
    ['a batch of more lines', batchText([line(1), line(2)], { count: 1 }), 'NETSTATS_COUNT_WRONG'],
    ['a batch with a line break at its end', `${batchText([line(1)])}\n`, 'NETSTATS_COUNT_WRONG'],
    ['a batch of too many', batchText([line(1)], { count: 2001 }), 'NETSTATS_FIELD_MALFORMED'],
    ['a batch numbered 0', batchText([line(1)], { number: 0 }), 'NETSTATS_FIELD_MALFORMED'],
    ['a batch with a bad signature', batchText([line(1)], { signature: 'x' }), 'NETSTATS_FIELD_MALFORMED'],
    ['a sequence not after', batchText([line(5)], { after: 5 }), 'NETSTATS_SEQUENCE_WRONG'],
    ['a sequence twice', batchText([line(5), line(5)]), 'NETSTATS_SEQUENCE_WRONG'],
    ['sequences down', batchText([line(5), line(4)]), 'NETSTATS_SEQUENCE_WRONG'],
    ['a sequence with a leading zero', batchText([line('01')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence with a sign', batchText([line('+1')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence in hex', batchText([line('0x1')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence of 2^53', batchText([line('9007199254740992')]), 'NETSTATS_LINE_MALFORMED'],
    ['a sequence without end', batchText([line('1'.repeat(100))]), 'NETSTATS_LINE_MALFORMED'],
    ['two blanks', batchText([line(1, ' 5 {}')]), 'NETSTATS_LINE_MALFORMED'],
    ['an empty line', batchText(['']), 'NETSTATS_LINE_MALFORMED'],
    ['a carriage return', batchText([`${line(1)}\r`]), 'NETSTATS_LINE_MALFORMED'],
    ['no body', batchText([line(1, '5 ')]), 'NETSTATS_LINE_MALFORMED'],
    ['a body that is no object', batchText([line(1, '5 [1]')]), 'NETSTATS_LINE_MALFORMED'],
    ['a time with fractions', batchText([line(1, '5.5 {}')]), 'NETSTATS_LINE_MALFORMED'],
    ['a kind in capitals', batchText(['Pending 1 5 {"pending":1}']), 'NETSTATS_LINE_MALFORMED'],
    ['a kind without end', batchText([`${'k'.repeat(41)} 1 5 {}`]), 'NETSTATS_LINE_MALFORMED'],
    ['a kind of nothing', batchText([' 1 5 {"pending":1}']), 'NETSTATS_LINE_MALFORMED'],
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
    expect(() => readAgentFrame(batchText([line(1), line('x')]), context)).toThrow('line 2: expected a whole number')
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

describe('a line that cannot be used', () => {
  it('is set aside, and does not spoil the frame', () => {
    const read = parseBatch(
      batchText([line(1), 'aura-vote 2 5 {"for":1}', 'pending 3 5 {"pending":-1}', 'pending 4 5 {no json}', line(7)]),
      context,
    )
    expect(read.items.map(({ sequence }) => sequence)).toEqual([1, 7])
    expect(read).toMatchObject({ count: 5, last: 7, setAside: { unknown: 1, invalid: 2 } })
  })

  it('counts where it is the last', () => {
    expect(parseBatch(batchText([line(1), 'aura-vote 9 5 {}']), context)).toMatchObject({ last: 9 })
  })

  it('is a body that would take far more memory than its length', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const wide = `{"a":[${'[],'.repeat(150_000)}[]]}`
    expect(parseBatch(batchText([line(1, `5 ${deep}`), line(2, `5 ${wide}`)]), context).setAside).toEqual({
      unknown: 0,
      invalid: 2,
    })
  })

  it('has a body that only looks like one', () => {
    const read = parseBatch(
      batchText([line(1, '5 {"pending":1}{"pending":2}'), line(2, '5 {"__proto__":{"pending":2}}')]),
      context,
    )
    expect(read).toMatchObject({ items: [], setAside: { invalid: 2 } })
  })
})

describe('whatever comes', () => {
  const corpus = [
    batchText([line(1), line(2)]),
    batchText([`block 5 5 {"number":1}`, line(6)], { signature: `${'A'.repeat(86)}==` }),
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
      batchText(['x'.repeat(length)]),
      batchText(['x '.repeat(length / 2)]),
      batchText([line(1, `5 {${'['.repeat(length)}}`)]),
      batchText([line(1, `5 {${'"'.repeat(length)}}`)]),
      batchText([line(1, `5 {${'\\"'.repeat(length / 2)}}`)]),
      batchText(Array.from({ length: 2000 }, (_, i) => line(i + 1, `5 {${'x'.repeat(2000)}}`))),
      batchText(Array.from({ length: 2000 }, (_, i) => `unknown-kind ${i + 1} 5 {${'x'.repeat(2000)}}`)),
    ]
    for (const text of hostile) {
      const start = performance.now()
      outcome(text)
      // A hundred times what it takes; a square would take hours.
      expect(performance.now() - start).toBeLessThan(5000)
    }
  })
})
