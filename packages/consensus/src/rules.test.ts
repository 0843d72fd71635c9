import { describe, expect, it } from 'vitest'
import { RulesError, rulesOfGenesis, rulesOfList } from './rules.ts'

const a = `0x${'aa'.repeat(20)}` as const
const b = `0x${'bb'.repeat(20)}` as const
const at = (number: number) => ({ number, parentHash: '0x00' as const })

describe('rules of a genesis file', () => {
  it('of Besu have the epoch', () => {
    expect(rulesOfGenesis({ config: { qbft: { epochlength: 60, blockperiodseconds: 2 } } })).toEqual({ epoch: 60 })
    expect(rulesOfGenesis({ config: { ibft2: { epochlength: '30000' } } })).toEqual({ epoch: 30_000 })
  })

  it('of GoQuorum have epoch, policy and the rule of quorum', () => {
    const istanbul = { epoch: 30, policy: 1, '2FPlus1Enabled': true }
    expect(rulesOfGenesis({ config: { istanbul } })).toEqual({ epoch: 30, policy: 'sticky', quorum: '2F+1' })
  })

  it('of OpenEthereum have the list that rules at a block, in its order', () => {
    const spec = (validators: unknown) => ({
      engine: { authorityRound: { params: { stepDuration: '5', validators } } },
    })
    expect(rulesOfGenesis(spec({ list: [b, a] })).validatorsAt?.(at(7))).toEqual([b, a])
    const multi = rulesOfGenesis(spec({ multi: { 0: { list: [a] }, 100: { list: [b, a] }, 200: { safeContract: a } } }))
    expect([99, 100, 200].map((number) => multi.validatorsAt?.(at(number)))).toEqual([[a], [b, a], undefined])
    expect(rulesOfGenesis(spec({ contract: a }))).toEqual({})
  })

  it('of anything else say nothing, and what is no object is refused', () => {
    expect(rulesOfGenesis({ config: { clique: { period: 5, epoch: 30_000 } } })).toEqual({})
    expect(() => rulesOfGenesis([])).toThrow(RulesError)
    expect(() => rulesOfList(['0x12'])).toThrow(/list of addresses/)
  })
})
