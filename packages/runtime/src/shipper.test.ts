import { describe, expect, it } from 'vitest'
import type { Delivery, RemovalPolicy } from '@netstats/sdk'
import { delivered, hang, setup, untilAborted, values } from './test-support/ship.ts'

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

  it('counts and tells what the peer refused of a batch, and goes on', async () => {
    const refused = { observations: 1, reason: 'too old' }
    const t = await setup((batch) =>
      t.given.length === 1
        ? { status: 'retry', reason: 'cut', through: batch.items[1]?.sequence ?? 0, refused }
        : { status: 'delivered', refused },
    )
    await t.append(1, 3)
    const running = t.run()
    await t.clock.advance(1000)
    expect(t.given).toEqual([[1, 2, 3], [3]])
    expect(t.shipper.stats()).toMatchObject({ delivered: 1, rejected: 2, retries: 1 })
    expect(t.health).toEqual(['cut', 'too old'])
    expect(t.log.entries.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { reason: 'too old', observations: 1 } },
    ])
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
