import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  address,
  amount,
  big,
  bytes,
  clean,
  filled,
  hash,
  isZeroAddress,
  lossyNumber,
  saturated,
  whole,
} from './values.ts'

describe('whole', () => {
  it('reads a number, decimal text and hex text as the same number', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        const hexText = n.toString(16)
        const forms = [n, String(n), `0x${hexText}`, `0X${hexText.toUpperCase()}`, `000${n}`]
        expect(forms.map(whole)).toEqual(forms.map(() => n))
      }),
    )
  })

  it('has nothing for what is no whole number from 0 to 2^53 - 1', () => {
    const wrong = [null, undefined, true, {}, [], -1, 1.5, NaN, Infinity, 2 ** 53, '', ' 1', '-1', '1.5', '1e3', '0x']
    expect(
      [...wrong, 'NaN', '0xzz', String(2 ** 53), '0x20000000000001', 5n].map(whole).filter((n) => n !== undefined),
    ).toEqual([])
  })

  it('does not read text of absurd length', () => {
    expect(whole(`0x${'0'.repeat(10_000)}1`)).toBeUndefined()
    expect(whole('0'.repeat(79))).toBeUndefined()
  })

  it('never gives minus zero', () => {
    expect(Object.is(whole(-0), 0)).toBe(true)
  })
})

describe('saturated', () => {
  it('stays at 2^53 - 1 for a gas limit of 2^64 - 1', () => {
    const max = Number.MAX_SAFE_INTEGER
    expect(['0xffffffffffffffff', 2 ** 64, '18446744073709551615', 5n].map(saturated)).toEqual([max, max, max, max])
  })

  it('reads what fits as it is', () => {
    expect([0, 30_000_000, '0x1c9c380', '30000000', -0].map(saturated)).toEqual([0, 3e7, 3e7, 3e7, 0])
  })

  it('has nothing for negative numbers and nonsense', () => {
    expect([-1, 'x', null, {}, NaN].map(saturated)).toEqual(Array.from({ length: 5 }, () => undefined))
  })
})

describe('big', () => {
  it('reads every 256-bit number from decimal and hex text without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (n) => {
        expect(big(String(n))).toBe(n)
        expect(big(`0x${n.toString(16)}`)).toBe(n)
        expect(big(n)).toBe(n)
      }),
    )
  })

  it('asks for the text where a JSON number has lost digits', () => {
    expect(() => big(2 ** 53)).toThrow(expect.toSatisfy((thrown) => thrown === lossyNumber))
  })

  it('has nothing for negative, broken and absurd numbers', () => {
    const wrong = [
      -1,
      -(2 ** 60),
      1.5,
      NaN,
      Infinity,
      '',
      '0x',
      '-5',
      '1e5',
      `0x${'f'.repeat(65)}`,
      '9'.repeat(79),
      null,
    ]
    expect(wrong.map(big).filter((n) => n !== undefined)).toEqual([])
  })
})

describe('amount', () => {
  it('reads fractions and whole numbers in every form', () => {
    expect([7, 7.5, '7', '7.25', '0x7', 7n].map(amount)).toEqual([7, 7.5, 7, 7.25, 7, 7])
  })

  it('has nothing for what is negative or not finite', () => {
    expect([-1, -0.5, Infinity, NaN, '-1', '1e400', '.5', '5.', 'NaN', null].map(amount)).toEqual(
      Array.from({ length: 10 }, () => undefined),
    )
  })
})

describe('hash and address', () => {
  it('come out in lower case', () => {
    expect(hash(`0x${'AB'.repeat(32)}`)).toBe(`0x${'ab'.repeat(32)}`)
    expect(address(`0x${'aB'.repeat(20)}`)).toBe(`0x${'ab'.repeat(20)}`)
  })

  it('must have exactly their length and only hex digits', () => {
    const good = 'ab'.repeat(32)
    const wrong = [`0x${good}00`, `0x${good.slice(1)}`, `0x${good.slice(1)}g`, `${good}\n`, null, 5, [`0x${good}`]]
    expect(wrong.map(hash).filter((h) => h !== undefined)).toEqual([])
  })

  it('may come without their prefix, and addresses with the one of XDPoS', () => {
    expect(hash('AB'.repeat(32))).toBe(`0x${'ab'.repeat(32)}`)
    for (const form of ['0x', '', 'xdc', 'XDC', '0X'])
      expect(address(`${form}${'aB'.repeat(20)}`), form).toBe(`0x${'ab'.repeat(20)}`)
    for (const odd of ['one1abc', `xdc${'ab'.repeat(21)}`, `xdc0x${'ab'.repeat(20)}`, 'ab'.repeat(19), 7, null])
      expect(address(odd), String(odd)).toBeUndefined()
  })

  it("know the address that is nobody's", () => {
    for (const form of [`0x${'0'.repeat(40)}`, `xdc${'0'.repeat(40)}`, '0'.repeat(40), '0x0', '0x', ''])
      expect(isZeroAddress(form), form).toBe(true)
    for (const other of [`0x${'0'.repeat(39)}1`, '0'.repeat(64), 0, null, undefined])
      expect(isZeroAddress(other), String(other)).toBe(false)
  })

  it('bytes are hex of any length up to a limit', () => {
    expect([bytes('0x', 10), bytes('0xabc', 10), bytes('0xabcdef0123', 10), bytes('zz', 10), bytes(1, 10)]).toEqual([
      '0x',
      '0xabc',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('clean', () => {
  it('leaves ordinary text of any script alone', () => {
    for (const text of ['alpha', 'My Node 7', 'Größe', 'ノード', 'нода', '🚀 moon']) expect(clean(text, 200)).toBe(text)
  })

  it('takes out control characters, line separators and marks that turn the writing', () => {
    expect(clean('\u0000a\nb\u001b[31m\u007f\u0085c\u2028\u2029\u202ed\u2066\ufeff', 200)).toBe('ab[31mcd')
  })

  it('does not end in a blank after cutting', () => {
    expect(clean('ab cd', 3)).toBe('ab')
  })

  it('cuts at the limit without halving a character', () => {
    expect(clean('ab🚀', 3)).toBe('ab')
    expect(clean('x'.repeat(1_000_000), 200)).toHaveLength(200)
  })

  it('is always well-formed, bounded, free of control characters, and the same when cleaned again', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(' ', '\u0000', '\ud800', '🚀'),
            fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
          ),
          maxLength: 300,
        }),
        fc.integer({ min: 1, max: 50 }),
        (text, max) => {
          const out = clean(text, max) ?? ''
          expect(out.length).toBeLessThanOrEqual(max)
          expect(out.isWellFormed()).toBe(true)
          expect(out).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
          expect(clean(out, max)).toBe(out)
        },
      ),
    )
  })

  it('is nothing for what is no text, and filled is nothing for what is empty', () => {
    expect([clean(5, 10), clean(null, 10), filled('', 10), filled(' \u0000 ', 10)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
