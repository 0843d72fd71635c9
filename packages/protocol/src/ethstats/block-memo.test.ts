import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../errors.ts'
import { fuzzAgentFrames } from '../testing/fuzz.ts'
import { createBlockMemo } from './block-memo.ts'
import type { BlockMemo } from './block-memo.ts'
import { plainDialect } from './dialect.ts'
import { parseAgentMessage } from './read-agent.ts'

const hash = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
const blockText = (n: number, more = ''): string =>
  `{"number":${n},"hash":"${hash(n)}","parentHash":"${hash(n - 1)}","timestamp":${n},"transactions":[],"uncles":[]${more}}`
const gethFrame = (block: string, id: string): string => `{"emit":["block",{"block":${block},"id":"${id}"}]}\n`
const otherFrame = (block: string, id: string): string => `{"emit":["block",{"id":"${id}","block":${block}}]}`

const attempt = (frame: string, memo?: BlockMemo): unknown => {
  try {
    return parseAgentMessage(frame, plainDialect, memo)
  } catch (error) {
    if (error instanceof ParseError) return { code: error.code, path: error.path }
    throw error
  }
}

const bodyOf = (frame: string, memo: BlockMemo): unknown => {
  const message = parseAgentMessage(frame, plainDialect, memo)
  return message.type === 'report' ? message.reports[0]?.body : undefined
}

describe('a block memo', () => {
  it('gives the same frozen block to every node that sends it, in either order of keys', () => {
    const memo = createBlockMemo()
    const first = bodyOf(gethFrame(blockText(7), 'alpha'), memo)
    expect(bodyOf(gethFrame(blockText(7), 'beta'), memo)).toBe(first)
    expect(bodyOf(otherFrame(blockText(7), 'gamma'), memo)).toBe(first)
    expect(Object.isFrozen(first)).toBe(true)
    expect([memo.hits, memo.misses]).toEqual([2, 1])
  })

  it('keeps each frame its own id, cleaned like any id', () => {
    const memo = createBlockMemo()
    const idOf = (frame: string) => parseAgentMessage(frame, plainDialect, memo)
    expect(idOf(gethFrame(blockText(7), 'alpha'))).toMatchObject({ id: 'alpha' })
    expect(idOf(gethFrame(blockText(7), 'нода'))).toMatchObject({ id: 'нода' })
    expect(idOf(otherFrame(blockText(7), ' beta\u2028'))).toMatchObject({ id: 'beta' })
    expect(idOf(otherFrame(blockText(7), ''))).toMatchObject({ id: undefined })
    expect(memo.hits).toBe(3)
  })

  it('takes blocks apart that differ in one character', () => {
    const memo = createBlockMemo()
    for (let n = 0; n < 200; n++) {
      const text = blockText(7, `,"gasUsed":${n}`)
      expect(bodyOf(gethFrame(text, 'a'), memo)).toMatchObject({ gasUsed: n })
    }
    expect(memo.hits).toBe(0)
  })

  it('does not parse other frames, nor count them', () => {
    const memo = createBlockMemo()
    attempt('{"emit":["pending",{"id":"x","stats":{"pending":1}}]}', memo)
    attempt('"primus::ping::1"', memo)
    attempt('', memo)
    expect([memo.hits, memo.misses]).toEqual([0, 0])
  })

  it('forgets the oldest above its capacity', () => {
    const memo = createBlockMemo(2)
    for (const n of [1, 2, 3]) bodyOf(gethFrame(blockText(n), 'a'), memo)
    bodyOf(gethFrame(blockText(3), 'a'), memo)
    bodyOf(gethFrame(blockText(2), 'a'), memo)
    expect(memo.hits).toBe(2)
    bodyOf(gethFrame(blockText(1), 'a'), memo)
    expect([memo.hits, memo.misses]).toEqual([2, 4])
  })

  it('remembers nothing with no capacity, and works all the same', () => {
    const memo = createBlockMemo(0)
    for (let n = 0; n < 3; n++) expect(bodyOf(gethFrame(blockText(1), 'a'), memo)).toMatchObject({ number: 1 })
    expect(memo.hits).toBe(0)
  })

  it('does not keep texts of megabytes', () => {
    const memo = createBlockMemo()
    const huge = gethFrame(blockText(1, `,"extra":"${'x'.repeat(1_100_000)}"`), 'a')
    bodyOf(huge, memo)
    bodyOf(huge, memo)
    expect([memo.hits, memo.misses]).toEqual([0, 2])
  })

  it('does not remember what is no block', () => {
    const memo = createBlockMemo()
    const frame = gethFrame('{"number":1}', 'a')
    expect([attempt(frame, memo), attempt(frame, memo)]).toEqual([attempt(frame), attempt(frame)])
    expect(memo.hits).toBe(0)
  })
})

// Pieces that look like the seams the memo looks for, to be put where they do not belong.
const seams = [
  '","id":"',
  '\\",\\"id\\":\\"',
  ',"id":"x"}]}',
  '"}]}',
  '}]}',
  '\\',
  '\\\\',
  '\\"',
  '"',
  '{"emit":["block",{"block":',
  '{"emit":["block",{"id":"',
  '","block":{',
  '},"block":{"number":9}',
  ',"__proto__":{}',
  '\u0000',
  '\u2028',
  '\\u0022',
  ' ',
  '\n',
  'alpha',
  '{',
  '}',
  '[]',
  ',',
  ':',
  '0',
]

describe('whatever a frame looks like, a memo does not change what it means', () => {
  const texts = [blockText(1), blockText(2), blockText(1, ',"x":{"id":"y"}'), blockText(1, ',"id":"z"'), 'null', '{}']
  const piece = fc.constantFrom(...seams)
  const id = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 4 }).map((a) => a.join(''))
  const block = fc.oneof(
    fc.constantFrom(...texts),
    fc.tuple(fc.constantFrom(...texts), piece, fc.constantFrom(...texts)).map((a) => a.join('')),
    fc.tuple(fc.constantFrom(...texts), piece, fc.nat(200)).map(([t, p, at]) => t.slice(0, at) + p + t.slice(at)),
  )
  const frame = fc.oneof(
    fc.tuple(block, id).map(([b, i]) => gethFrame(b, i)),
    fc.tuple(block, id).map(([b, i]) => otherFrame(b, i)),
    fc
      .tuple(
        block,
        id.map((i) => JSON.stringify(i).slice(1, -1)),
      )
      .map(([b, i]) => gethFrame(b, i)),
    fc.tuple(block, piece, id, piece).map(([b, p, i, q]) => `{"emit":["block",{"block":${b}${p}"id":"${i}"${q}`),
    fc.tuple(block, piece, id, piece).map(([b, p, i, q]) => `{"emit":["block",{"id":"${i}"${p}"block":${b}${q}`),
  )

  it('for frames made of the seams it looks for', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 8 }), (frames) => {
        const memo = createBlockMemo(3)
        // Twice, so that each is also met after it was remembered.
        for (const one of [...frames, ...frames]) expect(attempt(one, memo)).toEqual(attempt(one))
      }),
      { numRuns: 2000 },
    )
  })

  it('for mutations of what real clients send', () => {
    const outcomes = fuzzAgentFrames({ frames: 5000, seed: 20_260 })
    expect(Object.values(outcomes).reduce((a, b) => a + b, 0)).toBe(5000)
    expect(Object.keys(outcomes)).toEqual(
      expect.arrayContaining(['report', 'history', 'hello', 'FRAME_NOT_JSON', 'BLOCK_MALFORMED', 'EVENT_MALFORMED']),
    )
  })
})
