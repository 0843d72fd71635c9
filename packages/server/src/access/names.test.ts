import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNames, originOf } from './names.ts'
import type { Claimant } from './names.ts'

const hour = 3_600_000
const here: Claimant = { origin: '192.0.2.1' }
const there: Claimant = { origin: '192.0.2.2' }

describe('a name', () => {
  it('belongs to who came first, and for a time after it left', () => {
    const names = createNames({ bindForMs: hour })
    expect(names.heldMs('n', here, 0)).toBeUndefined()
    names.enter('n', here)
    expect(names.heldMs('n', here, 0)).toBeUndefined()
    expect(names.heldMs('n', there, 0)).toBe(hour)
    names.left('n', 1000)
    expect(names.heldMs('n', there, 1000)).toBe(hour)
    expect(names.heldMs('n', there, hour)).toBe(1000)
    expect(names.heldMs('n', there, hour + 1000)).toBeUndefined()
  })

  it('stays held while one of several sessions of its owner lives', () => {
    const names = createNames({ bindForMs: 1 })
    names.enter('n', here)
    names.enter('n', here)
    names.left('n', 0)
    expect(names.heldMs('n', there, 1e9)).toBe(1)
    names.left('n', 1e9)
    expect(names.heldMs('n', there, 1e9 + 1)).toBeUndefined()
  })

  it('is bound to a spool where there is one, wherever that moves', () => {
    const names = createNames({ bindForMs: hour })
    names.enter('n', { ...here, instance: 'spool-a' })
    expect(names.heldMs('n', { ...there, instance: 'spool-a' }, 0)).toBeUndefined()
    expect(names.heldMs('n', { ...here, instance: 'spool-b' }, 0)).toBe(hour)
    expect(names.heldMs('n', here, 0)).toBe(hour)
    // Its spool was lost: it comes back from where it was.
    names.left('n', 0)
    expect(names.heldMs('n', { ...here, instance: 'spool-b' }, 1)).toBeUndefined()
    expect(names.heldMs('n', { ...there, instance: 'spool-b' }, 1)).toBeGreaterThan(0)
  })

  it('goes to who has a token or key, and never back to who has not', () => {
    const names = createNames({ bindForMs: hour })
    const agent: Claimant = { ...there, agent: 'a' }
    names.enter('n', here)
    expect(names.heldMs('n', agent, 0)).toBeUndefined()
    names.enter('n', agent)
    for (const other of [here, there, { ...there, agent: 'b' }, { ...there, key: 'k' }])
      expect(names.heldMs('n', other, 0)).toBe(hour)
    const signed: Claimant = { ...here, key: 'k' }
    names.enter('m', signed)
    expect(names.heldMs('m', here, 0)).toBe(hour)
    expect(names.heldMs('m', { ...there, key: 'k' }, 0)).toBeUndefined()
  })

  it('is not bound where the table is full of live ones, which is counted; others make room', () => {
    const names = createNames({ bindForMs: hour, entries: 3 })
    for (const name of ['a', 'b', 'c', 'd']) names.enter(name, here)
    expect([names.size, names.unbound]).toEqual([3, 1])
    expect(names.heldMs('d', there, 0)).toBeUndefined()
    names.left('d', 0)
    names.left('b', 0)
    names.enter('e', here)
    expect(names.heldMs('e', there, 0)).toBe(hour)
    expect(names.heldMs('b', there, 0)).toBeUndefined()
    expect(names.size).toBe(3)
  })

  it('is taken by one owner at a time, whatever comes', () => {
    const claimant = fc.record({ origin: fc.constantFrom('x', 'y') })
    const step = fc.oneof(
      fc.record({ type: fc.constant('login' as const), claimant }),
      fc.record({ type: fc.constant('left' as const) }),
      fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 300 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const names = createNames({ bindForMs: 100 })
        let at = 0
        const live: Claimant[] = []
        let owner: { origin: string; until: number } | undefined
        for (const one of steps) {
          if (one.type === 'wait') at += one.ms
          else if (one.type === 'left') {
            if (live.pop() === undefined) continue
            names.left('n', at)
            if (live.length === 0 && owner !== undefined) owner.until = at + 100
          } else {
            const mine = owner === undefined || owner.origin === one.claimant.origin
            const isFree = mine || (live.length === 0 && owner !== undefined && at >= owner.until)
            expect(names.heldMs('n', one.claimant, at) === undefined).toBe(isFree)
            if (!isFree) continue
            names.enter('n', one.claimant)
            live.push(one.claimant)
            owner = { origin: one.claimant.origin, until: Number.POSITIVE_INFINITY }
          }
        }
      }),
    )
  })
})

describe('the origin of an address', () => {
  it('is the address, of IPv6 its network', () => {
    expect(['192.0.2.1', '::1', '2001:db8:1:2:3:4:5:6', '2001:DB8::7', 'fe80::1%eth0', ''].map(originOf)).toEqual([
      '192.0.2.1',
      '0:0:0:0::/64',
      '2001:db8:1:2::/64',
      '2001:db8:0:0::/64',
      'fe80:0:0:0::/64',
      '',
    ])
  })
})
