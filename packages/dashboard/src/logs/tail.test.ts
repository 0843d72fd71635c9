import type { LogLine } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, emptyTail, joint, mostLines, mostPending, pendingCount, prepend, resume } from './tail.ts'

const line = (id: number, at = id, more: Partial<LogLine> = {}): LogLine => ({
  id,
  at,
  node: 'a',
  name: 'a',
  severity: 6,
  source: 's',
  component: null,
  message: `line ${id}`,
  fields: null,
  ...more,
})
const lines = (from: number, to: number): LogLine[] => Array.from({ length: to - from + 1 }, (_, i) => line(from + i))
const ids = (all: readonly LogLine[]): readonly number[] => all.map(({ id }) => id)

describe('a tail of lines', () => {
  it('takes each line once, however often the topic has it', () => {
    let tail = advance(emptyTail, lines(1, 3), false)
    tail = advance(tail, lines(2, 5), false)
    expect(ids(tail.lines)).toEqual([1, 2, 3, 4, 5])
    expect(advance(tail, lines(2, 5), false)).toBe(tail)
  })

  it('lets lines wait while it is paused, counts them, and shows them when it goes on', () => {
    const paused = advance(advance(emptyTail, lines(1, 2), false), [...lines(1, 2), line(3, 3, { omitted: 4 })], true)
    expect([ids(paused.lines), pendingCount(paused)]).toEqual([[1, 2], 5])
    expect(ids(resume(paused).lines)).toEqual([1, 2, 3])
    expect(pendingCount(resume(paused))).toBe(0)
  })

  it('begins again with the lines of another run of the server', () => {
    const tail = advance(advance(emptyTail, lines(1, 40), false), lines(1, 2), false)
    expect(ids(tail.lines).slice(-3)).toEqual([40, 1, 2])
  })

  it('holds no more than it may; what had to wait too long is counted where it was', () => {
    const many = advance(emptyTail, lines(1, mostLines + 50), false)
    expect([many.lines.length, many.lines[0]?.id]).toEqual([mostLines, 51])
    const waiting = advance(emptyTail, lines(1, mostPending + 20), true)
    expect(waiting.pending[0]).toMatchObject({ id: 21, omitted: 20 })
    expect(pendingCount(waiting)).toBe(mostPending + 20)
  })
})

describe('older lines', () => {
  it('come before those that are there, each line once, also where several have one time', () => {
    const times = fc.array(fc.nat(2), { maxLength: 25 })
    fc.assert(
      fc.property(times, fc.nat(25), (steps, cut) => {
        let at = 0
        const all = steps.map((step, i) => line(i + 1, (at += step), { message: `line ${i % 3}` }))
        const shown = all.slice(Math.min(cut, all.length))
        const to = joint(shown) ?? Number.POSITIVE_INFINITY
        const page = all.filter((one) => one.at < to).toReversed()
        const texts = (list: readonly LogLine[]) => list.map(({ at, message }) => `${at} ${message}`).toSorted()
        expect(texts(prepend(shown, page))).toEqual(texts(all))
      }),
    )
  })
})
