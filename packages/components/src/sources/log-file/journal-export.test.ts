import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLine } from './forms/mod.ts'
import { createLineSplitter } from './lines.ts'

const context = { now: Date.UTC(2026, 10, 30, 8), utc: true }

const binary = (name: string, value: Buffer): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(value.length))
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')])
}
const plain = (name: string, value: string): Buffer => Buffer.from(`${name}=${value}\n`)
const entry = (n: number, message: Buffer): Buffer =>
  Buffer.concat([
    plain('__CURSOR', `s=abc;i=${n}`),
    plain('__REALTIME_TIMESTAMP', `${1_796_025_604_400_000 + n}`),
    plain('PRIORITY', '4'),
    plain('_PID', '12'),
    plain('COREDUMP_ENVIRON', 'x'),
    plain('SYSLOG_IDENTIFIER', 'geth'),
    message,
    Buffer.from('\n'),
  ])

/** What is read of the bytes when they come in pieces. */
const readIn = (bytes: Buffer, cuts: readonly number[] = []) => {
  const splitter = createLineSplitter(0)
  const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).flatMap((end, i) => splitter.push(Buffer.from(bytes.subarray(places[i], end))))
}
const messagesOf = (bytes: Buffer, cuts: readonly number[] = []) =>
  readIn(bytes, cuts).map(({ text }) => readLine(text, context)?.message ?? text)

describe('the export form of the journal', () => {
  it('is read with its fields, as the JSON form is', () => {
    const [line] = readIn(entry(0, plain('MESSAGE', 'INFO [11-30|08:00:04.400] Looking for peers  peercount=3')))
    expect(readLine(line?.text ?? '', context)).toEqual({
      form: 'journald',
      at: 1_796_025_604_400,
      severity: 6,
      component: 'geth',
      message: 'Looking for peers',
      fields: { peercount: '3', pid: '12' },
    })
  })

  it('is read with values of several lines and with bytes that are no text', () => {
    const several = 'first\n\n__CURSOR=not one\nlast'
    const bytes = Buffer.concat([
      entry(1, binary('MESSAGE', Buffer.from(several))),
      entry(2, binary('MESSAGE', Buffer.from([104, 105, 255]))),
      entry(3, binary('MESSAGE', Buffer.alloc(0))),
    ])
    expect(messagesOf(bytes)).toEqual([several, 'hi\ufffd', ''])
  })

  it('is the same however the file is read, and each entry ends behind its empty line', () => {
    const messages = [
      plain('MESSAGE', 'one'),
      binary('MESSAGE', Buffer.from('two\nlines\n')),
      plain('MESSAGE', 'three'),
    ]
    const entries = messages.map((message, i) => entry(i, message))
    const bytes = Buffer.concat(entries)
    const ends = entries.map((_, i) => entries.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0))
    expect(readIn(bytes).map(({ end }) => end)).toEqual(ends)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        expect(readIn(bytes, cuts)).toEqual(readIn(bytes))
      }),
    )
  })

  it('goes on at the start of any entry, and plain lines around it stay what they are', () => {
    const bytes = Buffer.concat([
      Buffer.from('before\n'),
      entry(1, plain('MESSAGE', 'one')),
      Buffer.from('INFO after\n'),
    ])
    expect(messagesOf(bytes)).toEqual(['before', 'one', 'INFO after'])
  })

  it('gives an entry that was not ended when something else follows, or nothing does', () => {
    const cut = entry(1, plain('MESSAGE', 'one')).subarray(0, -1)
    const whole = entry(2, plain('MESSAGE', 'two'))
    expect(readIn(Buffer.concat([cut, whole])).map(({ end }) => end)).toEqual([cut.length, cut.length + whole.length])
    expect(messagesOf(Buffer.concat([cut, Buffer.from('INFO after\n')]))).toEqual(['one', 'INFO after'])
    const splitter = createLineSplitter(0)
    expect(splitter.push(cut)).toEqual([])
    expect(splitter.rest().map(({ text, end }) => [readLine(text, context)?.message, end])).toEqual([
      ['one', cut.length],
    ])
  })

  it('keeps of a value what a line may have, and reads the rest over', () => {
    const bytes = Buffer.concat([
      entry(1, binary('MESSAGE', Buffer.alloc(300_000, 'x'))),
      entry(2, plain('MESSAGE', 'y')),
    ])
    expect(messagesOf(bytes).map(({ length }) => length)).toEqual([8192, 1])
  })

  it('that says an impossible length is no such form: what follows are lines', () => {
    const bytes = Buffer.concat([
      plain('__CURSOR', 'x'),
      Buffer.from('MESSAGE\n'),
      Buffer.alloc(8, 0xff),
      Buffer.from('after\n'),
      entry(1, plain('MESSAGE', 'one')),
    ])
    expect(messagesOf(bytes)).toEqual(['after', 'one'])
  })

  it('never throws, and never holds back what follows a whole entry', () => {
    const piece = fc.oneof(
      fc.constantFrom('__CURSOR=x\n', 'MESSAGE\n', 'MESSAGE=m\n', '\n', 'A\n').map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(entry(1, binary('MESSAGE', Buffer.from('m')))),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(300), { maxLength: 5 }), (pieces, cuts) => {
        const bytes = Buffer.concat(pieces)
        const lines = readIn(bytes, cuts)
        expect(lines).toEqual(readIn(bytes))
        let before = 0
        for (const { end } of lines) {
          expect(end).toBeGreaterThanOrEqual(before)
          before = end
        }
      }),
    )
  })
})
