import { describe, expect, it } from 'vitest'
import { forPeople } from './log.ts'

describe('the log for people', () => {
  const entry = { level: 'warn', time: '2026-01-02T03:04:05.678Z', part: 'sink/a', msg: 'will deliver again' }

  it('puts time, level, part and words first and data behind', () => {
    expect(forPeople(JSON.stringify({ ...entry, afterMs: 5, error: { message: 'gone' } }))).toBe(
      '03:04:05 warn  sink/a will deliver again (gone) afterMs=5\n',
    )
  })
  it('keeps what others sent on one line, and short', () => {
    const line = forPeople(JSON.stringify({ ...entry, text: `a\nb\u001b[31m${'x'.repeat(500)}` }))
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u)
    expect(line.length).toBeLessThan(300)
  })
  it('passes on what is no entry', () => {
    expect(forPeople('hello\n')).toBe('hello\n')
  })
})
