import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { periodAt, periodMsOf } from './periods.ts'
import { batchAt, createPlaces, hour, noon, retention, seqsOf } from './test-support/places.ts'

const place = createPlaces()

type Step =
  | { readonly type: 'write'; readonly hoursAgo: readonly number[] }
  | { readonly type: 'refused' }
  | { readonly type: 'restart' }
  | { readonly type: 'later'; readonly hours: number }
  | { readonly type: 'prune' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      hoursAgo: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })), { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'refused' as const }) },
  { weight: 2, arbitrary: fc.constant({ type: 'restart' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('later' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'prune' as const }) },
)

interface ModelRow {
  readonly seq: number
  readonly at: number
}

/** What the store should have: rows that were not too late, until the file of their time has expired. */
const createModel = () => {
  let rows: { readonly log: ModelRow[]; readonly nodeSample: ModelRow[]; readonly alarm: number[] } = {
    log: [],
    nodeSample: [],
    alarm: [],
  }
  const tiers = { log: retention.logs, nodeSample: retention.raw }
  return {
    write(seq: number, times: readonly number[], now: number): number {
      let dropped = 0
      rows.alarm.push(seq)
      for (const [table, keep] of Object.entries(tiers) as ['log' | 'nodeSample', number][]) {
        for (const at of times) {
          if (at < now - keep) dropped++
          else rows[table].push({ seq, at })
        }
      }
      return dropped
    },
    prune(now: number): void {
      const kept = (table: 'log' | 'nodeSample') =>
        rows[table].filter(({ at }) => periodAt(at, periodMsOf(tiers[table])).to > now - tiers[table])
      rows = { ...rows, log: kept('log'), nodeSample: kept('nodeSample') }
    },
    seqs: (table: 'log' | 'nodeSample' | 'alarm') =>
      (table === 'alarm' ? rows.alarm : rows[table].map(({ seq }) => seq)).toSorted((a, b) => a - b),
  }
}

describe('the rows of a store', () => {
  it('are those that a plain model has, after any batches, restarts and prunings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const { open } = place()
        const model = createModel()
        let now = noon
        let dropped = 0
        let lost = 0
        let seq = 0
        const start = () =>
          open({
            now: () => now,
            onDropped: (rows) => {
              dropped += rows
            },
            // Nearly every batch is followed by a checkpoint, and files are released all the time.
            checkpointBytes: 2000,
            openFiles: 2,
          })
        let store = await start()
        for (const one of steps) {
          switch (one.type) {
            case 'write': {
              const times = one.hoursAgo.map((hours) => now - hours * hour)
              lost += model.write(++seq, times, now)
              await store.write(batchAt(seq, ...times))
              break
            }
            case 'refused':
              await expect(store.write({ ...batchAt(99, now), other: { rows: 1, columns: {} } })).rejects.toThrow(
                'other',
              )
              break
            case 'restart':
              await store[Symbol.asyncDispose]()
              store = await start()
              break
            case 'later':
              now += one.hours * hour
              break
            case 'prune':
              model.prune(now)
              await store.prune(retention, now)
              break
          }
        }
        for (const table of ['log', 'nodeSample', 'alarm'] as const) {
          expect({ table, seqs: await seqsOf(store, table) }).toEqual({ table, seqs: model.seqs(table) })
        }
        expect(dropped).toBe(lost)
        await store[Symbol.asyncDispose]()
      }),
      { numRuns: 5 },
    )
  })
})
