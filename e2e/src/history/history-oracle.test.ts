import { describe, expect, it } from 'vitest'
import { createOracle } from './history-oracle.ts'

const from = 1_000_000
const rowsOf = (...numbers: readonly number[]) => numbers.map((n) => ({ key: `n ${n}`, at: from + n * 300 }))

const begun = () => {
  const oracle = createOracle('row')
  for (let n = 0; n < 20; n++) oracle.sent(`n ${n}`)
  oracle.read(rowsOf(0, 1, 2, 3, 4, 5), from)
  return oracle
}

describe('the oracle', () => {
  it('is content when all that could be read is there, and more', () => {
    const oracle = begun()
    expect(oracle.read(rowsOf(0, 1, 2, 3, 4, 5, 6, 9), from)).toBe(2)
    expect(oracle.durable).toBe(8)
  })

  it('asks a read of a later time only for what is of that time', () => {
    expect(begun().read(rowsOf(4, 5, 6), from + 4 * 300)).toBe(1)
  })

  it('names what is gone, double, changed or was never sent', () => {
    expect(() => begun().read(rowsOf(0, 1, 2, 3, 5), from)).toThrow('n 4 at 1001200 was durable and is gone')
    expect(() => begun().read(rowsOf(0, 1, 2, 3, 4, 5, 5), from)).toThrow('n 5 is there twice')
    expect(() => begun().read([...rowsOf(0, 1, 2, 3, 4), { key: 'n 5', at: from }], from)).toThrow('was at 1001500')
    expect(() => begun().read(rowsOf(99), from)).toThrow('was never sent')
  })
})
