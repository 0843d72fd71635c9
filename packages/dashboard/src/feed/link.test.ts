import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backOffMs, checked, closed, deadAfterMs, heard, type Link, opened, quietAfterMs, retried } from './link.ts'

const first: Link = { status: 'connecting', attempt: 0, lostAt: null }

describe('the link', () => {
  it('is live from the first message and remembers the round trip', () => {
    const link = heard(opened(1000), 2000, 31)
    expect(heard(link, 3000)).toEqual({ status: 'live', heardAt: 3000, roundTripMs: 31 })
  })

  it('turns quiet, then dead with silence, and live again with a message', () => {
    const live = opened(0)
    expect(checked(live, quietAfterMs - 1)).toBe(live)
    const quiet = checked(live, quietAfterMs) as Link
    expect(quiet.status).toBe('quiet')
    expect(checked(quiet, quietAfterMs + 1)).toBe(quiet)
    expect(checked(quiet, deadAfterMs)).toBe('dead')
    expect(heard(quiet, 9000).status).toBe('live')
  })

  it('keeps since when it is lost over all tries, and counts them', () => {
    let link: Link = closed(heard(opened(0), 5000), 20_000, 0)
    expect(link).toMatchObject({ status: 'lost', lostAt: 5000, attempt: 1 })
    for (let i = 0; i < 5; i++) link = closed(retried(link), 30_000 + i, 0)
    expect(link).toMatchObject({ status: 'lost', lostAt: 5000, attempt: 6 })
  })

  it('starts counting again once it was live', () => {
    const lost = closed(first, 100, 0)
    expect(closed(opened(200), 300, 0).attempt).toBe(1)
    expect(lost.lostAt).toBe(100)
  })

  it('does not let silence change a link that is not open', () => {
    expect(checked(first, 1e9)).toBe(first)
  })

  it('backs off between a quarter second and fifteen seconds', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const wait = backOffMs(attempt, random)
        expect(wait).toBeGreaterThanOrEqual(250)
        expect(wait).toBeLessThanOrEqual(15_000)
      }),
    )
    expect(backOffMs(3, 1)).toBe(4000)
  })
})
