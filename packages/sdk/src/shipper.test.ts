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

const setup = async (answer: Answer, options: Partial<ShipperOptions> & { policy?: RemovalPolicy } = {}) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const spool = await openMemorySpool({ clock, log, reporter: nodeId('agent') })
  const reader = await spool.reader('sink', { policy: options.policy ?? 'on-ack', batchSize: 3 })
  const given: (readonly number[])[] = []
  const health: string[] = []
  const status = { ok: () => health.push('ok'), degraded: (reason: string) => health.push(reason) }
  const sink: Sink = {
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

/** What a sink may do with a batch; `through` settles a part of it, `partly` then throws the rest away. */
const answers = fc.record({
  kind: fc.constantFrom('delivered', 'rejected', 'retry', 'through', 'throws', 'late'),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
})

describe('the shipper with a sink that answers as it likes', () => {
  it.each(['on-ack', 'on-send'] as const)('settles every observation once and in order, %s', async (policy) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(answers, { maxLength: 40 }),
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
