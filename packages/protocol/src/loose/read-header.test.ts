import { describe, expect, it } from 'vitest'
import { fullHeader, maxExtraData } from '../kinds/header.ts'
import { kinds } from '../kinds/mod.ts'
import { readHeader } from './read-header.ts'

const hash = (digit: string): string => `0x${digit.repeat(64)}`
const emptyRoot = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
const complete = {
  number: '0x5',
  hash: hash('a'),
  parentHash: hash('b'),
  timestamp: '0x695d0f80',
  miner: `0x${'AB'.repeat(20)}`,
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  stateRoot: hash('c'),
  transactionsRoot: emptyRoot,
  receiptsRoot: emptyRoot,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: '0x2',
  gasLimit: 30_000_000,
  gasUsed: '0x0',
  extraData: `0x${'0D'.repeat(97)}`,
  mixHash: hash('0'),
  nonce: '0x0000000000000000',
  size: '0x261',
}

describe('a header', () => {
  it('has the fields that are hashed, in lower case, without those of an empty block', () => {
    const header = readHeader(complete)
    expect(header).toEqual({
      number: 5,
      hash: hash('a'),
      parentHash: hash('b'),
      timestamp: 1_767_706_496,
      miner: `0x${'ab'.repeat(20)}`,
      stateRoot: hash('c'),
      difficulty: '0x2',
      gasLimit: '0x1c9c380',
      gasUsed: '0x0',
      extraData: `0x${'0d'.repeat(97)}`,
      mixHash: hash('0'),
      nonce: '0x0000000000000000',
    })
    if (header === undefined) return
    expect(kinds.header.read(header, '')).toEqual(header)
    expect(fullHeader(header)).toMatchObject({
      sha3Uncles: complete.sha3Uncles,
      transactionsRoot: emptyRoot,
      receiptsRoot: emptyRoot,
      logsBloom: complete.logsBloom,
    })
  })

  it('keeps roots of blocks that are not empty, and what later forks added', () => {
    const header = readHeader({
      ...complete,
      receiptsRoot: hash('d'),
      baseFeePerGas: '0x7',
      withdrawalsRoot: hash('e'),
    })
    expect(header).toMatchObject({ receiptsRoot: hash('d'), baseFeePerGas: '0x7', withdrawalsRoot: hash('e') })
  })

  it("has the items of AuRa's seal as they are sealed, or step and signature of clients that write those alone", () => {
    const { mixHash: _, nonce: __, ...unsealed } = complete
    const sealFields = ['0x8411223344', `0xb841${'07'.repeat(65)}`]
    expect(readHeader({ ...unsealed, sealFields, step: '123' })).toMatchObject({ sealFields })
    expect(readHeader({ ...unsealed, step: 123, signature: '07'.repeat(65) })).toMatchObject({
      step: '0x7b',
      signature: `0x${'07'.repeat(65)}`,
    })
  })

  it.each(['number', 'hash', 'parentHash', 'stateRoot', 'logsBloom', 'receiptsRoot', 'extraData', 'gasUsed'])(
    'is none where its %s is missing or no such thing',
    (field) => {
      for (const odd of [undefined, 'zz', {}, -1, true, '0x1x', '0x123']) {
        if (odd === '0x123' && ['number', 'gasUsed'].includes(field)) continue
        expect(readHeader({ ...complete, [field]: odd })).toBeUndefined()
      }
    },
  )

  it('is none where it has more than any header has', () => {
    const extraData = `0x${'00'.repeat(maxExtraData)}`
    expect(readHeader({ ...complete, extraData })?.extraData).toBe(extraData)
    expect(readHeader({ ...complete, extraData: `${extraData}00` })).toBeUndefined()
    expect(readHeader({ ...complete, sealFields: ['0x', '0x', '0x', '0x'] })).toBeUndefined()
    expect(readHeader({ ...complete, baseFeePerGas: `0x1${'0'.repeat(64)}` })).toBeUndefined()
  })
})
