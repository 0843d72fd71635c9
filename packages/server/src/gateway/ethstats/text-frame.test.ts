import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textFrame } from './text-frame.ts'

/** What RFC 6455 says a receiver makes of an unmasked frame. */
const read = (frame: string): { first: number; text: string; rest: number } => {
  const bytes = Buffer.from(frame, 'latin1')
  const short = bytes[1] ?? 0
  const [head, length] = short < 126 ? [2, short] : [4, bytes.readUInt16BE(2)]
  return { first: bytes[0] ?? 0, text: bytes.toString('utf8', head, head + length), rest: bytes.length - head - length }
}

describe('a text frame', () => {
  it('is read back as its text, final and unmasked, with no byte left over', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 400 })
    fc.assert(
      fc.property(ascii, (text) => {
        expect(read(textFrame(text) ?? '')).toEqual({ first: 0x81, text, rest: 0 })
      }),
    )
  })

  it('changes its header at 126 characters and ends at 65,535', () => {
    for (const length of [0, 125, 126, 127, 65_535]) {
      expect(read(textFrame('x'.repeat(length)) ?? '').text).toHaveLength(length)
    }
    expect(textFrame('x'.repeat(65_536))).toBeUndefined()
  })

  it('leaves text that is more than ASCII to others', () => {
    expect(textFrame('grün')).toBeUndefined()
    expect(textFrame('\u{1f600}')).toBeUndefined()
  })
})
