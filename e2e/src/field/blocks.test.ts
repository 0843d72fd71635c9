/** Blocks that are not quite geth's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startField } from './start-field.ts'
import type { Field, FieldCase } from './start-field.ts'

const without = (...names: readonly string[]): Record<string, undefined> =>
  Object.fromEntries(names.map((name) => [name, undefined]))
const nanoseconds = (n: number): string =>
  `0x${(BigInt(Math.floor(Date.now() / 1000) - 100 + n) * 1_000_000_000n + 7n).toString(16)}`
const miner = `0x${'1'.repeat(40)}`

const cases: Readonly<Record<string, FieldCase & { readonly shown: Readonly<Record<string, unknown>> }>> = {
  'times in nanoseconds': { block: (n) => ({ timestamp: nanoseconds(n) }), shown: { miner } },
  'a gas limit above 2^53': {
    block: () => ({ gasLimit: '0x20000000000010' }),
    shown: { gasLimit: Number.MAX_SAFE_INTEGER },
  },
  'neither gas limit nor difficulty': {
    block: () => without('gasLimit', 'difficulty', 'uncles'),
    shown: { gasLimit: null, difficulty: null, uncles: null, gasUsed: 0 },
  },
  'no transactions and no gas used': {
    block: () => without('transactions', 'gasUsed'),
    shown: { transactions: null, gasUsed: null },
  },
  'no miner': { block: () => without('miner'), shown: { miner: null } },
  'a miner of zeros': { block: () => ({ miner: `0x${'0'.repeat(40)}` }), shown: { miner: null } },
  'an author': { block: () => ({ miner: undefined, author: miner, sealFields: ['0x1'] }), shown: { miner } },
  'an address with xdc': { block: () => ({ miner: `xdc${'1'.repeat(40)}` }), shown: { miner } },
  'an address of another form': { block: () => ({ miner: 'one1zzzzzz' }), shown: { miner: null, gasUsed: 0 } },
  'numbers in decimals': {
    block: () => ({ gasUsed: '21000', gasLimit: 8_000_000, difficulty: 2 }),
    shown: { gasUsed: 21_000, gasLimit: 8_000_000, difficulty: '2' },
  },
  'a check sum': { block: () => ({ miner: `0x${'aB'.repeat(20)}` }), shown: { miner: `0x${'ab'.repeat(20)}` } },
}
const unreadable = 'times at noon'

describe.concurrent('a node whose blocks have', () => {
  let field: Field
  beforeAll(async () => {
    field = await startField({ ...cases, [unreadable]: { block: () => ({ timestamp: 'noon' }) } }, { firstChain: 4000 })
  })
  afterAll(() => field[Symbol.asyncDispose]())

  it.each(Object.keys(cases))('%s is seen with its blocks', async (name) => {
    await field.staysAtHead(name)
    const blocks = await field.blocks(name)
    expect(blocks.length).toBeGreaterThan(2)
    for (const block of blocks) expect(block).toMatchObject(cases[name]?.shown ?? {})
    const now = Date.now()
    for (const { timestamp } of blocks) expect(Math.abs(Number(timestamp) - now)).toBeLessThan(600_000)
  })

  it('times that nobody can read is active, and its source is degraded and names the field', async () => {
    expect(await field.row(unreadable)).toMatchObject({ state: 'active', blockNumber: null })
    const said = await field.said()
    expect(said).toMatch(/None of its blocks can be read: The node answered a block whose timestamp cannot be read/)
    expect(said).toMatch(/blocks_invalid_total\{[^}]*field="timestamp"[^}]*\} [1-9]/)
    expect(said).toMatch(/block_fields_unread_total\{[^}]*field="miner"[^}]*\} [1-9]/)
    expect(field.agent.output()).toMatch(/"field":"miner".*a field of the node's blocks cannot be read/)
  })
})
