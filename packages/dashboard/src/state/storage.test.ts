import { describe, expect, it } from 'vitest'
import { nextTheme, readTheme, readWords, toggled } from './storage.ts'

describe('kept settings', () => {
  it('fall back to the default for what another version may have written', () => {
    expect(readTheme('sepia')).toBe('auto')
    expect(readTheme(null)).toBe('auto')
    expect(readTheme('dark')).toBe('dark')
  })

  it('read a list of words and nothing else', () => {
    expect(readWords('["a","b"]', 9)).toEqual(['a', 'b'])
    expect(readWords('["a",1,null,"b"]', 9)).toEqual(['a', 'b'])
    expect(readWords('["a","b","c"]', 2)).toEqual(['a', 'b'])
    for (const broken of ['{', '{"a":1}', '"a"', null]) expect(readWords(broken, 9)).toEqual([])
  })

  it('turn themes in a circle', () => {
    expect([nextTheme('auto'), nextTheme('light'), nextTheme('dark')]).toEqual(['light', 'dark', 'auto'])
  })

  it('pin, unpin, and let the oldest pin go at the limit', () => {
    expect(toggled(['a'], 'b', 2)).toEqual(['a', 'b'])
    expect(toggled(['a', 'b'], 'a', 2)).toEqual(['b'])
    expect(toggled(['a', 'b'], 'c', 2)).toEqual(['b', 'c'])
  })
})
