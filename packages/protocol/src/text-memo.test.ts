import { describe, expect, it } from 'vitest'
import { createTextMemo } from './text-memo.ts'

describe('a memo of texts', () => {
  it('finds a value by its text, however that came to be', () => {
    const memo = createTextMemo<number>(4)
    expect(memo.find('abc')).toBeUndefined()
    memo.remember('abc', 1)
    expect(memo.find(['a', 'b', 'c'].join(''))).toBe(1)
    expect([memo.hits, memo.misses]).toEqual([1, 1])
  })

  it('tells texts apart that have the same key', () => {
    const memo = createTextMemo<string>(100)
    const text = (c: string): string => `${'x'.repeat(40)}${'y'.repeat(3)}${c}${'y'.repeat(5000)}`
    memo.remember(text('a'), 'a')
    expect(memo.find(text('b'))).toBeUndefined()
    memo.remember(text('b'), 'b')
    expect([memo.find(text('a')), memo.find(text('b'))]).toEqual([undefined, 'b'])
  })

  it('forgets the oldest above its capacity, and keeps no megabytes', () => {
    const memo = createTextMemo<number>(2)
    for (const [value, text] of ['one', 'two', 'three'].entries()) memo.remember(text, value)
    expect(['one', 'two', 'three'].map((text) => memo.find(text))).toEqual([undefined, 1, 2])
    memo.remember('x'.repeat(1_100_000), 9)
    expect(memo.find('x'.repeat(1_100_000))).toBeUndefined()
    const large = createTextMemo<number>(100)
    for (let n = 0; n < 20; n++) large.remember(String(n).padEnd(1_000_000), n)
    expect([large.find('3'.padEnd(1_000_000)), large.find('4'.padEnd(1_000_000))]).toEqual([undefined, 4])
  })

  it('remembers nothing with no capacity', () => {
    const memo = createTextMemo<number>(0)
    memo.remember('a', 1)
    expect(memo.find('a')).toBeUndefined()
  })
})
