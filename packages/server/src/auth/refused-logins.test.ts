import { createRecordingLogger } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRefusedLogins } from './refused-logins.ts'
import type { RefusalNote } from './refused-logins.ts'
import { start } from './testing/folder.ts'

const minute = 60_000
const noteOf = (more: Partial<RefusalNote> = {}): RefusalNote => ({
  name: 'besu-3',
  address: '192.0.2.7',
  reason: 'bad-secret',
  via: 'ethstats',
  count: 1,
  at: start,
  ...more,
})
const openBook = (entries?: number) => {
  const log = createRecordingLogger()
  const book = createRefusedLogins({ log, ...(entries !== undefined && { entries }) })
  return { book, lines: () => log.entries.map(({ level, fields }): Record<string, unknown> => ({ level, ...fields })) }
}

describe('the first refusal of a name, a reason and an address', () => {
  it('is a line of the log with what to do, and stands in the list', () => {
    const { book, lines } = openBook()
    book.note(noteOf())
    expect(lines()).toEqual([
      {
        level: 'warn',
        node: 'besu-3',
        address: '192.0.2.7',
        via: 'ethstats',
        reason: 'bad-secret',
        times: 1,
        cure: expect.stringContaining('compare it with ethstats.secret'),
      },
    ])
    book.note(noteOf({ reason: 'banned' }))
    book.note(noteOf({ address: '192.0.2.8' }))
    book.note(noteOf({ name: 'geth-1' }))
    expect(lines()).toHaveLength(4)
    expect(book.list().map(({ name, address, reason }) => [name, address, reason])).toEqual([
      ['geth-1', '192.0.2.7', 'bad-secret'],
      ['besu-3', '192.0.2.8', 'bad-secret'],
      ['besu-3', '192.0.2.7', 'banned'],
      ['besu-3', '192.0.2.7', 'bad-secret'],
    ])
  })

  it('is followed by lines after pauses that grow, each with how many there were', () => {
    const { book, lines } = openBook()
    for (let second = 0; second < 3600; second += 10) book.note(noteOf({ at: start + second * 1000 }))
    expect(lines().map(({ times }) => times)).toEqual([1, 6, 12, 24, 48, 96])
    expect(book.list()).toMatchObject([{ count: 360, firstAt: start, lastAt: start + 3590_000 }])
  })
})

describe('a flood of refusals', () => {
  it('of one address with a new name each time is a few entries and lines, and leaves others theirs', () => {
    const { book, lines } = openBook()
    book.note(noteOf({ name: 'mine', address: '198.51.100.1' }))
    for (let i = 0; i < 10_000; i++) book.note(noteOf({ name: `invented ${i}`, at: start + i }))
    const list = book.list()
    expect(list.some(({ name }) => name === 'mine')).toBe(true)
    expect(list.length).toBeLessThanOrEqual(27)
    // Those without a place of their own stand together.
    expect(list.find(({ name }) => name === '')).toMatchObject({ address: '192.0.2.7', reason: 'bad-secret' })
    expect(list.reduce((sum, { count }) => sum + count, 0)).toBe(10_001)
    expect(lines().length).toBeLessThan(40)
  })

  it('of addresses without number is bounded in entries and in lines, which say how many had none', () => {
    const { book, lines } = openBook()
    for (let i = 0; i < 20_000; i++) book.note(noteOf({ address: `10.${i >> 8}.${i & 255}.1`, at: start + i }))
    expect(book.list()).toHaveLength(500)
    expect(lines().length).toBeLessThan(50)
    book.note(noteOf({ name: 'later', at: start + 10 * minute }))
    expect(lines().at(-1)).toMatchObject({ node: 'later', othersUntold: expect.any(Number) })
  })

  it('is bounded whatever comes', () => {
    const some = fc.record({
      name: fc.string({ unit: 'binary', maxLength: 300 }),
      address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary' })),
      reason: fc.constantFrom('bad-secret', 'oversized', 'banned'),
      at: fc.integer({ min: 0, max: 2 ** 42 }),
    })
    fc.assert(
      fc.property(fc.array(some, { maxLength: 100 }), (notes) => {
        const { book } = openBook(20)
        for (const note of notes) book.note(noteOf(note))
        const list = book.list()
        expect(list.length).toBeLessThanOrEqual(20)
        expect(JSON.stringify(list)).not.toMatch(/[\p{Cc}\u202e\u2066\u200b]/u)
      }),
    )
  })
})

describe('what a peer calls itself', () => {
  it('is one line, bounded and escaped', () => {
    const { book, lines } = openBook()
    book.note(noteOf({ name: `a\r\n{"level":"error"}\u202e${'x'.repeat(1000)}`, address: '1.2.3.4\nforged' }))
    const [line] = lines()
    expect(line?.['node']).toMatch(/^a\\u\{d\}\\u\{a\}\{"level":"error"\}\\u\{202e\}x+$/)
    expect(String(line?.['node']).length).toBe(200)
    expect(line?.['address']).toBe('1.2.3.4\\u{a}forged')
  })
})
