import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { endsWithin, withDeadline } from './with-timeout.ts'

const never = new Promise<never>(() => undefined)

describe('waiting with a bound', () => {
  it('says whether the work ended in time', async () => {
    const clock = createFakeClock()
    expect(await endsWithin(Promise.resolve(), 1000, clock)).toBe(true)
    const late = endsWithin(never, 1000, clock)
    await clock.advance(1000)
    expect(await late).toBe(false)
  })

  it('fails with the work', async () => {
    await expect(endsWithin(Promise.reject(new Error('broken')), 1000)).rejects.toThrow('broken')
    await expect(withDeadline(Promise.reject(new Error('broken')), 1000, () => undefined)).rejects.toThrow('broken')
  })

  it('brings the end about where it takes too long', async () => {
    const work = Promise.withResolvers<string>()
    expect(await withDeadline(work.promise, 0, () => work.resolve('cut'))).toBe('cut')
  })
})
