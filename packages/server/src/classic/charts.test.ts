import { describe, expect, it } from 'vitest'
import { scenario } from '../shard/testing/scenario.ts'
import { chartsOf, propagationOf, uncleSumsOf } from './charts.ts'

const histogramOf = (binMs: number, counts: readonly number[]) => ({
  binMs,
  counts,
  samples: counts.reduce((sum, one) => sum + one, 0),
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
})
const summary = { blockTimeMs: 5000, propagation: histogramOf(250, []) }

describe('charts', () => {
  it('are of the chain alone: blocks beside it count for nothing', () => {
    const stage = scenario()
    stage.connect('abc')
    for (let number = 1; number <= 60; number++) {
      stage.wait(5000).block('abc', number, { transactions: number, uncles: number === 60 ? 2 : 0 })
    }
    stage.block('a', 60, { branch: 1, on: 0, transactions: 999, uncles: 9 })
    const charts = chartsOf(stage.view, summary, uncleSumsOf(stage.view))
    expect(charts.height).toHaveLength(40)
    expect(charts.height.at(-1)).toBe(60)
    expect(charts.transactions).toEqual(Array.from({ length: 40 }, (_, i) => 21 + i))
    // Newest 25 blocks first.
    expect(charts.uncleCount.reduce((sum, one) => sum + one, 0)).toBe(2)
    // A third of the blocks name the zero address, which is nobody.
    expect(charts.miners.map(({ blocks }) => blocks)).toEqual([13, 13])
    // Difficulty 2 every 5 s.
    expect(charts.avgHashrate).toBeCloseTo(2 / 5)
  })

  it('put bins of any width into those of a quarter of a second, and what is slower into the last', () => {
    const { histogram, avg } = propagationOf(histogramOf(1000, [3, 0, 1, ...Array<number>(60).fill(0), 4]))
    const found = histogram.flatMap(({ x, frequency, cumpercent }) =>
      frequency > 0 ? [[x, frequency, cumpercent]] : [],
    )
    expect(found).toEqual([
      [500, 3, 3 / 8],
      [2500, 1, 4 / 8],
      [9750, 4, 1],
    ])
    expect(avg).toBe(Math.round((3 * 500 + 2500 + 4 * 9999) / 8))
  })

  it('are empty without blocks or samples, and no division by nothing', () => {
    const stage = scenario()
    stage.connect('a')
    const charts = chartsOf(stage.view, { ...summary, blockTimeMs: null }, uncleSumsOf(stage.view))
    expect(charts.avgHashrate).toBe(0)
    expect(charts.propagation.avg).toBe(0)
    expect(JSON.stringify(charts)).not.toMatch(/null,null|NaN|Infinity/)
  })
})
