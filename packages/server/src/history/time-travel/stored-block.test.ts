import { binOf, histogramBins } from '@netstats/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delaysOf } from './stored-block.ts'

describe('delays from bins', () => {
  it('are as many as were counted, ascending, each in its bin', () => {
    const bins = fc.array(fc.nat(5), { minLength: histogramBins, maxLength: histogramBins })
    fc.assert(
      fc.property(bins, (counts) => {
        const delays = delaysOf(counts)
        expect(delays).toEqual(delays.toSorted((a, b) => a - b))
        expect(delays).toHaveLength(counts.reduce((sum, count) => sum + count, 0))
        const again = Array.from({ length: histogramBins }, () => 0)
        // The bounds of the narrowest bins are whole numbers a millisecond apart: rounding may reach the next one.
        for (const delay of delays) again[binOf(delay)] = (again[binOf(delay)] ?? 0) + 1
        for (let bin = 8; bin < histogramBins - 1; bin++) expect(again[bin]).toBeGreaterThanOrEqual(counts[bin] ?? 0)
      }),
    )
  })

  it('are none where nothing was counted', () => {
    expect(delaysOf([])).toEqual([])
  })
})
