import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTo, createBucketSums, layoutOf, noSums } from './bucket-sums.ts'
import type { BucketSums, SumKey, SumLevel } from './bucket-sums.ts'

interface Sum {
  count: number
  n: number
  sum: number
  min: number
  max: number
  bins: number[]
}

interface Thing extends SumKey {
  readonly name: number
}

const shape = { counts: 1, metrics: 1, bins: 2 }
const { metrics, bins } = layoutOf(shape)
const noSum = (): Sum => ({ count: 0, n: 0, sum: 0, min: Infinity, max: -Infinity, bins: [0, 0] })

/** Adds increments up, as a query does. */
const collect = (widthMs: number) => {
  const sums = new Map<string, Sum>()
  let rows = 0
  const level: SumLevel<Thing> = {
    widthMs,
    emit(start, { name }, values) {
      rows++
      const key = `${start} ${name}`
      const sum = sums.get(key) ?? noSum()
      const of = (place: number): number => values[place] as number
      sum.count += of(0)
      sum.n += of(metrics)
      sum.sum += of(metrics + 1)
      sum.min = Math.min(sum.min, of(metrics + 2))
      sum.max = Math.max(sum.max, of(metrics + 3))
      sum.bins = sum.bins.map((count, bin) => count + of(bins + bin))
      sums.set(key, sum)
    },
  }
  return { sums, level, rows: () => rows }
}

const say = (sums: BucketSums<Thing>, at: number, thing: Thing, value: number): void => {
  const values = sums.of(at, thing)
  const count = (place: number): void => void (values[place] = (values[place] as number) + 1)
  count(0)
  addTo(values, metrics, value)
  count(bins + (value < 0 ? 0 : 1))
}

const things = (count: number): readonly Thing[] => Array.from({ length: count }, (_, name) => ({ name, ...noSums }))
const one: Thing = { name: 1, ...noSums }

const step = fc.record({
  after: fc.oneof({ weight: 10, arbitrary: fc.nat(30) }, fc.integer({ min: -500, max: 500 })),
  name: fc.nat(40),
  value: fc.integer({ min: -1000, max: 1000 }),
  next: fc.oneof(
    { weight: 5, arbitrary: fc.constant('nothing' as const) },
    fc.constantFrom('tick' as const, 'release' as const, 'flush' as const),
  ),
})

describe('sums by bucket', () => {
  it('add up to the same as all samples, whatever the clock does and no matter what is released', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const levels = [collect(100), collect(600)]
        const all = things(41)
        const sums = createBucketSums(
          shape,
          levels.map(({ level }) => level),
        )
        const expected = [new Map<string, Sum>(), new Map<string, Sum>()]
        let at = 10_000
        for (const { after, name, value, next } of steps) {
          at += after
          const thing = all[name] as Thing
          say(sums, at, thing, value)
          for (const [i, width] of [100, 600].entries()) {
            const key = `${at - (at % width)} ${name}`
            const sum = expected[i]?.get(key) ?? noSum()
            sum.count++
            sum.n++
            sum.sum += value
            sum.min = Math.min(sum.min, value)
            sum.max = Math.max(sum.max, value)
            sum.bins = sum.bins.map((count, bin) => count + (bin === (value < 0 ? 0 : 1) ? 1 : 0))
            expected[i]?.set(key, sum)
          }
          if (next === 'release') sums.release(thing)
          if (next === 'tick') sums.tick(at)
          if (next === 'flush') sums.flush()
        }
        sums.flush()
        expect(levels.map(({ sums: written }) => written)).toEqual(expected)
        expect([sums.size, sums.closing]).toEqual([0, 0])
      }),
    )
  })

  it('are one row a key and bucket while time goes on as it should', () => {
    const fine = collect(100)
    const coarse = collect(500)
    const sums = createBucketSums(shape, [fine.level, coarse.level])
    const all = things(5)
    for (let at = 0; at < 1000; at += 10) {
      for (const thing of all) say(sums, at, thing, at)
      sums.tick(at)
    }
    sums.flush()
    expect([fine.rows(), fine.sums.size, coarse.rows(), coarse.sums.size]).toEqual([50, 50, 10, 10])
  })

  it('spread the closing of many keys over several rounds, the coarser buckets after the finer', () => {
    const fine = collect(100)
    const coarse = collect(200)
    const sums = createBucketSums(shape, [fine.level, coarse.level])
    for (const thing of things(12_000)) say(sums, 150, thing, 1)
    const written = [0, 0, 0].map(() => {
      sums.tick(200)
      return fine.rows()
    })
    expect(written).toEqual([1500, 3000, 4500])
    expect([sums.closing, coarse.rows()]).toEqual([7500, 0])
    for (let i = 0; i < 5; i++) sums.tick(200)
    expect([fine.rows(), coarse.rows()]).toEqual([12_000, 1500])
    for (let i = 0; i < 7; i++) sums.tick(200)
    expect([coarse.rows(), sums.closing]).toEqual([12_000, 0])
  })

  it('are written faster where there is more than the rounds of a bucket could take', () => {
    const { level, rows } = collect(100)
    const sums = createBucketSums(shape, [level])
    for (const thing of things(300_000)) say(sums, 50, thing, 1)
    for (let i = 0; i < 20; i++) sums.tick(100)
    expect(rows()).toBe(300_000)
  })

  it('get another row for what comes late', () => {
    const { level, rows, sums: written } = collect(100)
    const sums = createBucketSums(shape, [level])
    say(sums, 50, one, 2)
    sums.tick(120)
    say(sums, 99, one, 4)
    sums.tick(121)
    expect(rows()).toBe(2)
    expect(written.get('0 1')).toMatchObject({ n: 2, sum: 6, min: 2, max: 4 })
  })

  it('write what a clock that steps back leaves behind in the future', () => {
    const { level, rows, sums: written } = collect(100)
    const sums = createBucketSums(shape, [level])
    sums.tick(1000)
    say(sums, 1050, one, 1)
    sums.tick(300)
    expect(rows()).toBe(1)
    say(sums, 310, one, 1)
    sums.tick(400)
    expect([...written.keys()]).toEqual(['1000 1', '300 1'])
  })

  it('are written without a tick once time is two buckets further: a repair after a crash looks back no further', () => {
    const fine = collect(100)
    const coarse = collect(200)
    const sums = createBucketSums(shape, [fine.level, coarse.level])
    sums.reach(50)
    say(sums, 50, one, 1)
    sums.reach(150)
    expect(fine.rows()).toBe(0)
    sums.reach(250)
    expect([fine.rows(), coarse.rows()]).toEqual([1, 0])
    sums.reach(450)
    expect([fine.rows(), coarse.rows()]).toEqual([1, 1])
  })

  it('know which moments are of a bucket that is open', () => {
    const sums = createBucketSums(shape, [collect(100).level])
    expect(sums.isOpen(5050)).toBe(false)
    sums.reach(5050)
    expect([4899, 4900, 5000, 5099, 5100].map((at) => sums.isOpen(at))).toEqual([false, true, true, true, false])
    sums.reach(300)
    expect([5000, 300].map((at) => sums.isOpen(at))).toEqual([false, true])
  })
})
