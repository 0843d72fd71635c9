import { describe, expect, it } from 'vitest'
import { hash64Of } from './hash64.ts'

describe('hash64Of', () => {
  it('tells hashes apart that begin alike', () => {
    const begin = `0x${'ab'.repeat(31)}`
    expect(hash64Of(`${begin}00`)).not.toBe(hash64Of(`${begin}01`))
  })

  it('is the same for the same hash in every run', () => {
    expect(hash64Of(`0x${'00'.repeat(32)}`)).toBe(0x6aed_34e6_bddf_f5e1n)
  })
})
