import { describe, expect, it } from 'vitest'
import { judge } from './delivery-oracle.ts'
import type { StoredRow } from './delivery-oracle.ts'

const journal = (...lines: readonly string[]): ReadonlyMap<string, string> => new Map([['a', `${lines.join('\n')}\n`]])
const row = (number: number, more: Partial<StoredRow> = {}): StoredRow => ({
  node: 'a',
  kind: 'log',
  number,
  at: 1000,
  ...more,
})
const none = new Map<string, number>()
const two = journal('T 1 log 1000', 'A 1', 'T 2 log 1000', 'A 2')

describe('the oracle of delivery', () => {
  it('agrees with what is stored once', () => {
    expect(judge(two, [row(2), row(1)], none)).toEqual({
      produced: 2,
      stored: 2,
      tail: 0,
      tailStored: 0,
      givenUp: 0,
      told: 0,
      gone: 0,
    })
  })

  it('excuses what the spool never had, whether it is stored or not', () => {
    const cut = journal('T 1 log 1000', 'A 1', 'T 2 log 1000')
    expect(judge(cut, [row(1)], none)).toMatchObject({ tail: 1, tailStored: 0 })
    expect(judge(cut, [row(1), row(2)], none)).toMatchObject({ tail: 1, tailStored: 1 })
  })

  it.each([
    ['lost', two, [row(1)], '1 of a are not stored; the first is 2'],
    ['stored twice', two, [row(1), row(2), row(2)], 'a 2 is stored twice'],
    ['never produced', two, [row(1), row(2), row(3)], 'a 3 is stored and was never produced'],
    ['of somebody else', two, [row(1), row(2), row(1, { node: 'b' })], 'b 1 is stored and was never'],
    ['something else', two, [row(1), row(2, { kind: 'pending' })], 'a 2 was log and is stored as pending'],
    ['at another time', two, [row(1), row(2, { at: 90_000 })], 'a 2 was observed at 1000 and is stored at 90000'],
  ])('finds what is %s', (_, journals, rows, message) => {
    expect(() => judge(journals, rows, none)).toThrow(message)
  })

  it('excuses what was told as given up, and no more', () => {
    expect(judge(two, [row(1)], new Map([['a', 1]]))).toMatchObject({ givenUp: 1 })
    expect(() => judge(two, [], new Map([['a', 1]]))).toThrow('1 were told as given up')
  })

  it('excuses what went with a folder, and what the server says to have lost, and no more', () => {
    const gone = new Map([['a', new Set([2])]])
    expect(judge(two, [row(1)], none, { gone, told: 0 })).toMatchObject({ gone: 1, told: 0 })
    expect(judge(two, [], none, { gone, told: 1 })).toMatchObject({ gone: 1, told: 1 })
    expect(() => judge(two, [], none, { gone: new Map(), told: 1 })).toThrow('2 of a are not stored')
  })
})
