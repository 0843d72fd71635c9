import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch, Delivery, Sequence, Sink } from './component.ts'
import { createShipper } from './shipper.ts'
import type { ShipperOptions } from './shipper.ts'
import type { RemovalPolicy } from './spool.ts'
import { openMemorySpool } from './spooling/memory-spool.ts'
import { createFakeClock } from './testing/fake-clock.ts'
import { createRecordingLogger } from './testing/logger.ts'
import { examplePending } from './testing/observations.ts'

type Answer = (batch: Batch, signal: AbortSignal) => Promise<Delivery> | Delivery

const delivered: Answer = () => ({ status: 'delivered' })
const hang: Answer = () => new Promise(() => undefined)
const untilAborted: Answer = (_, signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
const valueOf = (observation: Observation): number => (observation.kind === 'pending' ? observation.body.pending : -1)
const values = (batch: Batch): readonly number[] => batch.items.map((item) => valueOf(item.observation))

type SetupOptions = Partial<ShipperOptions> & { readonly policy?: RemovalPolicy; readonly window?: number }

const setup = async (answer: Answer, options: SetupOptions = {}) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const spool = await openMemorySpool({ clock, log, reporter: nodeId('agent') })
  const reader = await spool.reader('sink', { policy: options.policy ?? 'on-ack', batchSize: 3 })
  const given: (readonly number[])[] = []
  const health: string[] = []
  const status = { ok: () => health.push('ok'), degraded: (reason: string) => health.push(reason) }
  const sink: Sink = {
    ...(options.window === undefined ? {} : { window: options.window }),
    async deliver(batch, { signal }) {
      given.push(values(batch))
      return answer(batch, signal)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const abort = new AbortController()
  const shipper = createShipper({ reader, sink, clock, log, status, random: () => 1, ...options })
  const run = () => shipper.run({ signal: abort.signal })
  const append = (from: number, to: number) =>
    spool.append(Array.from({ length: to - from + 1 }, (_, i) => examplePending(from + i)))
  return { clock, log, spool, reader, given, health, shipper, run, append, abort }
}

describe('the shipper', () => {
  it('delivers in order, commits, counts, and says that it is well', async () => {
    const counted: string[] = []
    const count = (name: string, _?: object, by?: number) => counted.push(`${name} ${by}`)
    const t = await setup(delivered, { count })
    await t.append(1, 4)
    const running = t.run()
    await t.clock.until(() => t.shipper.stats().delivered === 4)
    expect(t.given).toEqual([[1, 2, 3], [4]])
    expect(t.reader.backlog()).toBe(0)
    expect(t.shipper.stats()).toEqual({ delivered: 4, rejected: 0, retries: 0, inFlight: 0 })
    expect(counted).toEqual(['delivered 3', 'delivered 1'])
    expect(t.health).toEqual(['ok', 'ok'])
    t.abort.abort()
    await running
  })

  it('waits longer and longer between retries and starts over after a delivery', async () => {
    const answers: Delivery['status'][] = ['retry', 'retry', 'retry', 'delivered', 'retry', 'delivered']
    const at: number[] = []
    const t = await setup(() => {
      at.push(t.clock.monotonic())
      const status = answers.shift()
      return status === 'retry' ? { status, reason: 'busy' } : { status: 'delivered' }
    })
    await t.append(1, 1)
    const running = t.run()
    await t.clock.advance(7000)
    expect(at).toEqual([0, 1000, 3000, 7000])
    await t.append(2, 2)
    await t.clock.advance(1000)
    expect(at.slice(4)).toEqual([7000, 8000])
    expect(t.health).toEqual(['busy', 'busy', 'busy', 'ok', 'busy', 'ok'])
    t.abort.abort()
    await running
  })

  it('waits as long as the peer asks, a tenth longer at most, and not for ever', async () => {
    const asked = [5000, 0, 10 ** 12]
    const at: number[] = []
    const t = await setup(() => {
      at.push(t.clock.monotonic())
      const afterMs = asked.shift()
      return afterMs === undefined ? { status: 'delivered' } : { status: 'retry', reason: 'later', afterMs }
    })
    await t.append(1, 1)
    const running = t.run()
    await t.clock.advance(5_000_000)
    expect(at).toEqual([0, 5500, 5510, 5510 + 3_600_000])
    t.abort.abort()
    await running
  })

  it('commits what a retry settled and brings only the rest again, with what came meanwhile', async () => {
    const t = await setup((batch) =>
      t.given.length === 1
        ? { status: 'retry', reason: 'cut', through: batch.items[1]?.sequence ?? 0 }
        : { status: 'delivered' },
    )
    await t.append(1, 3)
    const running = t.run()
    await t.clock.settle()
    await t.clock.until(() => t.reader.backlog() === 1)
    await t.append(4, 4)
    await t.clock.advance(1000)
    expect(t.given).toEqual([
      [1, 2, 3],
      [3, 4],
    ])
    expect(t.shipper.stats()).toMatchObject({ delivered: 4, retries: 1 })
    t.abort.abort()
    await running
  })

  it('skips what the peer refuses for good, counts it, and goes on', async () => {
    const t = await setup((batch) =>
      values(batch).includes(1) ? { status: 'rejected', reason: 'malformed' } : { status: 'delivered' },
    )
    await t.append(1, 5)
    const running = t.run()
    await t.clock.until(() => t.health.length === 2)
    expect(t.shipper.stats()).toMatchObject({ delivered: 2, rejected: 3 })
    expect(t.health).toEqual(['malformed', 'ok'])
    expect(t.log.entries).toMatchObject([{ level: 'error', fields: { reason: 'malformed', observations: 3 } }])
    t.abort.abort()
    await running
  })

  it('tells of refusals once a minute for each reason, however many there are', async () => {
    let n = 0
    const t = await setup(() => ({ status: 'rejected', reason: `reason ${n++ % 2}` }))
    const running = t.run()
    const errors = () => t.log.entries.filter((entry) => entry.level === 'error').map((entry) => entry.fields['reason'])
    for (let i = 0; i < 10; i++) {
      await t.append(i, i)
      await t.clock.until(() => t.reader.backlog() === 0)
    }
    expect(errors()).toEqual(['reason 0', 'reason 1'])
    await t.clock.advance(60_000)
    await t.append(11, 11)
    await t.clock.until(() => t.reader.backlog() === 0)
    expect(errors()).toHaveLength(3)
    t.abort.abort()
    await running
  })

  it('takes a sink that throws for a retry, and leaves it to the status to say so', async () => {
    const t = await setup(() => {
      throw new Error('socket closed')
    })
    await t.append(1, 1)
    const running = t.run()
    await t.clock.advance(10_000)
    expect(t.given.length).toBeGreaterThan(2)
    expect(t.health).toContain('socket closed')
    expect(t.log.entries.filter((entry) => entry.level !== 'debug')).toEqual([])
    t.abort.abort()
    await running
    expect(t.reader.backlog()).toBe(1)
  })

  it('aborts a delivery that takes too long and brings it again', async () => {
    const t = await setup(
      (batch, signal) => (t.given.length === 1 ? untilAborted(batch, signal) : delivered(batch, signal)),
      {
        deliverTimeoutMs: 2000,
      },
    )
    await t.append(1, 1)
    const running = t.run()
    await t.clock.advance(3000)
    expect(t.given).toEqual([[1], [1]])
    expect(t.health).toEqual(['no answer within 2000 ms', 'ok'])
    t.abort.abort()
    await running
  })

  it('gives up on a sink that ignores its signal, with nothing committed', async () => {
    const t = await setup(hang, { deliverTimeoutMs: 2000 })
    await t.append(1, 1)
    const running = t.run()
    const failed = expect(running).rejects.toMatchObject({ code: 'SINK_HANGS' })
    await t.clock.advance(7000)
    await failed
    expect(t.reader.backlog()).toBe(1)
  })

  it('lets the batch in flight settle when it is told to end, and takes no more', async () => {
    const t = await setup(async () => {
      await t.clock.sleep(500, { signal: new AbortController().signal })
      return { status: 'delivered' }
    })
    await t.append(1, 6)
    const running = t.run()
    await t.clock.advance(100)
    t.abort.abort()
    await t.clock.advance(500)
    await running
    expect(t.given).toEqual([[1, 2, 3]])
    expect(t.reader.backlog()).toBe(3)
  })

  it('ends after its grace when the delivery does not, with the batch still to come', async () => {
    const t = await setup(untilAborted, { graceMs: 2000 })
    await t.append(1, 2)
    const running = t.run()
    await t.clock.advance(100)
    t.abort.abort()
    await t.clock.advance(2000)
    await running
    expect(t.reader.backlog()).toBe(2)
  })

  it('goes on from the last commit in a later run', async () => {
    const t = await setup((batch, signal) => (t.given.length === 1 ? hang(batch, signal) : delivered(batch, signal)), {
      deliverTimeoutMs: 10,
    })
    await t.append(1, 2)
    const first = expect(t.run()).rejects.toThrow('did not settle')
    await t.clock.advance(6000)
    await first
    const second = t.run()
    await t.clock.until(() => t.reader.backlog() === 0)
    expect(t.given).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(t.reader.backlog()).toBe(0)
    t.abort.abort()
    await second
  })
})

describe('the shipper with a sink that has a window', () => {
  /** Answers that the test gives when it likes, by the first value of the batch. */
  const open = async (window: number, policy: RemovalPolicy = 'on-ack') => {
    const answers = new Map<number, (delivery: Delivery) => void>()
    const called: number[] = []
    const t = await setup(
      (batch, signal) =>
        new Promise((resolve, reject) => {
          const [first = 0] = values(batch)
          answers.set(first, resolve)
          signal.addEventListener('abort', () => (called.push(first), reject(signal.reason)), { once: true })
        }),
      { window, policy },
    )
    const answer = async (first: number, delivery: Delivery = { status: 'delivered' }): Promise<void> => {
      answers.get(first)?.(delivery)
      await t.clock.settle()
    }
    return { ...t, answer, called }
  }

  it('hands over batch after batch while fewer observations are unsettled than the window', async () => {
    const t = await open(6)
    await t.append(1, 12)
    const running = t.run()
    await t.clock.settle()
    expect(t.given).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(t.shipper.stats().inFlight).toBe(6)
    await t.answer(1)
    expect(t.given).toHaveLength(3)
    t.abort.abort()
    await t.clock.advance(2000)
    await running
  })

  it('commits in the order of the spool, whatever is settled first', async () => {
    const t = await open(100)
    await t.append(1, 9)
    const running = t.run()
    await t.clock.settle()
    await t.answer(4)
    expect(t.reader.backlog()).toBe(9)
    await t.answer(1)
    expect(t.reader.backlog()).toBe(3)
    await t.answer(7)
    expect(t.reader.backlog()).toBe(0)
    expect(t.shipper.stats()).toMatchObject({ delivered: 9, retries: 0, inFlight: 0 })
    t.abort.abort()
    await running
  })

  it('calls off what is behind a batch that has to come again, and brings all of it again', async () => {
    const t = await open(100)
    await t.append(1, 9)
    const running = t.run()
    await t.clock.settle()
    await t.answer(4)
    await t.answer(1, { status: 'retry', reason: 'cut', afterMs: 100 })
    expect(t.called).toEqual([7])
    expect(t.reader.backlog()).toBe(9)
    await t.clock.advance(200)
    expect(t.given.slice(3)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ])
    for (const first of [1, 4, 7]) await t.answer(first)
    expect(t.reader.backlog()).toBe(0)
    expect(t.shipper.stats()).toMatchObject({ delivered: 9, retries: 1 })
    t.abort.abort()
    await running
  })

  it('lets all that is in flight settle when it is told to end, and takes no more', async () => {
    const t = await open(6)
    await t.append(1, 12)
    const running = t.run()
    await t.clock.settle()
    t.abort.abort()
    await t.answer(1)
    await t.answer(4)
    await running
    expect(t.given).toHaveLength(2)
    expect(t.reader.backlog()).toBe(6)
  })

  it('throws when one of several hangs, with nothing committed that was not settled', async () => {
    const t = await setup(
      (batch, signal) => (t.given.length === 2 ? hang(batch, signal) : untilAborted(batch, signal)),
      {
        window: 100,
        deliverTimeoutMs: 1000,
      },
    )
    await t.append(1, 6)
    const failed = expect(t.run()).rejects.toMatchObject({ code: 'SINK_HANGS' })
    await t.clock.advance(7000)
    await failed
    expect(t.reader.backlog()).toBe(6)
  })
})

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
