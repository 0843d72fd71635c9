import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFramer } from './framer.ts'

interface Given {
  readonly text: string
  readonly isCut: boolean
}

/** What comes out of a stream that comes in these chunks. */
const framesOf = (chunks: readonly Buffer[], { maxBytes = 1000, octetCounting = true } = {}): readonly Given[] => {
  const given: Given[] = []
  const framer = createFramer({
    maxBytes,
    octetCounting,
    onFrame: (bytes, isCut) => given.push({ text: bytes.toString(), isCut }),
    mayGive: () => true,
  })
  for (const chunk of chunks) expect(framer.push(chunk)).toBe(true)
  framer.end()
  return given
}
const texts = (stream: string, options = {}): readonly string[] =>
  framesOf([Buffer.from(stream)], options).map((one) => one.text)

/** The same bytes, cut anywhere. */
const chunked = (bytes: Buffer, cuts: readonly number[]): readonly Buffer[] => {
  const at = [0, ...cuts.map((one) => one % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

describe('a stream of lines', () => {
  it('is split at line feeds; empty lines and carriage returns are nothing, the end ends the last line', () => {
    expect(texts('a:1|c\nb:2|c\r\n\n\r\nc:3|c', { octetCounting: false })).toEqual(['a:1|c', 'b:2|c', 'c:3|c'])
  })

  it('tells frames that say their length from lines, one by one', () => {
    expect(texts('9 <13>a\nb c<13>line\n7 <14>x y\n12<15>z\n2026-01-01 plain\n3 <1>')).toEqual([
      '<13>a\nb c',
      '<13>line',
      '<14>x y',
      '12<15>z',
      '2026-01-01 plain',
      '<1>',
    ])
  })

  it('counts the line feed that some senders put at the end of a frame to no text', () => {
    expect(texts('8 <13>abc\n8 <13>def\n')).toEqual(['<13>abc', '<13>def'])
  })

  it('takes a line that begins with more digits than a length has for a line', () => {
    expect(texts('12345678901 <13>a\n0 <13>b\n')).toEqual(['12345678901 <13>a', '0 <13>b'])
  })

  it('cuts what is longer than it may be, and goes on behind it', () => {
    const long = 'x'.repeat(25)
    expect(framesOf([Buffer.from(`<1>${long}\nshort\n`)], { maxBytes: 10 })).toEqual([
      { text: '<1>xxxxxxx', isCut: true },
      { text: 'short', isCut: false },
    ])
    expect(framesOf([Buffer.from(`28 <1>${long}5 <2>ab`)], { maxBytes: 10 })).toEqual([
      { text: '<1>xxxxxxx', isCut: true },
      { text: '<2>ab', isCut: false },
    ])
  })

  it('gives nothing of a frame that ends before its length', () => {
    expect(texts('50 <13>half')).toEqual([])
  })

  it('gives the same frames wherever the bytes are cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '<', '1', ' ', 'é', '>'), minLength: 1, maxLength: 30 })
    const frame = fc.tuple(line, fc.boolean())
    const wire = (frames: readonly (readonly [string, boolean])[]): Buffer =>
      Buffer.from(
        frames
          .map(([text, counts]) => (counts ? `${Buffer.byteLength(`<5>${text}`)} <5>${text}` : `<6>${text}\n`))
          .join(''),
      )
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, cuts) => {
        const given = framesOf(chunked(wire(frames), cuts)).map((one) => one.text)
        expect(given).toEqual(frames.map(([text, counts]) => (counts ? `<5>${text}` : `<6>${text}`)))
      }),
    )
  })

  it('gives no frame longer than it may be and no byte twice, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }),
        fc.boolean(),
        (chunks, octetCounting) => {
          let bytes = 0
          const framer = createFramer({
            maxBytes: 16,
            octetCounting,
            onFrame: (frame) => {
              expect(frame.length).toBeGreaterThan(0)
              expect(frame.length).toBeLessThanOrEqual(16)
              bytes += frame.length
            },
            mayGive: () => true,
          })
          for (const chunk of chunks) framer.push(Buffer.from(chunk))
          framer.end()
          expect(bytes).toBeLessThanOrEqual(chunks.reduce((sum, one) => sum + one.length, 0))
        },
      ),
    )
  })
})

describe('a framer that may not give', () => {
  it('keeps what is left, and gives it in order when it may', () => {
    const given: string[] = []
    let room = 2
    const framer = createFramer({
      maxBytes: 100,
      octetCounting: false,
      onFrame: (bytes) => {
        given.push(bytes.toString())
        room--
      },
      mayGive: () => room > 0,
    })
    expect(framer.push(Buffer.from('a\nb\nc\nd\n'))).toBe(false)
    expect(given).toEqual(['a', 'b'])
    room = 5
    expect(framer.drain()).toBe(true)
    expect(given).toEqual(['a', 'b', 'c', 'd'])
    expect(framer.isPartial).toBe(false)
  })
})
