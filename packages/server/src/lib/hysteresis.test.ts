import { describe, expect, it } from 'vitest'
import { createCalm } from './hysteresis.ts'

describe('a trouble that comes and goes', () => {
  it('begins at once, and ends after some calm', () => {
    const calm = createCalm(30_000)
    const states = Array.from({ length: 90 }, (_, second) =>
      calm.look(second >= 10 && second < 40 && second % 2 === 0, second * 1000),
    )
    expect(states.indexOf(true)).toBe(10)
    // Seen last at 38 s.
    expect(states.lastIndexOf(true)).toBe(67)
    expect(states.slice(10, 68).every(Boolean)).toBe(true)
  })

  it('is none where nothing is seen', () => {
    expect(createCalm().look(false, 1e9)).toBe(false)
  })
})
