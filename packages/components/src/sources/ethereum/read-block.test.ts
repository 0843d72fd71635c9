import { encodeBody, decodeObservation, nodeId, unixMs } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawBlock } from '../../test-support/hostile-node.ts'
import { readBlock } from './read-block.ts'
import { RpcError } from './rpc/errors.ts'

describe('a block as a node answers it', () => {
  it('is read with all that matters', () => {
    const hash = `0x${'C'.repeat(64)}`
    const block = readBlock({
      ...rawBlock(5),
      transactions: [hash, { hash }],
      uncles: [hash],
      totalDifficulty: '0xffffffffffffffffffff',
      extraData: '0xabcd',
      baseFeePerGas: '0x7',
      size: '0x264',
    })
    expect(block).toMatchObject({
      number: 5,
      timestamp: 1_767_225_605,
      gasUsed: 21_000,
      difficulty: 2n,
      totalDifficulty: 2n ** 80n - 1n,
      transactions: 2,
      transactionHashes: [hash.toLowerCase(), hash.toLowerCase()],
      uncles: 1,
      extraData: '0xabcd',
      baseFeePerGas: 7n,
      size: 612,
    })
  })

  it('may be none', () => {
    expect(readBlock(null)).toBeUndefined()
    expect(readBlock(undefined)).toBeUndefined()
  })

  it('takes the author where there is no miner, and numbers in any form', () => {
    const { miner: _, ...raw } = rawBlock(5)
    const block = readBlock({ ...raw, author: `0x${'Ab'.repeat(20)}`, number: 5, gasUsed: '21000', sealFields: ['0x'] })
    expect(block).toMatchObject({ miner: `0x${'ab'.repeat(20)}`, number: 5, gasUsed: 21_000 })
  })

  it('is read without what is odd but not needed', () => {
    const block = readBlock({ ...rawBlock(5), extraData: 7, nonce: {}, size: '-1', transactions: ['short'], uncles: 3 })
    expect(block).toMatchObject({ transactions: 1, uncles: 3 })
    for (const key of ['extraData', 'nonce', 'size', 'transactionHashes']) expect(block).not.toHaveProperty(key)
  })

  it.each(['number', 'hash', 'parentHash', 'timestamp'])(
    'is refused, naming the field, where %s cannot be read',
    (field) => {
      for (const odd of [{}, 'zz', -1, '0x1x', true]) {
        expect(() => readBlock({ ...rawBlock(5), [field]: odd })).toThrow(field)
      }
    },
  )

  it('is taken without what is missing, and says what it could not use', () => {
    const { miner: _, gasLimit: __, difficulty: ___, uncles: ____, ...raw } = rawBlock(5)
    const unread: string[] = []
    const block = readBlock({ ...raw, gasUsed: -1, transactions: 'many' }, (fields) => unread.push(...fields))
    for (const key of ['miner', 'gasUsed', 'gasLimit', 'difficulty', 'uncles', 'transactions'])
      expect(block).not.toHaveProperty(key)
    expect(unread).toEqual(['gasUsed', 'transactions'])
  })

  it('is either refused with a code or a body that can be stored, whatever the node answers', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('0x1', '0x', `0x${'f'.repeat(64)}`, 2 ** 53))
    const changes = fc.dictionary(
      fc.constantFrom(...Object.keys(rawBlock(1)), 'extraData', 'size', 'totalDifficulty'),
      odd,
    )
    fc.assert(
      fc.property(changes, (changed) => {
        try {
          const body = readBlock({ ...rawBlock(5), ...changed })
          if (!body) throw new Error('lost')
          const one = { kind: 'block', node: nodeId('a'), observedAt: unixMs(0), body } as const
          expect(decodeObservation('block', one.node, one.observedAt, encodeBody(one))).toEqual(one)
        } catch (error) {
          expect(error).toBeInstanceOf(RpcError)
        }
      }),
    )
  })
})
