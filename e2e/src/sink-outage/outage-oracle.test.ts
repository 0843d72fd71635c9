import { describe, expect, it } from 'vitest'
import { judgeOutage } from './outage-oracle.ts'
import type { OutageFacts } from './outage-oracle.ts'

const acknowledged = { name: 'x', isAcknowledged: true, isToldLosses: true }
const numbers = (...all: readonly number[]) => all.map((n) => ({ n, id: `id-${n}` }))
const facts = (more: Partial<OutageFacts>): OutageFacts => ({
  last: 5,
  received: numbers(1, 2, 5),
  givenUp: 2,
  outage: acknowledged,
  kills: 0,
  rounds: 0,
  isInOrder: true,
  ...more,
})

describe('the oracle of outages', () => {
  it('takes what is there or told', () => {
    expect(judgeOutage(facts({}))).toMatchObject({ given: 5, received: 3, givenUp: 2, lostOnTheWay: 0, repeats: 0 })
    expect(judgeOutage(facts({ received: numbers(1, 2, 2, 5) }))).toMatchObject({ repeats: 1, doubles: 0 })
  })

  it.each([
    ['a number that is missing and not told', { received: numbers(1, 5) }],
    ['losses that are told and were none', { received: numbers(1, 2, 3, 4, 5) }],
    ['a number under two ids', { received: [...numbers(1, 2), { n: 2, id: 'other' }, ...numbers(5)] }],
    ['a number that was never given', { received: numbers(1, 2, 5, 6) }],
    ['numbers out of order', { received: numbers(2, 1, 5) }],
    ['a repeat in a file', { received: numbers(1, 1, 2, 5), outage: { ...acknowledged, name: 'file' } }],
    ['a spool that was never full', { received: numbers(1, 2, 3, 4, 5), givenUp: 0 }],
    [
      'more losses on the way than there can be',
      { last: 3000, received: numbers(1), givenUp: 2, rounds: 1, outage: { ...acknowledged, isAcknowledged: false } },
    ],
  ])('finds %s', (_, more) => {
    expect(() => judgeOutage(facts(more))).toThrow(/x: |file: /)
  })
})
