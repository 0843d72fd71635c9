import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RpcError } from './errors.ts'
import { createJsonFrames } from './json-frames.ts'

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
  } catch (error) {
    return error instanceof RpcError ? error.code : String(error)
  }
  return undefined
}

describe('JSON texts in a stream of bytes', () => {
  it('come out whole, however the bytes are cut and whatever stands between them', () => {
    const value = fc.oneof(fc.object({ maxDepth: 3 }), fc.array(fc.jsonValue(), { maxLength: 4 }))
    const blank = fc.constantFrom('', '\n', ' \r\n\t')
    fc.assert(
      fc.property(fc.array(fc.tuple(value, blank), { maxLength: 6 }), fc.infiniteStream(fc.nat(40)), (values, cuts) => {
        const texts = values.map(([one]) => JSON.stringify(one))
        const bytes = Buffer.from(values.map(([, space], i) => `${texts[i]}${space}`).join(''))
        const frames = createJsonFrames(1_000_000)
        const found: string[] = []
        for (let at = 0; at < bytes.length; ) {
          const next = at + (cuts.next().value ?? 0) + 1
          found.push(...frames.push(bytes.subarray(at, next)))
          at = next
        }
        expect(found).toEqual(texts)
      }),
    )
  })

  it('may hold brackets, quotes and escapes inside text', () => {
    const text = '{"a":"}{\\"]\\\\","b":["{"]}'
    expect(createJsonFrames(100).push(Buffer.from(`${text}${text}`))).toEqual([text, text])
  })

  it.each(['hello', '42', '"text"', 'null', '}', 'HTTP/1.1 400 Bad Request'])('are not %s', (garbage) => {
    expect(codeOf(() => createJsonFrames(100).push(Buffer.from(garbage)))).toBe('RPC_ANSWER_INVALID')
  })

  it('end the stream when one grows too long, whole or in pieces', () => {
    const long = Buffer.from(`{"a":"${'x'.repeat(100)}"}`)
    expect(codeOf(() => createJsonFrames(99).push(long))).toBe('RPC_ANSWER_TOO_LARGE')
    const frames = createJsonFrames(99)
    expect(frames.push(long.subarray(0, 60))).toEqual([])
    expect(codeOf(() => frames.push(long.subarray(60)))).toBe('RPC_ANSWER_TOO_LARGE')
    expect(createJsonFrames(long.length).push(long)).toHaveLength(1)
  })
})
