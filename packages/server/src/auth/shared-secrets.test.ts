import { describe, expect, it } from 'vitest'
import { createSecretCheck } from './shared-secrets.ts'

describe('the secret check', () => {
  it('accepts each of its secrets and nothing like them', () => {
    const accepts = createSecretCheck(['one', 'zwei drei', '日本'])
    expect(['one', 'zwei drei', '日本'].every(accepts)).toBe(true)
    expect(['', 'One', 'one ', 'on', 'one\0', 'zwei'].some(accepts)).toBe(false)
    expect(accepts(undefined)).toBe(false)
  })

  it('does not take a missing secret for an empty one', () => {
    const accepts = createSecretCheck([''])
    expect([accepts(''), accepts(undefined)]).toEqual([true, false])
  })

  it('lets everybody in where there is none', () => {
    const accepts = createSecretCheck([])
    expect([accepts(undefined), accepts('anything')]).toEqual([true, true])
  })
})
