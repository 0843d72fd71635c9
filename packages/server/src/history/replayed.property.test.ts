/** A fleet whose agents were cut off for hours leaves the same history as one that never was. */
import { unixMs } from '@netstats/protocol'
import type { Bodies, Kind } from '@netstats/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { begin } from '../shard/testing/scenario.ts'
import { rolledSums } from './testing/recomputed.ts'
import { createStage } from './testing/stage.ts'
import type { Stage } from './testing/stage.ts'

const minute = 60_000
const hour = 60 * minute
const step = 7 * minute
const start = begin - (begin % hour)
const nodes = ['a', 'b', 'c'] as const

interface Said {
  readonly at: number
  readonly node: string
  readonly kind: Kind
  readonly body: Bodies[Kind]
}
interface Cut {
  readonly node: string
  readonly from: number
  readonly to: number
}

const said: fc.Arbitrary<Pick<Said, 'kind' | 'body'>> = fc.oneof(
  fc.nat(50).map((peers) => ({ kind: 'node-stats' as const, body: { active: true, peers } })),
  fc.nat(900).map((latencyMs) => ({ kind: 'latency' as const, body: { latencyMs } })),
  fc
    .tuple(fc.constantFrom('queue', 'cpu'), fc.nat(100))
    .map(([name, value]) => ({ kind: 'metric' as const, body: { name, value } })),
  fc.nat(9).map((n) => ({ kind: 'log' as const, body: { severity: 6, source: 'geth', message: `line ${n}` } })),
)
const observations = fc
  .array(fc.tuple(fc.nat(6 * hour), fc.constantFrom(...nodes), said), { maxLength: 100, size: 'max' })
  .map((all) =>
    all.map(([after, node, one]): Said => ({ at: start + after, node, ...one })).toSorted((a, b) => a.at - b.at),
  )
const cuts = fc.array(
  fc
    .tuple(fc.constantFrom(...nodes), fc.nat(6 * hour), fc.integer({ min: minute, max: 4 * hour }))
    .map(([node, after, length]): Cut => ({ node, from: start + after, to: start + after + length })),
  { maxLength: 4 },
)

/** A step of the test: an observation, told when it happened or when its agent was back. */
interface Told {
  readonly one: Said
  readonly at: number
}

const record = async (told: readonly Told[], writeEvery: number): Promise<Stage> => {
  const stage = await createStage()
  stage.now = start
  // Names have the numbers of their first use.
  stage
    .connect(nodes.join(''))
    .say('a', 'metric', { name: 'queue', value: 0 })
    .say('a', 'metric', { name: 'cpu', value: 0 })
  let i = 0
  for (const { one, at } of told) {
    // Time passes, no matter who speaks.
    for (; stage.now + step <= at; stage.now += step) stage.apply({ type: 'tick', at: unixMs(stage.now) })
    stage.now = Math.max(stage.now, at)
    if (at > one.at) stage.tell('replayed', at - one.at, one.node, one.kind, one.body)
    else stage.say(one.node, one.kind, one.body)
    if (++i % writeEvery === 0) await stage.write()
  }
  stage.recorder.flush()
  await stage.write()
  return stage
}

const rowsOf = ({ store }: Stage) => {
  const lines = (rows: readonly object[]): readonly string[] => rows.map((row) => JSON.stringify(row)).toSorted()
  return {
    samples: lines(store.rows('nodeSample')),
    metrics: lines(store.rows('metric')),
    logs: lines(
      store
        .rows('log')
        .filter(({ source }) => source === 'geth')
        .map((row) => ({ ...row, seq: 0 })),
    ),
  }
}

/** What is only looked at differs: who was there. */
const reported = /^(samples|n|sum|min|max|(peers|latencyMs)_.*|network|node|metric)$/
const sumsOf = ({ store }: Stage) =>
  Object.fromEntries(
    (
      [
        ['network10s', 10_000],
        ['network1m', minute],
        ['network1h', hour],
        ['node1m', minute],
        ['node1h', hour],
        ['metric1m', minute],
        ['metric1h', hour],
      ] as const
    ).map(([table, width]) => {
      const sums = [...rolledSums(store, table, width)].flatMap(([key, one]) => {
        const kept = Object.entries(one).filter(([name]) => reported.test(name))
        const any = kept.some(([name, value]) => /^(samples|n|latencyMs_n)$/.test(name) && value > 0)
        return any ? [[key, Object.fromEntries(kept)] as const] : []
      })
      return [table, Object.fromEntries(sums.toSorted(([a], [b]) => (a < b ? -1 : 1)))]
    }),
  )

it('has the same rows and the same sums, no matter who was cut off and for how long', async () => {
  await fc.assert(
    fc.asyncProperty(observations, cuts, fc.integer({ min: 5, max: 50 }), async (all, cutOff, writeEvery) => {
      const backAt = (one: Said): number =>
        cutOff.reduce((at, cut) => (cut.node === one.node && at >= cut.from && at < cut.to ? cut.to : at), one.at)
      const told = all.map((one) => ({ one, at: backAt(one) })).toSorted((a, b) => a.at - b.at)
      const whole = await record(
        all.map((one) => ({ one, at: one.at })),
        writeEvery,
      )
      const late = await record(told, writeEvery)
      expect(rowsOf(late)).toEqual(rowsOf(whole))
      expect(sumsOf(late)).toEqual(sumsOf(whole))
    }),
    { numRuns: 25 },
  )
})
