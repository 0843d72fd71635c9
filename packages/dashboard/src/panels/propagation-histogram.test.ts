import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visibleBins } from './propagation-histogram.tsx'

const histogram = (counts: readonly number[], p99Ms: number | null) => ({
  binMs: 50,
  counts,
  samples: counts.reduce((a, b) => a + b, 0),
  p50Ms: 10,
  p95Ms: 20,
  p99Ms,
})

describe('histogram bins', () => {
  it('end a little past the slowest of nearly all', () => {
    const bins = visibleBins(
      histogram(
        Array.from({ length: 40 }, () => 1),
        600,
      ),
    )
    expect(bins).toMatchObject({ endMs: 750, open: true })
    expect(bins.counts).toHaveLength(15)
    expect(bins.counts.at(-1)).toBe(26)
  })

  it('are never so few that the shape is lost', () => {
    expect(visibleBins(histogram([9, 0, 0, 0, 0, 0, 0, 0, 0, 0], 10)).counts).toHaveLength(8)
  })

  it('lose no sample', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(99), { minLength: 1, maxLength: 60 }), fc.option(fc.nat(5000)), (counts, p99) => {
        const h = histogram(counts, p99)
        expect(visibleBins(h).counts.reduce((a, b) => a + b, 0)).toBe(h.samples)
      }),
    )
  })
})
