import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds } from '../kinds/mod.ts'
import { toPlain } from '../parse.ts'
import { readBlock, zeroHash } from './read-block.ts'
import { lossyNumber, rounded } from './values.ts'
import type { Fields } from './values.ts'

const hash = `0x${'c1'.repeat(32)}`
const parentHash = `0x${'c0'.repeat(32)}`
const address = `0x${'ab'.repeat(20)}`
const least = { number: '0x5', hash, parentHash, timestamp: '0x695d0f80' }
const read = (fields: Fields) => readBlock({ ...least, ...fields }, { hashes: true })
const blockOf = (fields: Fields) => read(fields).block

describe('a block', () => {
  it('is one with a number, a hash and a time; what is missing besides is absent, not zero', () => {
    expect(read({})).toEqual({ block: { number: 5, hash, parentHash, timestamp: 1_767_706_496 }, unread: [] })
    for (const none of [undefined, null, '', '0x', '0x0', '0'.repeat(64)])
      expect(blockOf({ parentHash: none })?.parentHash).toBe(zeroHash)
  })

  it.each(['number', 'hash', 'parentHash', 'timestamp'])('is none where its %s cannot be read', (field) => {
    for (const odd of ['zz', {}, -1, true, '0x1x']) expect(read({ [field]: odd })).toEqual({ fault: field })
  })

  it.each([
    ['seconds', '0x695d0f80'],
    ['a decimal number', 1_767_706_496],
    ['decimal text', '1767706496'],
    ['milliseconds', 1_767_706_496_123],
    ['nanoseconds of GoQuorum Raft', `0x${(1_767_706_496n * 1_000_000_000n + 7n).toString(16)}`],
    ['nanoseconds as a number that lost digits', 1_767_706_496 * 1e9],
    ['seconds with a fraction', 1_767_706_496.75],
    ['a date', '2026-01-06T13:34:56.123Z'],
    ['a date that names no zone', '2026-01-06 13:34:56'],
    ['a date of another zone', '2026-01-06T15:34:56+02:00'],
  ])('has its time in seconds, told in %s', (_, timestamp) => {
    expect(blockOf({ timestamp })?.timestamp).toBe(1_767_706_496)
  })

  it('keeps a gas limit of 2^53 and above at 2^53 - 1', () => {
    for (const gasLimit of ['0x20000000000010', '0xffffffffffffffff', '9007199254740993', 2 ** 60])
      expect(blockOf({ gasLimit })?.gasLimit).toBe(Number.MAX_SAFE_INTEGER)
  })

  it.each([
    ['checksummed', { miner: `0x${'aB'.repeat(20)}` }],
    ['of XDPoS', { miner: `xdc${'ab'.repeat(20)}` }],
    ['without its prefix', { miner: 'ab'.repeat(20) }],
    ['of its author', { author: address, sealFields: ['0x84120b', '0xb841'] }],
    ['of its author where the miner is nobody', { miner: `0x${'0'.repeat(40)}`, author: address }],
    ['of its author where the miner is in no known form', { miner: 'one1qqqq', author: address }],
  ])('has the address %s', (_, fields) => {
    expect(read(fields)).toMatchObject({ block: { miner: address }, unread: [] })
  })

  it("is nobody's where its miner is an address of zeros", () => {
    for (const miner of [`0x${'0'.repeat(40)}`, `xdc${'0'.repeat(40)}`, '0x', '0x0'])
      expect(read({ miner })).toEqual(read({}))
  })

  it('names what is there and cannot be used', () => {
    const odd = { miner: 'one1qq', gasLimit: -1, transactions: {}, uncles: 'two', nonce: 7, size: null, difficulty: [] }
    expect(read(odd)).toEqual({
      block: read({}).block,
      unread: ['miner', 'gasLimit', 'difficulty', 'transactions', 'uncles', 'nonce'],
    })
  })

  it('has transactions counted in a list or told as a number, with their hashes where all can be read', () => {
    expect(blockOf({ transactions: [hash, { hash }] })).toMatchObject({
      transactions: 2,
      transactionHashes: [hash, hash],
    })
    for (const transactions of [2, '0x2', ['odd', hash]]) {
      expect(blockOf({ transactions })?.transactions).toBe(2)
      expect(blockOf({ transactions })).not.toHaveProperty('transactionHashes')
    }
  })

  it('asks for the text where a number lost digits, or takes what is left of them', () => {
    const fields = { ...least, difficulty: 2 ** 60, gasLimit: 2 ** 60 }
    expect(() => readBlock(fields, { hashes: false })).toThrow(expect.toSatisfy((one) => one === lossyNumber))
    expect(readBlock(rounded(fields), { hashes: false })).toMatchObject({
      block: { difficulty: 2n ** 60n },
      unread: [],
    })
  })

  it('can be stored, whatever was sent', () => {
    const names = [
      ...Object.keys(least),
      'miner',
      'author',
      'gasUsed',
      'gasLimit',
      'difficulty',
      'transactions',
      'uncles',
      'size',
    ]
    const value = fc.oneof(fc.jsonValue(), fc.bigInt(), fc.constantFrom('0x', '0x1', hash, address, 2 ** 53, -0))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (changes) => {
        const { block } = readBlock(rounded({ ...least, ...changes }), { hashes: true })
        if (block !== undefined) expect(kinds.block.read(JSON.parse(JSON.stringify(toPlain(block))), '')).toEqual(block)
      }),
    )
  })
})
