import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectTypes } from './library.ts'
import { isMissing, numberOf, textOf } from './values.ts'

const { octets, counter64, opaque, gauge, oid, noSuchObject } = objectTypes
const of = (type: number, value: unknown) => ({ oid: '1.3', type, value })
const float = (value: number): Buffer => {
  const bytes = Buffer.from([0x9f, 0x78, 4, 0, 0, 0, 0])
  bytes.writeFloatBE(value, 3)
  return bytes
}

describe('values of SNMP objects', () => {
  it.each<[string, number, unknown, number | undefined]>([
    ['a gauge', gauge, 7, 7],
    ['a 64 bit counter', counter64, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), 2 ** 32],
    ['a 64 bit counter that is full', counter64, Buffer.alloc(8, 255), 2 ** 64],
    ['a load average', octets, Buffer.from('0.12'), 0.12],
    ['a negative number in text', octets, Buffer.from(' -3\n'), -3],
    ['a float of net-snmp', opaque, float(1.5), 1.5],
    ['a text', octets, Buffer.from('eth0'), undefined],
    ['an empty text', octets, Buffer.alloc(0), undefined],
    ['a number that no float can be', octets, Buffer.from('1e999'), undefined],
    ['an OID', oid, '1.3.6', undefined],
    ['nothing', noSuchObject, null, undefined],
  ])('%s is the number it is', (_, type, value, expected) => expect(numberOf(of(type, value))).toBe(expected))

  it('are text where they are, and hex where they are not', () => {
    expect(textOf(of(octets, Buffer.from('Grüße\0')))).toBe('Grüße')
    expect(textOf(of(octets, Buffer.from('two\r\nlines')))).toBe('two lines')
    expect(textOf(of(octets, Buffer.from([0, 26, 43])))).toBe('0x001a2b')
    expect(textOf(of(counter64, Buffer.alloc(8, 255)))).toBe('18446744073709551615')
    expect(textOf(of(oid, '1.3.6.1'))).toBe('1.3.6.1')
  })

  it('are missing where the device said so', () => {
    expect(isMissing(of(noSuchObject, null))).toBe(true)
    expect(isMissing(of(gauge, 0))).toBe(false)
  })

  it('are bounded and without control characters, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(objectTypes)), fc.uint8Array({ maxLength: 4000 }), (type, bytes) => {
        const value = of(type, Buffer.from(bytes))
        expect(textOf(value).length).toBeLessThanOrEqual(500)
        expect(textOf(value)).not.toMatch(/\p{Cc}/u)
        const number = numberOf(value)
        expect(number === undefined || Number.isFinite(number)).toBe(true)
      }),
    )
  })
})
