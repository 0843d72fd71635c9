import { describe, expect, it } from 'vitest'
import { forMachines, forPeople } from './log.ts'

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
  it('has no second line either where the words of an error or the part came from a peer', () => {
    const nasty = 'a\r\n03:04:05 error forged\u2028\u202e\u009b2J'
    const line = forPeople(JSON.stringify({ ...entry, part: nasty, msg: nasty, error: { message: nasty }, x: nasty }))
    expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\n$/u)
    expect(line.match(/forged/g)).toHaveLength(4)
  })
  it('passes on what is no entry', () => {
    expect(forPeople('hello\n')).toBe('hello\n')
  })
})

describe('the log for machines', () => {
  it('says the same, without a character that a terminal obeys', () => {
    const value = { text: 'a\r\nb\u007f\u009b2J\u2028\u202e\u{e0041}\ufeff ü日\u{1f980}' }
    const line = forMachines(`${JSON.stringify(value)}\n`)
    expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\n$/u)
    expect(line).toContain('ü日\u{1f980}')
    expect(JSON.parse(line)).toEqual(value)
  })
})
