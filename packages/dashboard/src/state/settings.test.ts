// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  chosenColumns,
  nextTheme,
  pinsOf,
  readTheme,
  readWords,
  sealersOf,
  startTheme,
  stored,
  theme,
  toggled,
} from './settings.ts'

const kept = (key: string): string | null => localStorage.getItem(`netstats.${key}`)
const words = (key: string) =>
  stored<readonly string[]>(
    key,
    (text) => readWords(text, 3),
    (list) => (list.length > 0 ? JSON.stringify(list) : null),
  )

afterEach(() => void vi.restoreAllMocks())

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

  it('are there again on the next visit, and leave nothing behind at their default', () => {
    words('test').value = ['a', 'b']
    expect(kept('test')).toBe('["a","b"]')
    expect(words('test').value).toEqual(['a', 'b'])
    words('test').value = []
    expect(kept('test')).toBeNull()
  })

  it('last as long as the page where storage is forbidden or full', () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    const setting = words('forbidden')
    setting.value = ['a']
    expect(setting.value).toEqual(['a'])
  })

  it('of networks are apart, and one for all parts of the page', () => {
    pinsOf('1').value = ['alpha']
    expect([pinsOf('1').value, pinsOf('2').value]).toEqual([['alpha'], []])
    expect(pinsOf('1')).toBe(pinsOf('1'))
    sealersOf('1').value = [{ address: '0xa', number: 1, last: 7 }]
    expect(kept('sealers.1')).toBe('[{"address":"0xa","number":1,"last":7}]')
    expect(sealersOf('2').value).toEqual([])
    sealersOf('1').value = []
    pinsOf('1').value = []
    expect([kept('sealers.1'), kept('pins.1')]).toEqual([null, null])
  })

  it('hold the chosen columns, none of which means as many as fit', () => {
    chosenColumns.value = ['peers']
    expect(kept('columns')).toBe('["peers"]')
    chosenColumns.value = []
    expect(kept('columns')).toBeNull()
  })
})

describe('the theme', () => {
  it("is the page's only where it was chosen; the system's stays unsaid", () => {
    startTheme()
    const shown = () => document.documentElement.dataset['theme']
    expect(shown()).toBeUndefined()
    theme.value = 'dark'
    expect([shown(), kept('theme')]).toEqual(['dark', 'dark'])
    theme.value = 'auto'
    expect([shown(), kept('theme')]).toEqual([undefined, null])
  })
})
