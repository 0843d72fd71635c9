import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNameReservations } from './name-reservation.ts'
import type { Claimant } from './name-reservation.ts'

const hour = 3_600_000
const here: Claimant = { origin: '192.0.2.1' }
const there: Claimant = { origin: '192.0.2.2' }

describe('a name', () => {
  it('belongs to who came first, and for a time after it left', () => {
    const reservations = createNameReservations({ bindForMs: hour })
    expect(reservations.heldMs('n', here, 0)).toBeUndefined()
    reservations.enter('n', here)
    expect(reservations.heldMs('n', here, 0)).toBeUndefined()
    expect(reservations.heldMs('n', there, 0)).toBe(hour)
    reservations.left('n', 1000)
    expect(reservations.heldMs('n', there, 1000)).toBe(hour)
    expect(reservations.heldMs('n', there, hour)).toBe(1000)
    expect(reservations.heldMs('n', there, hour + 1000)).toBeUndefined()
  })

  it('stays held while one of several sessions of its owner lives', () => {
    const reservations = createNameReservations({ bindForMs: 1 })
    reservations.enter('n', here)
    reservations.enter('n', here)
    reservations.left('n', 0)
    expect(reservations.heldMs('n', there, 1e9)).toBe(1)
    reservations.left('n', 1e9)
    expect(reservations.heldMs('n', there, 1e9 + 1)).toBeUndefined()
  })

  it('is bound to a spool where there is one, wherever that moves', () => {
    const reservations = createNameReservations({ bindForMs: hour })
    reservations.enter('n', { ...here, instance: 'spool-a' })
    expect(reservations.heldMs('n', { ...there, instance: 'spool-a' }, 0)).toBeUndefined()
    expect(reservations.heldMs('n', { ...here, instance: 'spool-b' }, 0)).toBe(hour)
    expect(reservations.heldMs('n', here, 0)).toBe(hour)
    // Its spool was lost: it comes back from where it was.
    reservations.left('n', 0)
    expect(reservations.heldMs('n', { ...here, instance: 'spool-b' }, 1)).toBeUndefined()
    expect(reservations.heldMs('n', { ...there, instance: 'spool-b' }, 1)).toBeGreaterThan(0)
  })

  it('goes to who has a token or key, and never back to who has not', () => {
    const reservations = createNameReservations({ bindForMs: hour })
    const agent: Claimant = { ...there, agent: 'a' }
    reservations.enter('n', here)
    expect(reservations.heldMs('n', agent, 0)).toBeUndefined()
    reservations.enter('n', agent)
    for (const other of [here, there, { ...there, agent: 'b' }, { ...there, key: 'k' }])
      expect(reservations.heldMs('n', other, 0)).toBe(hour)
    const signed: Claimant = { ...here, key: 'k' }
    reservations.enter('m', signed)
    expect(reservations.heldMs('m', here, 0)).toBe(hour)
    expect(reservations.heldMs('m', { ...there, key: 'k' }, 0)).toBeUndefined()
  })

  it('is not bound where the table is full of live ones, which is counted; others make room', () => {
    const reservations = createNameReservations({ bindForMs: hour, entries: 3 })
    for (const name of ['a', 'b', 'c', 'd']) reservations.enter(name, here)
    expect([reservations.size, reservations.unbound]).toEqual([3, 1])
    expect(reservations.heldMs('d', there, 0)).toBeUndefined()
    reservations.left('d', 0)
    reservations.left('b', 0)
    reservations.enter('e', here)
    expect(reservations.heldMs('e', there, 0)).toBe(hour)
    expect(reservations.heldMs('b', there, 0)).toBeUndefined()
    expect(reservations.size).toBe(3)
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
        const reservations = createNameReservations({ bindForMs: 100 })
        let at = 0
        const live: Claimant[] = []
        let owner: { origin: string; until: number } | undefined
        for (const one of steps) {
          if (one.type === 'wait') at += one.ms
          else if (one.type === 'left') {
            if (live.pop() === undefined) continue
            reservations.left('n', at)
            if (live.length === 0 && owner !== undefined) owner.until = at + 100
          } else {
            const mine = owner === undefined || owner.origin === one.claimant.origin
            const isFree = mine || (live.length === 0 && owner !== undefined && at >= owner.until)
            expect(reservations.heldMs('n', one.claimant, at) === undefined).toBe(isFree)
            if (!isFree) continue
            reservations.enter('n', one.claimant)
            live.push(one.claimant)
            owner = { origin: one.claimant.origin, until: Number.POSITIVE_INFINITY }
          }
        }
      }),
    )
  })
})
