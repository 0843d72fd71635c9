import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHeader } from './header.ts'

const element = (tag: number, ...parts: readonly (readonly number[])[]): readonly number[] => {
  const body = parts.flat()
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
  return [tag, ...length, ...body]
}
const text = (value: string): readonly number[] => element(4, [...Buffer.from(value)])
const bytes = (value: readonly number[]): Uint8Array => Uint8Array.from(value)

const community = (version: number, pdu = 0xa7) =>
  bytes(element(0x30, element(2, [version]), text('public'), element(pdu, element(2, [1]))))
const secure = (flags: number, payload: readonly number[], engine = 'engine-1') =>
  bytes(
    element(
      0x30,
      element(2, [3]),
      element(0x30, element(2, [0, 1]), element(2, [0, 0xff, 0xe3]), element(4, [flags]), element(2, [3])),
      element(4, element(0x30, text(engine), element(2, [7]), element(2, [1, 2]), text('user'), text(''), text(''))),
      payload,
    ),
  )
const scoped = element(0x30, text('engine-1'), text(''), element(0xa6, element(2, [1])))

describe('the header of an SNMP message', () => {
  it('says the version and what is asked, for communities', () => {
    const plain = { isAuthenticated: false, isEncrypted: false, engine: '', boots: 0, time: 0 }
    expect(readHeader(community(0, 0xa4))).toEqual({ version: '1', pdu: 0xa4, ...plain })
    expect(readHeader(community(1))).toEqual({ version: '2c', pdu: 0xa7, ...plain })
    expect(readHeader(community(2))).toBeUndefined()
  })

  it('says the engine and what protects the message, for users', () => {
    const engine = Buffer.from('engine-1').toString('hex')
    expect(readHeader(secure(4, scoped))).toEqual({
      version: '3',
      pdu: 0xa6,
      isAuthenticated: false,
      isEncrypted: false,
      engine,
      boots: 7,
      time: 258,
    })
    expect(readHeader(secure(7, text('sealed')))).toEqual({
      version: '3',
      pdu: undefined,
      isAuthenticated: true,
      isEncrypted: true,
      engine,
      boots: 7,
      time: 258,
    })
  })

  it('refuses encryption without authentication, and a clear PDU where an encrypted one is announced', () => {
    expect(readHeader(secure(6, text('sealed')))).toBeUndefined()
    expect(readHeader(secure(7, scoped))).toBeUndefined()
  })

  it('refuses every message that was cut', () => {
    for (const whole of [community(1), secure(4, scoped), secure(7, text('sealed'))])
      for (let end = 0; end < whole.length; end++) expect(readHeader(whole.subarray(0, end))).toBeUndefined()
  })

  it('never throws, whatever the bytes', () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(community(1), secure(4, scoped), secure(7, text('x'))),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      )
      .map(([message, changes]) => {
        const copy = Uint8Array.from(message)
        for (const [at, to] of changes) copy[at % copy.length] = to
        return copy
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (given) => {
        const header = readHeader(given)
        expect(header === undefined || ['1', '2c', '3'].includes(header.version)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})
