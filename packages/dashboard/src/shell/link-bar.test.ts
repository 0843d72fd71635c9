import { describe, expect, it } from 'vitest'
import { gap } from '../format/numbers.ts'
import { linkText } from './link-bar.tsx'

const at = new Date(2026, 10, 3, 14, 2, 11).getTime()
const plain = (text: string | undefined): string | undefined => text?.replaceAll(gap, ' ')

describe('the bar of the connection', () => {
  it('is silent while live and at the first try', () => {
    expect(linkText({ status: 'live', heardAt: at, roundTripMs: null }, at)).toBeUndefined()
    expect(linkText({ status: 'connecting', attempt: 0, lostAt: null }, at)).toBeUndefined()
  })

  it('says since when the picture is old and what happens next', () => {
    const text = linkText({ status: 'lost', attempt: 3, lostAt: at, nextTryAt: at + 27_500 }, at + 23_000)
    expect(text?.title).toBe('Connection lost.')
    expect(plain(text?.detail)).toBe('This is the picture of 14:02:11, 23 s ago. Try 3 in 4 s.')
    expect(text?.canRetry).toBe(true)
  })

  it('keeps saying so while it tries', () => {
    const text = linkText({ status: 'connecting', attempt: 3, lostAt: at }, at + 61_000)
    expect(plain(text?.detail)).toBe('This is the picture of 14:02:11, 1 min 01 s ago. Trying now.')
    expect(text?.canRetry).toBe(false)
  })

  it('says why there is none where that is known', () => {
    const text = linkText({ status: 'lost', attempt: 3, lostAt: at, nextTryAt: at + 5000 }, at, { reason: 'Set it.' })
    expect(text?.title).toBe('No live connection.')
    expect(plain(text?.detail)).toBe('Set it. Try 3 in 5 s.')
  })

  it('warns of a server gone quiet before the connection is given up', () => {
    const text = linkText({ status: 'quiet', heardAt: at, roundTripMs: 20 }, at + 9000)
    expect(plain(text?.detail)).toContain('Nothing heard since 14:02:11, 9 s ago.')
  })
})
