import { describe, expect, it } from 'vitest'
import { retryAfterMs } from './http-outcome.ts'

const answer = (headers: Record<string, string>, text = '') => ({ status: 429, headers, text })
const now = Date.parse('2026-01-01T00:00:00Z')

describe('how long a peer asks to be left alone', () => {
  it.each([
    [answer({ 'retry-after': '12' }), 12_000],
    [answer({ 'retry-after': '0.5' }), 500],
    [answer({ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }), 60_000],
    [answer({ 'retry-after': 'Wed, 31 Dec 2025 00:01:00 GMT' }), 0],
    [answer({ 'retry-after': 'soon' }), undefined],
    [answer({}, '{"message":"You are being rate limited.","retry_after":0.65}'), 650],
    [answer({}, '{"ok":false,"error_code":429,"parameters":{"retry_after":9}}'), 9000],
    [answer({}, 'no'), undefined],
  ])('%j: %s ms', (said, ms) => {
    expect(retryAfterMs(said, now)).toBe(ms)
  })
})
