import { describe, expect, it } from 'vitest'
import { loadOf } from './load-level.ts'

const calm = { shedding: false, queueShare: 0, loopP99Ms: 3, storeLagMs: 900 }

describe('the load', () => {
  it('is calm while nothing waits for long', () => {
    expect(loadOf(calm)).toEqual({ level: 'calm', reason: '' })
    expect(loadOf({ ...calm, storeLagMs: undefined }).level).toBe('calm')
  })

  it('names what keeps the server busy', () => {
    expect(loadOf({ ...calm, queueShare: 0.4 })).toEqual({
      level: 'busy',
      reason: 'the queue before the core is 40 % full',
    })
    expect(loadOf({ ...calm, loopP99Ms: 400 }).reason).toContain('400 ms')
    expect(loadOf({ ...calm, storeLagMs: 60_000 }).reason).toBe('the store is 60 s behind')
  })

  it('is too much as soon as anything is dropped, whatever else there is', () => {
    expect(loadOf({ shedding: true, queueShare: 1, loopP99Ms: 900, storeLagMs: 90_000 }).level).toBe('overloaded')
  })
})
