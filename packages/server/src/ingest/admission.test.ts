import { describe, expect, it } from 'vitest'
import { createAdmission } from './admission.ts'

const limits = { connections: 5, connectionsPerAddress: 3, connectRate: { perSecond: 1, burst: 4 } }

describe('admission', () => {
  it('bounds connections in all', () => {
    const admission = createAdmission(limits)
    for (const address of ['a', 'b', 'c', 'd', 'e']) expect(admission.enter(address, 0)).toBeUndefined()
    expect(admission.enter('f', 0)).toBe('too-many-connections')
    admission.leave('a')
    expect(admission.enter('f', 0)).toBeUndefined()
    expect(admission.connections).toBe(5)
  })

  it('bounds those of one address', () => {
    const admission = createAdmission(limits)
    for (let i = 0; i < 3; i++) expect(admission.enter('a', 0)).toBeUndefined()
    expect(admission.enter('a', 0)).toBe('too-many-from-address')
    expect(admission.enter('b', 0)).toBeUndefined()
  })

  it('bounds how fast one address connects', () => {
    const admission = createAdmission(limits)
    const connect = (now: number) => {
      const refusal = admission.enter('a', now)
      if (refusal === undefined) admission.leave('a')
      return refusal
    }
    expect([0, 0, 0, 0, 0].map(connect)).toEqual([undefined, undefined, undefined, undefined, 'address-rate'])
    expect(connect(1000)).toBeUndefined()
  })

  it('forgets addresses that need no watching, and only those', () => {
    const admission = createAdmission(limits)
    admission.enter('a', 0)
    admission.enter('b', 0)
    admission.leave('b')
    admission.sweep(500)
    expect(admission.addresses).toBe(2)
    admission.sweep(2000)
    expect(admission.addresses).toBe(1)
    admission.leave('b')
    expect(admission.connections).toBe(1)
  })
})
