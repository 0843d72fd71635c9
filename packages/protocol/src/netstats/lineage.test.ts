import { describe, expect, it } from 'vitest'
import { advance, isOfOneLife, lifeAt, lineageText, markOf, noPlace, readLineage, resumeAt, skipTo } from './lineage.ts'
import type { Place } from './lineage.ts'
import type { Life } from './messages.ts'

const life = (letter: string, from: number): Life => ({ life: letter.repeat(16), from })
const [a, b, c] = [life('a', 1), life('b', 900), life('c', 700)]
const reached = (lives: readonly Life[], ...through: readonly number[]): Place =>
  through.reduce((at, to) => advance(at, lives, { through: to, mark: to % 7, count: to }), noPlace)
const hello = (lives: readonly Life[], after = 0, acknowledged = after) => ({ lives, after, acknowledged })

describe('where a spool goes on', () => {
  it('is where the server has it, also in a later life', () => {
    const at = reached([a], 820)
    expect(resumeAt(at, hello([a, b]))).toEqual({
      how: 'goes-on',
      place: at,
      seen: { through: 820, mark: 1 },
      doubt: undefined,
    })
  })

  it('is the end of what both have where the server has more of a life', () => {
    const at = reached([a], 820)
    expect(resumeAt(at, hello([a, c]))).toMatchObject({
      how: 'parted',
      place: { through: 699, life: c.life, left: [{ life: a.life, through: 820, mark: 1 }] },
      seen: undefined,
    })
  })

  it('is where a life was left, when that one comes back', () => {
    const copy = reached([a, c], 650, 760)
    const resumed = resumeAt(copy, hello([a, b]))
    expect(resumed).toMatchObject({
      how: 'parted',
      place: { through: 650, life: a.life, left: [{ life: c.life, through: 760 }] },
      seen: { through: 650, mark: 650 % 7 },
    })
    // And back to the copy.
    const original = advance(resumed.place, [a, b], { through: 950, mark: 0, count: 2 })
    expect(resumeAt(original, hello([a, c])).place).toMatchObject({ through: 760, life: c.life })
  })

  it('is the beginning where the server knows none of its lives', () => {
    expect(resumeAt(noPlace, hello([a]))).toMatchObject({ how: 'unknown', place: { through: 0 }, doubt: undefined })
    expect(resumeAt(reached([b], 1000), hello([c]))).toMatchObject({ how: 'unknown', place: { through: 0 } })
  })

  it('is in doubt where lives that were forgotten may be its own', () => {
    let at = noPlace
    const lives = Array.from({ length: 40 }, (_, i) => ({ life: i.toString(16).padStart(16, '0'), from: 1 + i * 10 }))
    for (const [i] of lives.entries())
      at = advance(at, lives.slice(0, i + 1), { through: 5 + i * 10, mark: 1, count: 1 })
    expect(at.left).toHaveLength(16)
    const early = lives.slice(0, 3)
    const resumed = resumeAt(at, hello(early))
    const { forgotten } = resumed.place
    expect(resumed).toMatchObject({ doubt: forgotten, place: { through: 0 } })
    // Nothing is known by that: who has not heard of it is told once more.
    expect(resumeAt(resumed.place, hello(early)).doubt).toBe(forgotten)
    // Who has released it goes on beyond, and nothing of it counts as lost here.
    const obeying = hello([...early, life('f', 9999)], forgotten, 7)
    expect(resumeAt(at, obeying).doubt).toBeUndefined()
    expect(skipTo(resumeAt(at, obeying).place, obeying)).toMatchObject({ missed: 0, place: { through: forgotten } })
    expect(resumeAt(at, hello(lives)).doubt).toBeUndefined()
  })
})

describe('what a server was told and has not', () => {
  it('is counted by the observations, not by the distance of their sequences', () => {
    const at = advance(noPlace, [a], { through: 1.7e15, mark: 1, count: 40 })
    expect(skipTo(at, hello([a], 1.8e15, 52))).toMatchObject({ missed: 12, place: { through: 1.8e15, count: 52 } })
    expect(skipTo(at, hello([a], 1.8e15, 0)).missed).toBe(1)
  })
})

describe('a lineage', () => {
  it('is read as it was written, and nothing from what is none', () => {
    const at = reached([a, b], 820, 950)
    expect({ ...at, ...readLineage(lineageText(at)) }).toEqual(at)
    expect(readLineage(null)).toEqual({ life: '0'.repeat(16), left: [], forgotten: 0 })
    expect(readLineage('x').life).toBe('0'.repeat(16))
  })

  it('knows of which life a sequence is', () => {
    expect([1, 899, 900, 5000].map((n) => lifeAt([a, b], n))).toEqual([a, a, b, b].map((one) => one.life))
    expect([isOfOneLife([a, b], 1, 899), isOfOneLife([a, b], 899, 900)]).toEqual([true, false])
  })

  it('has the mark of the specification: CRC-32', () => {
    expect(markOf('123456789')).toBe(0xcbf43926)
  })
})
