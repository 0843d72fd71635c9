import { describe, expect, it } from 'vitest'
import { createOracle } from '../../../proofs/spool-kill-oracle.ts'
import { runKills } from '../../../proofs/spool-kill-run.ts'

describe('a spool whose process is killed', () => {
  it('loses nothing that it acknowledged and repeats nothing beyond the batch in flight', async () => {
    const result = await runKills({ rounds: 8, seed: 20_260_101 })
    expect(result.appended).toBeGreaterThan(0)
    expect(result.delivered).toBeGreaterThan(0)
    expect(result.largestShare).toBeLessThanOrEqual(1.1)
  })
})

describe('the oracle', () => {
  const oracle = (mayDrop = false) => createOracle({ mayDrop })

  it('is content with what was delivered once, and again where it was in flight', () => {
    const o = oracle()
    o.live({ journal: ['T 1 4', 'A 1 4', 'C 11'], told: ['D 10:1 11:2', 'D 12:3'] })
    expect(o.next()).toBe(5)
    o.live({ journal: [], told: [] })
    o.live({ journal: ['C 13'], told: ['D 12:3 13:4'] })
    expect(o.end()).toEqual({ appended: 4, delivered: 4, again: 1, dropped: 0 })
  })

  it('takes what was tried and not acknowledged for neither stored nor lost', () => {
    const o = oracle()
    o.live({ journal: ['T 1 2', 'A 1 2', 'T 3 9'], told: ['D 1:1 2:2 3:3'] })
    expect(o.end()).toMatchObject({ appended: 2, delivered: 3 })
  })

  it.each([
    { what: 'one that was acknowledged is lost', lives: [{ journal: ['T 1 2', 'A 1 2'], told: ['D 1:1'] }] },
    { what: 'a settled one comes again', lives: [{ journal: ['T 1 1', 'C 1'], told: ['D 1:1', 'D 1:1'] }] },
    {
      what: 'a settled one comes again in the next life',
      lives: [
        { journal: ['T 1 1', 'C 1'], told: ['D 1:1'] },
        { journal: [], told: ['D 1:1'] },
      ],
    },
    {
      what: 'one from before the batch in flight comes again',
      lives: [
        { journal: ['T 1 2'], told: ['D 1:1', 'D 2:2'] },
        { journal: [], told: ['D 1:1'] },
      ],
    },
    { what: 'one comes that was never appended', lives: [{ journal: [], told: ['D 1:1'] }] },
    { what: 'they come out of order', lives: [{ journal: ['T 1 2'], told: ['D 2:2 1:1'] }] },
    { what: 'one is stored twice', lives: [{ journal: ['T 1 1'], told: ['D 1:1 2:1'] }] },
    {
      what: 'a sequence is used twice',
      lives: [
        { journal: ['T 1 2'], told: ['D 1:1'] },
        { journal: [], told: ['D 1:2'] },
      ],
    },
    { what: 'any are given up though there is room', lives: [{ journal: [], told: ['G 1 5'] }] },
  ])('objects when $what', ({ lives }) => {
    const o = oracle()
    expect(() => {
      for (const life of lives) o.live(life)
      o.end()
    }).toThrow()
  })

  it('objects when more is missing than was reported, or less', () => {
    const short = oracle(true)
    short.live({ journal: ['T 1 3', 'A 1 3'], told: ['G 4 1', 'D 3:3'] })
    expect(() => short.end()).toThrow('1 were reported')
    const long = oracle(true)
    long.live({ journal: ['T 1 3', 'A 1 3', 'C 3'], told: ['G 4 9', 'D 3:3'] })
    expect(() => long.end()).toThrow('only 2')
  })
})
