import { describe, expect, it } from 'vitest'
import { isOwnKey } from './keys.ts'

describe('keys', () => {
  it('belong to fields while typing, but for Escape', () => {
    expect(isOwnKey('j', 'INPUT', false)).toBe(true)
    expect(isOwnKey('j', 'DIV', true)).toBe(true)
    expect(isOwnKey('Escape', 'INPUT', false)).toBe(false)
  })

  it('leave Enter to buttons and links, and take it elsewhere', () => {
    expect(isOwnKey('Enter', 'BUTTON', false)).toBe(true)
    expect(isOwnKey('Enter', 'A', false)).toBe(true)
    expect(isOwnKey('Enter', 'TR', false)).toBe(false)
    expect(isOwnKey('j', 'BUTTON', false)).toBe(false)
  })
})
