import { describe, expect, it } from 'vitest'
import { createAdmission } from './admission.ts'
import type { ConnectionKind } from './admission.ts'

const pool = (places: number, each: number, reserve = 0) => ({ places, each, reserve, few: 1 })
const comfortableShare = pool(100, 100)
const connectRate = { perSecond: 1, burst: 4 }
const limits = { connections: pool(5, 3), viewers: comfortableShare, loggingIn: comfortableShare, connectRate }

const open = (given: Partial<Parameters<typeof createAdmission>[0]> = {}) => {
  const admission = createAdmission({ ...limits, ...given })
  return {
    admission,
    /** Gives what stands for the connection, or why there is none. */
    enter: (address: string, kind: ConnectionKind = 'agent', now = 0): object | string => {
      const guest = {}
      return admission.enter(guest, kind, address, now) ?? guest
    },
  }
}

describe('admission', () => {
  it('bounds connections in all', () => {
    const { admission, enter } = open()
    const [first] = ['a', 'b', 'c', 'd', 'e'].map((address) => enter(address))
    expect(enter('f')).toBe('too-many-connections')
    admission.leave(first as object)
    admission.leave(first as object)
    expect(enter('f')).toEqual({})
    expect(admission.connections).toBe(5)
  })

  it('bounds those of one address, of IPv6 of one /64', () => {
    const { enter } = open()
    for (let i = 0; i < 3; i++) expect(enter(`2001:db8::${i}`)).toEqual({})
    expect(enter('2001:db8::ffff')).toBe('too-many-from-address')
    expect(enter('2001:db8:0:1::1')).toEqual({})
  })

  it('keeps the last places for addresses that have few', () => {
    const { enter } = open({ connections: pool(5, 5, 2), connectRate: { perSecond: 1, burst: 10 } })
    expect(['a', 'a', 'a', 'a'].map((address) => enter(address))).toEqual([{}, {}, {}, 'too-many-from-address'])
    expect(enter('b')).toEqual({})
  })

  it('lets neither dashboards nor agents without a login take the places of agents that have logged in', () => {
    const { admission, enter } = open({
      connections: comfortableShare,
      viewers: pool(4, 2),
      loggingIn: pool(4, 2),
      connectRate: { perSecond: 1, burst: 100 },
    })
    expect(['a', 'a', 'a', 'b', 'b', 'c'].map((address) => enter(address, 'viewer'))).toEqual([
      {},
      {},
      'too-many-from-address',
      {},
      {},
      'too-many-connections',
    ])
    for (let i = 0; i < 20; i++) admission.known(enter('a') as object)
    const loggingIn = ['a', 'a', 'a'].map((address) => enter(address))
    expect(loggingIn[2]).toBe('too-many-from-address')
    admission.leave(loggingIn[0] as object)
    expect(enter('a')).toEqual({})
    expect(admission.connections).toBe(4 + 20 + 2)
  })

  it('bounds how fast one address connects', () => {
    const { admission, enter } = open()
    const connect = (now: number) => {
      const guest = enter('a', 'agent', now)
      if (typeof guest === 'string') return guest
      admission.leave(guest)
      return undefined
    }
    expect([0, 0, 0, 0, 0].map(connect)).toEqual([undefined, undefined, undefined, undefined, 'address-rate'])
    expect(connect(1000)).toBeUndefined()
  })

  it('forgets addresses that need no watching, and only those', () => {
    const { admission, enter } = open()
    enter('a')
    admission.leave(enter('b') as object)
    admission.sweep(500)
    expect(admission.addresses).toBe(2)
    admission.sweep(2000)
    expect(admission.addresses).toBe(1)
    expect(admission.connections).toBe(1)
  })
})
