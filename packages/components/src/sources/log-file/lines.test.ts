import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineSplitter, maxLineBytes } from './lines.ts'
import type { Line } from './lines.ts'

describe('bytes of a file', () => {
  it('give the same lines, each with the place behind it, however they are cut', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }).map((one) => one.replaceAll(/[\n\r\0]/g, '')))
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), fc.nat(1000), (lines, cuts, start) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''))
        const splitter = createLineSplitter(start)
        const found: Line[] = []
        let from = 0
        for (const to of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
          if (to < from) continue
          found.push(...splitter.push(bytes.subarray(from, to)))
          from = Math.min(to, bytes.length)
        }
        expect(found.map(({ text: one }) => one)).toEqual(lines)
        let end = start
        for (const [i, line] of lines.entries()) {
          end += Buffer.byteLength(line) + 1
          expect(found[i]?.end).toBe(end)
        }
        expect(splitter.rest()).toEqual([])
      }),
    )
  })

  it('keep a bounded part of a long line, and the rest without an end where it is asked for', () => {
    const splitter = createLineSplitter(0)
    expect(splitter.push(Buffer.alloc(maxLineBytes + 5, 'x'))).toEqual([])
    expect(splitter.push(Buffer.from('yy\r\nz'))).toEqual([
      { text: 'x'.repeat(maxLineBytes), end: maxLineBytes + 9, isCut: true },
    ])
    expect(splitter.rest()).toEqual([{ text: 'z', end: maxLineBytes + 10, isCut: false }])
  })
})
