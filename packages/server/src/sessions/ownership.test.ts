import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOwnership } from './ownership.ts'
import { createSessionRecord } from './session-record.ts'

const link = { send: () => undefined, records: new Map() }
const recordOf = (node: string, session: number) =>
  createSessionRecord(link, session, {
    protocol: 'ethstats',
    node,
    info: { name: node, networkId: '1337' },
    address: '192.0.2.1',
    secret: undefined,
    historyBatch: 0,
  })

describe('who owns an id', () => {
  it('is the session that took it, until that one gives it back: another one cannot', () => {
    const ownership = createOwnership()
    const [first, second] = [recordOf('a', 1), recordOf('a', 2)]
    ownership.take(first)
    ownership.release(second)
    expect(ownership.ownerOf(first.key)).toBe(first)
    ownership.release(first)
    expect([ownership.ownerOf(first.key), ownership.size]).toEqual([undefined, 0])
  })

  it('is decided when the owner answers or is gone, and not by a challenger of before', () => {
    const ownership = createOwnership()
    const [owner, challenger, other] = [recordOf('a', 1), recordOf('a', 2), recordOf('a', 3)]
    ownership.take(owner)
    ownership.contest(challenger, owner, 3000)
    expect(ownership.isContested(owner.key)).toBe(true)
    expect(ownership.settle(other)).toBeUndefined()
    expect(ownership.settle(owner)).toBe(challenger)
    expect([ownership.settle(owner), ownership.waiting]).toEqual([undefined, 0])
  })

  it('is overdue when the owner has not answered by the deadline', () => {
    const ownership = createOwnership()
    const [owner, challenger] = [recordOf('a', 1), recordOf('a', 2)]
    ownership.take(owner)
    ownership.contest(challenger, owner, 3000)
    expect(ownership.overdue(2999)).toEqual([])
    expect(ownership.overdue(3000).map((one) => one.challenger)).toEqual([challenger])
    ownership.challengerGone(owner)
    expect(ownership.waiting).toBe(1)
    ownership.challengerGone(challenger)
    expect(ownership.overdue(9999)).toEqual([])
  })

  it('stays as it is when a session is to get an id that is owned or contested', () => {
    const ownership = createOwnership()
    const [a, b, challenger] = [recordOf('a', 1), recordOf('b', 2), recordOf('b', 3)]
    ownership.take(a)
    ownership.take(b)
    expect(ownership.rename(a, b.key)).toBe(false)
    ownership.contest(challenger, b, 3000)
    expect(ownership.rename(b, recordOf('c', 0).key)).toBe(false)
    ownership.settle(b)
    const free = recordOf('c', 0).key
    expect(ownership.rename(b, free)).toBe(true)
    expect([ownership.ownerOf(free), ownership.ownerOf(challenger.key), b.key]).toEqual([b, undefined, free])
  })

  it('is one for each id, whatever comes and goes', () => {
    const nodes = ['a', 'b', 'c']
    const step = fc.record({ node: fc.constantFrom(...nodes), to: fc.constantFrom(...nodes), what: fc.nat(2) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ownership = createOwnership()
        let session = 0
        for (const { node, to, what } of steps) {
          const { key } = recordOf(node, 0)
          const owner = ownership.ownerOf(key)
          if (what === 0 && owner === undefined) ownership.take(recordOf(node, ++session))
          else if (what === 1 && owner !== undefined) ownership.release(owner)
          else if (what === 2 && owner !== undefined) ownership.rename(owner, recordOf(to, 0).key)
          const all = [...ownership.all()]
          expect(new Set(all.map((one) => one.key)).size).toBe(all.length)
          for (const one of all) expect(ownership.ownerOf(one.key)).toBe(one)
          expect(ownership.size).toBe(all.length)
        }
      }),
    )
  })
})
