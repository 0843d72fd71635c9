import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTo, createGrid, layoutOf } from './grid.ts'
import type { Bucket, Grid } from './grid.ts'

interface Sum {
  count: number
  n: number
  sum: number
  min: number
  max: number
  bins: number[]
}

const shape = { counts: 1, metrics: 1, bins: 2 }
const { metrics, bins, stride } = layoutOf(shape)

/** Adds increments up, as a query does. */
const collect = () => {
  const sums = new Map<string, Sum>()
  let rows = 0
  const emit = ({ start, values }: Bucket, at: number, slot: number): void => {
    rows++
    const key = `${start} ${slot}`
    const sum = sums.get(key) ?? { count: 0, n: 0, sum: 0, min: Infinity, max: -Infinity, bins: [0, 0] }
    const of = (place: number): number => values[at + place] as number
    sum.count += of(0)
    sum.n += of(metrics)
    sum.sum += of(metrics + 1)
    sum.min = Math.min(sum.min, of(metrics + 2))
    sum.max = Math.max(sum.max, of(metrics + 3))
    sum.bins = sum.bins.map((count, bin) => count + of(bins + bin))
    sums.set(key, sum)
  }
  return { sums, emit, rows: () => rows }
}

const say = (grid: Grid, at: number, slot: number, value: number): void => {
  const bucket = grid.at(at, slot)
  const first = slot * stride
  const count = (place: number): void => {
    bucket.values[first + place] = (bucket.values[first + place] as number) + 1
  }
  count(0)
  addTo(bucket, first + metrics, value)
  count(bins + (value < 0 ? 0 : 1))
}

const step = fc.record({
  after: fc.oneof({ weight: 10, arbitrary: fc.nat(30) }, fc.integer({ min: -500, max: 500 })),
  slot: fc.nat(40),
  value: fc.integer({ min: -1000, max: 1000 }),
  next: fc.oneof(
    { weight: 5, arbitrary: fc.constant('nothing' as const) },
    fc.constantFrom('tick' as const, 'release' as const, 'drain' as const),
  ),
})

describe('a grid', () => {
  it('adds up to the same as all samples, whatever the clock does and whoever leaves', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const fine = collect()
        const coarse = collect()
        const hours = createGrid({ widthMs: 600, ...shape }, coarse.emit)
        const grid = createGrid({ widthMs: 100, ...shape }, fine.emit, hours)
        const expected = [new Map<string, Sum>(), new Map<string, Sum>()]
        let at = 10_000
        for (const { after, slot, value, next } of steps) {
          at += after
          say(grid, at, slot, value)
          for (const [i, width] of [100, 600].entries()) {
            const key = `${at - (at % width)} ${slot}`
            const sum = expected[i]?.get(key) ?? { count: 0, n: 0, sum: 0, min: Infinity, max: -Infinity, bins: [0, 0] }
            sum.count++
            sum.n++
            sum.sum += value
            sum.min = Math.min(sum.min, value)
            sum.max = Math.max(sum.max, value)
            sum.bins = sum.bins.map((count, bin) => count + (bin === (value < 0 ? 0 : 1) ? 1 : 0))
            expected[i]?.set(key, sum)
          }
          if (next === 'release') grid.release(slot)
          if (next === 'drain') grid.drain()
          if (next !== 'tick') continue
          grid.advance(at)
          grid.drain()
          hours.advance(at)
          hours.drain()
        }
        grid.flush()
        expect(fine.sums).toEqual(expected[0])
        expect(coarse.sums).toEqual(expected[1])
      }),
    )
  })

  it('writes one row a slot and bucket while time goes on as it should', () => {
    const { emit, rows, sums } = collect()
    const grid = createGrid({ widthMs: 100, ...shape }, emit)
    for (let at = 0; at < 1000; at += 10) {
      for (let slot = 0; slot < 5; slot++) say(grid, at, slot, at)
      grid.advance(at)
      grid.drain()
    }
    grid.flush()
    expect([rows(), sums.size]).toEqual([50, 50])
  })

  it('spreads the closing of many slots over several rounds', () => {
    const { emit, rows } = collect()
    const grid = createGrid({ widthMs: 100, ...shape }, emit)
    for (let slot = 0; slot < 12_000; slot++) say(grid, 50, slot, 1)
    grid.advance(100)
    const written = [0, 0, 0].map(() => {
      grid.drain()
      return rows()
    })
    expect(written).toEqual([1500, 3000, 4500])
    expect(grid.closing).toBe(7500)
    for (let i = 0; i < 5; i++) grid.drain()
    expect([rows(), grid.closing]).toEqual([12_000, 0])
  })

  it('writes faster where there is more than the rounds of a bucket could take', () => {
    const { emit, rows } = collect()
    const grid = createGrid({ widthMs: 100, ...shape }, emit)
    for (let slot = 0; slot < 300_000; slot++) say(grid, 50, slot, 1)
    grid.advance(100)
    for (let i = 0; i < 20; i++) grid.drain()
    expect(rows()).toBe(300_000)
  })

  it('makes another row of what comes late', () => {
    const { emit, rows, sums } = collect()
    const grid = createGrid({ widthMs: 100, ...shape }, emit)
    say(grid, 50, 1, 2)
    grid.advance(120)
    grid.drain()
    say(grid, 99, 1, 4)
    grid.drain()
    expect(rows()).toBe(2)
    expect(sums.get('0 1')).toMatchObject({ n: 2, sum: 6, min: 2, max: 4 })
  })
})
