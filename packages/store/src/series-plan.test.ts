import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planSeries } from './series-plan.ts'
import type { SeriesFacts } from './series-plan.ts'
import { maxBuckets } from './store.ts'
import type { ExpiringTier } from './table.ts'

const minute = 60_000
const hour = 60 * minute
const noon = Date.UTC(2026, 0, 15, 12)

/** A store whose tiers begin and whose roll-ups end there. */
const factsOf = (
  oldest: Partial<Record<ExpiringTier, number>>,
  newest: Readonly<Record<string, number>>,
): SeriesFacts => ({
  oldest: (tier) => oldest[tier] ?? null,
  newest: (table) => Promise.resolve(newest[table] ?? null),
  any: (table, { from, to }) => {
    const tier = table.endsWith('1h') ? 'hours' : table.endsWith('1m') ? 'minutes' : 'seconds'
    const begins = oldest[tier] ?? Number.POSITIVE_INFINITY
    return Promise.resolve(begins < to && (newest[table] ?? 0) >= from)
  },
})
const since = (start: number) => ({ raw: start, seconds: start, minutes: start, hours: start })
const rolled = {
  node1m: noon - 2 * minute,
  node1h: noon - 2 * hour,
  network1m: noon - 2 * minute,
  network10s: noon - 20_000,
}

describe('the plan of a series', () => {
  it('takes hours, then minutes, then raw rows, each to where it is whole', async () => {
    const asked = { from: noon - 5 * hour, to: noon, bucketMs: hour }
    const plan = await planSeries('node', asked, factsOf(since(noon - 9 * hour), rolled))
    expect(plan.segments).toEqual([
      { table: 'node1h', from: noon - 5 * hour, to: noon - 2 * hour },
      { table: 'node1m', from: noon - 2 * hour, to: noon - minute },
      { table: 'nodeSample', from: noon - minute, to: noon },
    ])
    expect(plan).toMatchObject({ bucketMs: hour, slotMs: hour, from: asked.from, to: asked.to })
  })

  it('reads a roll-up alone where the range ends before its newest bucket', async () => {
    const asked = { from: noon - 5 * hour, to: noon - 3 * hour, bucketMs: 2 * hour }
    const plan = await planSeries('node', asked, factsOf(since(noon - 9 * hour), rolled))
    expect(plan.segments).toEqual([{ table: 'node1h', from: noon - 6 * hour, to: noon - 2 * hour }])
  })

  it('keeps the newest bucket of a roll-up where the finer rows have expired', async () => {
    const facts = factsOf({ ...since(noon - 9 * hour), minutes: noon - hour }, rolled)
    const { segments } = await planSeries('node', { from: noon - 3 * hour, to: noon, bucketMs: hour }, facts)
    expect(segments[0]).toEqual({ table: 'node1h', from: noon - 3 * hour, to: noon - hour })
  })

  it('goes as far up as there are rows of the time, and widens its buckets', async () => {
    const facts = factsOf({ raw: noon - hour, minutes: noon - 24 * hour, hours: noon - 999 * hour }, rolled)
    const ask = (from: number) => planSeries('node', { from, to: from + hour, bucketMs: 1000 }, facts)
    expect((await ask(noon - hour)).bucketMs).toBe(1000)
    expect((await ask(noon - 2 * hour)).bucketMs).toBe(minute)
    expect((await ask(noon - 30 * hour)).bucketMs).toBe(hour)
  })

  it('stays as fine as it was asked before anything was written', async () => {
    const plan = await planSeries('network', { from: noon, to: noon + minute, bucketMs: 1 }, factsOf({}, {}))
    expect(plan).toMatchObject({ bucketMs: 10_000, slotMs: 10_000 })
    expect(plan.segments).toEqual([{ table: 'network10s', from: noon, to: noon + minute }])
  })

  it('covers the whole range once, whatever there is', async () => {
    const time = fc.integer({ min: noon - 50 * hour, max: noon })
    const facts = fc
      .tuple(
        fc.record({ raw: time, seconds: time, minutes: time, hours: time }, { requiredKeys: [] }),
        fc.record(
          { node1m: time, node1h: time, network10s: time, network1m: time, network1h: time },
          { requiredKeys: [] },
        ),
      )
      .map(([oldest, newest]) => {
        const aligned = Object.entries(newest).map(([table, at]) => [
          table,
          at - (at % (table.endsWith('1h') ? hour : table.endsWith('1m') ? minute : 10_000)),
        ])
        return factsOf(oldest, Object.fromEntries(aligned) as Record<string, number>)
      })
    const kind = fc.constantFrom('network' as const, 'node' as const)
    const widths = fc.constantFrom(1, 999, 10_000, 15_000, minute, 90_000, hour, 5 * hour + 1)
    await fc.assert(
      fc.asyncProperty(kind, time, fc.nat(1500), widths, facts, async (of, from, count, bucketMs, known) => {
        const to = from + count * bucketMs
        const plan = await planSeries(of, { from, to, bucketMs }, known)
        let at = plan.from
        for (const segment of plan.segments) {
          expect(segment.from).toBe(at)
          expect(segment.to).toBeGreaterThan(at)
          at = segment.to
        }
        expect(at).toBe(plan.to)
        expect(plan.from).toBeLessThanOrEqual(from)
        expect(plan.to).toBeGreaterThanOrEqual(to)
        expect(plan.bucketMs % plan.slotMs).toBe(0)
        expect(plan.bucketMs).toBeGreaterThanOrEqual(bucketMs)
        expect(plan.buckets.every((start) => start % plan.bucketMs === 0)).toBe(true)
        expect(plan.buckets.length * plan.bucketMs).toBe(plan.to - plan.from)
        expect(plan.buckets.length).toBeLessThanOrEqual(maxBuckets)
      }),
    )
  })
})
