import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseServerMessage } from './read-server.ts'
import {
  writeHistoryRequest,
  writeNodePong,
  writePrimusId,
  writePrimusPing,
  writePrimusPong,
  writeReady,
  writeServerClose,
} from './write-server.ts'

const emit = (...parts: unknown[]): string => JSON.stringify({ emit: parts })

describe('frames of a server', () => {
  it('are exactly what geth accepts', () => {
    expect(writeReady()).toBe('{"emit":["ready"]}')
    expect(writeNodePong('T', 5)).toBe('{"emit":["node-pong",{"clientTime":"T","serverTime":5}]}')
    expect(writeNodePong(7, 5)).toBe('{"emit":["node-pong",{"clientTime":7,"serverTime":5}]}')
    expect(writeNodePong(null, 5)).toBe('{"emit":["node-pong",{"clientTime":null,"serverTime":5}]}')
    expect(writePrimusPing(17)).toBe('"primus::ping::17"')
    expect(writePrimusPong('17"')).toBe('"primus::pong::17\\""')
    expect(writePrimusId('a')).toBe('"primus::id::a"')
    expect(writeServerClose()).toBe('"primus::server::close"')
  })

  it('ask for history ascending, with bounds, each number once', () => {
    expect(writeHistoryRequest([7, 5, 6, 5, 0])).toBe('{"emit":["history",{"max":7,"min":0,"list":[0,5,6,7]}]}')
  })

  it('do not ask for nothing, because that crashes or disconnects some clients', () => {
    expect(writeHistoryRequest([])).toBeUndefined()
    expect(writeHistoryRequest([-1, NaN, 1.5])).toBeUndefined()
  })
})

describe('parseServerMessage', () => {
  it('reads back what a server writes', () => {
    expect(parseServerMessage(writeReady())).toEqual({ type: 'ready' })
    expect(parseServerMessage(writeNodePong('T', 5))).toEqual({ type: 'node-pong', clientTime: 'T', serverTime: 5 })
    expect(parseServerMessage(writePrimusPing('17'))).toEqual({ type: 'primus-ping', time: '17' })
    expect(parseServerMessage(writePrimusPong('17'))).toEqual({ type: 'primus-pong', time: '17' })
    expect(parseServerMessage(writeServerClose())).toEqual({ type: 'server-close' })
    fc.assert(
      fc.property(fc.uniqueArray(fc.maxSafeNat(), { minLength: 1, maxLength: 50 }), (numbers) => {
        const frame = writeHistoryRequest(numbers)
        expect(frame && parseServerMessage(frame)).toEqual({ type: 'history', numbers: numbers.sort((a, b) => a - b) })
      }),
    )
  })

  it('takes every form of request for the last blocks as that', () => {
    const forms = [
      [false],
      [null],
      [{}],
      [],
      [{ list: [] }],
      [{ list: ['x'] }],
      [{ max: null, min: null, list: [] }],
      [5],
    ]
    for (const form of forms)
      expect(parseServerMessage(emit('history', ...form))).toEqual({ type: 'history', numbers: undefined })
    expect(parseServerMessage(emit('history', { min: 5, max: 3 }))).toEqual({ type: 'history', numbers: undefined })
  })

  it('takes a range where there is no list, and of a longer request the newest fifty', () => {
    expect(parseServerMessage(emit('history', { min: 3, max: 5 }))).toEqual({ type: 'history', numbers: [3, 4, 5] })
    expect(parseServerMessage(emit('history', { min: '0x3', max: '4', list: [] }))).toMatchObject({ numbers: [3, 4] })
    const newest = Array.from({ length: 50 }, (_, i) => 51 + i)
    expect(parseServerMessage(emit('history', { min: 0, max: 100 }))).toMatchObject({ numbers: newest })
    const list = Array.from({ length: 101 }, (_, i) => i)
    expect(parseServerMessage(emit('history', { list }))).toMatchObject({ numbers: newest })
    expect(parseServerMessage(emit('history', { min: 0, max: 2 ** 52 }))).toMatchObject({ type: 'history' })
  })

  it('accepts pongs with any payload or none', () => {
    expect(parseServerMessage(emit('node-pong'))).toEqual({
      type: 'node-pong',
      clientTime: undefined,
      serverTime: undefined,
    })
    expect(parseServerMessage(emit('node-pong', {}))).toMatchObject({ type: 'node-pong' })
  })

  it('ignores what it does not know', () => {
    const others = [
      '',
      'null',
      '[]',
      '7',
      '"hi"',
      '{"emit":"ready"}',
      emit('other'),
      emit(5),
      '{"action":"charts","data":{}}',
    ]
    for (const other of [...others, '"primus::id::"', emit('ready').slice(1), `"${'x'.repeat(2_000_000)}"`])
      expect(parseServerMessage(other)).toEqual({ type: 'unknown' })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ready', 'history', 'node-pong', 'x'),
        fc.anything(),
        fc.string(),
        (event, payload, text) => {
          parseServerMessage(text)
          expect(parseServerMessage(safe(emit, event, payload))).toHaveProperty('type')
        },
      ),
    )
  })
})

/** `fc.anything` has values JSON has no text for. */
const safe = (write: (...parts: unknown[]) => string, event: string, payload: unknown): string => {
  try {
    return write(event, payload)
  } catch {
    return write(event, null)
  }
}
