import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketFor, finestOf, presets, rangeOf, readView, selected, type View, writeView, zoomed } from './ranges.ts'

const minute = 60_000
const hour = 60 * minute
const noon = Date.UTC(2026, 10, 23, 12)

const queryOf = (view: View): URLSearchParams =>
  new URLSearchParams(Object.entries(writeView(view)).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))

describe('the view of the charts', () => {
  it('is read back from the address it writes', () => {
    for (const [last] of presets) expect(readView(queryOf({ last }))).toEqual({ last })
    expect(readView(queryOf({ from: noon, to: noon + hour }))).toEqual({ from: noon, to: noon + hour })
  })

  it('is the usual one for ranges that are turned round, too short, endless or no times at all', () => {
    const texts = [
      'from=2026-11-23T12:00:00Z&to=2026-11-23T11:00:00Z',
      'from=2026-11-23T12:00:00Z&to=2026-11-23T12:00:01Z',
      'from=0001-01-01T00:00:00Z&to=2026-11-23T12:00:00Z',
      'from=x&to=y',
      'range=2h',
      '',
    ]
    for (const text of texts) expect(readView(new URLSearchParams(text))).toEqual({ last: '6h' })
  })
})

describe('buckets', () => {
  it('grow with the range and with a narrow screen, and never come by more than 500', () => {
    expect(bucketFor(hour, 1200, 10_000)).toBe(10_000)
    expect(bucketFor(hour, 330, 10_000)).toBe(minute)
    expect(bucketFor(365 * 24 * hour, 1200, 10_000)).toBe(24 * hour)
    for (const [, length] of presets) {
      for (const pixels of [1, 300, 700, 2500])
        expect(length / bucketFor(length, pixels, 10_000)).toBeLessThanOrEqual(500)
    }
  })

  it('of a node are never so fine that the time between two reports looks like a gap', () => {
    expect(bucketFor(60_000, 1200, finestOf.node)).toBe(30_000)
  })

  it('are whole, hold the whole view, and stay the same until the next one begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 * hour }),
        fc.integer({ min: minute, max: 400 * 24 * hour }),
        fc.integer({ min: 200, max: 2600 }),
        (start, length, pixels) => {
          const view = { from: noon + start, to: noon + start + length }
          const { from, to, bucketMs } = rangeOf(view, noon, pixels, 10_000)
          expect([from % bucketMs, to % bucketMs]).toEqual([0, 0])
          expect(from).toBeLessThanOrEqual(view.from)
          expect(to).toBeGreaterThanOrEqual(view.to)
          expect((to - from) / bucketMs).toBeLessThanOrEqual(502)
        },
      ),
    )
    const early = rangeOf({ last: '1h' }, noon, 1200, finestOf.network)
    expect(rangeOf({ last: '1h' }, noon + 9999, 1200, finestOf.network)).toEqual(early)
    expect(rangeOf({ last: '1h' }, noon + 10_000, 1200, finestOf.network)).toEqual({
      from: early.from + 10_000,
      to: early.to + 10_000,
      bucketMs: 10_000,
    })
  })
})

describe('zoom', () => {
  const shown = { from: noon - hour, to: noon }

  it('takes what was drawn, in either direction', () => {
    const part = { from: noon - 20 * minute, to: noon - 10 * minute }
    expect(selected(part.from, part.to, shown)).toEqual(part)
    expect(selected(part.to, part.from, shown)).toEqual(part)
  })

  it('widens a stroke of the hand to a minute, and does nothing where that is all there is', () => {
    const part = selected(noon - 30_000, noon - 29_000, shown)
    expect(part && part.to - part.from).toBe(minute)
    expect(selected(noon - 30_000, noon, { from: noon - minute, to: noon })).toBeUndefined()
  })

  it('keeps the moment under the cursor in its place', () => {
    const center = noon - 15 * minute
    const half = zoomed(shown, 0.5, center, noon)
    expect(half).toEqual({ from: center - 22.5 * minute, to: center + 7.5 * minute })
  })

  it('never goes past now, below a minute, or before the beginning of time', () => {
    expect(zoomed(shown, 2, noon - 30 * minute, noon)).toEqual({ from: noon - 2 * hour, to: noon })
    expect(zoomed({ from: noon - minute, to: noon }, 0.5, noon, noon)).toBeUndefined()
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (factor, share) => {
          const next = zoomed(shown, factor, shown.from + share * hour, noon)
          if (!next) return
          expect(next.to).toBeLessThanOrEqual(noon)
          expect(next.from).toBeGreaterThanOrEqual(0)
          expect(next.to - next.from).toBeGreaterThanOrEqual(minute - 1)
        },
      ),
    )
  })
})
