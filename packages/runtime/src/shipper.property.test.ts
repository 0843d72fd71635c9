import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delivery, Sequence } from '@netstats/sdk'
import { setup, untilAborted, values } from './test-support/ship.ts'

/** What a sink may do with a batch; `through` settles a part of it, `partly` then throws the rest away. */
const answer = {
  kind: fc.constantFrom('delivered', 'rejected', 'retry', 'through', 'throws', 'late'),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
}

describe('the shipper with a sink that answers as it likes', () => {
  it.each(['on-ack', 'on-send'] as const)('settles every observation once and in order, %s', async (policy) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record(answer), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 12 }),
        async (script, appends) => {
          const settled: number[] = []
          let mustBegin = 1
          const steps = [...script]
          const t = await setup(
            async (batch, signal): Promise<Delivery> => {
              const all = values(batch)
              // What comes again begins with the first unsettled one, nothing is left out, nothing settled comes back.
              expect(all).toEqual(all.map((_, i) => mustBegin + i))
              const settle = (n: number): Sequence | undefined => {
                settled.push(...all.slice(0, n))
                mustBegin += n
                return batch.items[n - 1]?.sequence
              }
              const step = steps.shift() ?? { kind: 'delivered' as const, share: 1 }
              switch (step.kind) {
                case 'delivered':
                case 'rejected':
                  settle(all.length)
                  return step.kind === 'delivered' ? { status: 'delivered' } : { status: 'rejected', reason: 'no' }
                case 'through': {
                  const through = settle(Math.floor(step.share * all.length))
                  return { status: 'retry', reason: 'cut', afterMs: 5, ...(through === undefined ? {} : { through }) }
                }
                case 'late':
                  return untilAborted(batch, signal)
                case 'throws':
                  throw new Error('closed')
                case 'retry':
                  return { status: 'retry', reason: 'busy' }
              }
            },
            { policy, deliverTimeoutMs: 100, firstRetryMs: 10, maxRetryMs: 50 },
          )
          const running = t.run()
          let n = 0
          for (const size of appends) {
            await t.append(n + 1, n + size)
            n += size
            await t.clock.advance(20)
          }
          // Each answer costs its time-out and its wait at most; the deliveries between need turns, not time.
          for (let i = 0; i < 500 && t.reader.backlog() > 0; i++) await t.clock.advance(100)
          t.abort.abort()
          await running
          expect(settled).toEqual(Array.from({ length: n }, (_, i) => i + 1))
          expect(t.reader.backlog()).toBe(0)
          const { delivered, rejected } = t.shipper.stats()
          expect(delivered + rejected).toBe(n)
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('the shipper with a window and a sink that answers as it likes, when it likes', () => {
  it.each(['on-ack', 'on-send'] as const)(
    'leaves nothing out and commits only what was settled, %s',
    async (policy) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ ...answer, afterMs: fc.integer({ min: 0, max: 40 }) }), { maxLength: 60 }),
          fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 12 }),
          fc.integer({ min: 1, max: 12 }),
          async (script, appends, window) => {
            const steps = [...script]
            /** Values that the sink settled in some pass, and the sequence of each value. */
            const settled = new Set<number>()
            const valueAt = new Map<Sequence, number>()
            let committed = 0
            let unsettled = 0
            let expected = 1
            const t = await setup(
              async (batch, signal): Promise<Delivery> => {
                const all = values(batch)
                for (const [i, item] of batch.items.entries()) valueAt.set(item.sequence, all[i] ?? 0)
                // In a pass nothing is left out; a new pass begins right after what was committed.
                if (all[0] !== expected) expect(all[0]).toBe(committed + 1)
                expect(all).toEqual(all.map((_, i) => (all[0] ?? 0) + i))
                expected = (all.at(-1) ?? 0) + 1
                expect(unsettled).toBeLessThan(Math.max(window, 1))
                unsettled += all.length
                try {
                  const step = steps.shift() ?? { kind: 'delivered' as const, share: 1, afterMs: 1 }
                  await t.clock.sleep(step.afterMs, { signal })
                  const settle = (n: number): Sequence | undefined => {
                    for (const value of all.slice(0, n)) settled.add(value)
                    return batch.items[n - 1]?.sequence
                  }
                  switch (step.kind) {
                    case 'delivered':
                    case 'rejected':
                      settle(all.length)
                      return step.kind === 'delivered' ? { status: 'delivered' } : { status: 'rejected', reason: 'no' }
                    case 'through': {
                      const through = settle(Math.floor(step.share * all.length))
                      return {
                        status: 'retry',
                        reason: 'cut',
                        afterMs: 5,
                        ...(through === undefined ? {} : { through }),
                      }
                    }
                    case 'late':
                      return await untilAborted(batch, signal)
                    case 'throws':
                      throw new Error('closed')
                    case 'retry':
                      return { status: 'retry', reason: 'busy' }
                  }
                } finally {
                  unsettled -= all.length
                }
              },
              { policy, window, deliverTimeoutMs: 100, firstRetryMs: 10, maxRetryMs: 50 },
            )
            const commit = t.reader.commit.bind(t.reader)
            t.reader.commit = async (sequence) => {
              const through = valueAt.get(sequence) ?? 0
              expect(through).toBeGreaterThanOrEqual(committed)
              for (let value = committed + 1; value <= through; value++) expect(settled).toContain(value)
              committed = through
              await commit(sequence)
            }
            const running = t.run()
            let n = 0
            for (const size of appends) {
              await t.append(n + 1, n + size)
              n += size
              await t.clock.advance(20)
            }
            for (let i = 0; i < 500 && t.reader.backlog() > 0; i++) await t.clock.advance(100)
            t.abort.abort()
            await running
            expect(committed).toBe(n)
            const { delivered, rejected, inFlight } = t.shipper.stats()
            expect(delivered + rejected).toBe(n)
            expect(inFlight).toBe(0)
          },
        ),
        { numRuns: 60 },
      )
    },
  )
})
