import { describe, expect, it } from 'vitest'
import { createRecentLogs } from './recent-logs.ts'

const line = (message: string) => ({
  at: 1,
  node: 'a',
  severity: 6,
  source: 's',
  component: null,
  fields: null,
  message,
})
const limits = { lines: 5, characters: 10_000, allCharacters: 100_000 }

describe('recent log lines', () => {
  it('are those of a network that came after a line, oldest first', () => {
    const recent = createRecentLogs()
    for (const text of ['one', 'two', 'three']) recent.add('1', line(text))
    recent.add('2', line('other'))
    const all = recent.after('1', 0)
    expect(all.map(({ message }) => message)).toEqual(['one', 'two', 'three'])
    expect(recent.after('1', all[1]?.id ?? 0)).toEqual([all[2]])
    expect(recent.after('1', recent.newest('1'))).toEqual([])
    expect([recent.after('3', 0), recent.newest('3')]).toEqual([[], 0])
  })

  it('are no more than the bound; the oldest go first, however many come', () => {
    const recent = createRecentLogs(limits)
    for (let i = 1; i <= 1000; i++) {
      recent.add('1', line(String(i)))
      expect(recent.after('1', 0).map(({ message }) => Number(message))).toEqual(
        Array.from({ length: Math.min(i, 5) }, (_, place) => Math.max(1, i - 4) + place),
      )
    }
  })

  it('are fewer where they are long, and the newest is always there', () => {
    const recent = createRecentLogs({ ...limits, characters: 500 })
    recent.add('1', line('x'.repeat(200)))
    recent.add('1', { ...line('short'), fields: { name: 'y'.repeat(200) } })
    expect(recent.after('1', 0).map(({ message }) => message)).toEqual(['short'])
    recent.add('1', line('z'.repeat(1000)))
    expect(recent.after('1', 0)).toHaveLength(1)
  })

  it('of one network give way to no other, once all there may be are kept', () => {
    const recent = createRecentLogs({ ...limits, allCharacters: 450 })
    for (const text of ['a', 'b', 'c']) recent.add('1', line(text))
    recent.add('2', line('d'))
    recent.add('2', line('e'))
    expect(recent.after('1', 0)).toHaveLength(3)
    expect(recent.after('2', 0).map(({ message }) => message)).toEqual(['e'])
    recent.forget('1')
    recent.add('2', line('f'))
    expect([recent.after('1', 0), recent.after('2', 0).length]).toEqual([[], 2])
  })
})
