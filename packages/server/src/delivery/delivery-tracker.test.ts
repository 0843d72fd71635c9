import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { createDeliveryTracker } from './delivery-tracker.ts'
import { createNameIds } from '../history/name-ids.ts'
import { createResumeBuffer } from '../history/resume-buffer.ts'
import { createRowBuffer } from '../history/row-buffer.ts'
import { createVolatileTracker } from './volatile-tracker.ts'
import { begin, itemOf, spoolOf, startDelivering } from './testing/delivering.ts'

const upTo = (n: number, from = 1): readonly number[] => Array.from({ length: n - from + 1 }, (_, i) => from + i)

describe('a stream', () => {
  it('is acknowledged when the store has its rows, together with how far it is', async () => {
    const { open, take, write, told, store, clock, stored } = await startDelivering()
    const stream = open('a')
    expect(stream).toMatchObject({ durable: 0, applied: 0 })
    expect(take(stream, upTo(3))).toEqual({ type: 'taken', through: 3, duplicates: 0 })
    expect(take(stream, [5, 9], { after: 3 })).toEqual({ type: 'taken', through: 9, duplicates: 0 })
    expect([stream.durable, stream.applied, told]).toEqual([0, 9, []])
    await write()
    expect([stream.durable, told]).toEqual([9, ['a durable 9']])
    expect([...stored().keys()]).toEqual(['a 1 1', 'a 1 2', 'a 1 3', 'a 1 5', 'a 1 9'])
    // One resume point for both batches.
    expect(store.rows('resumePoint')).toMatchObject([
      { stream: 1, agent: 'a', node: 1, spool: spoolOf(1), through: 9, received: 5, takenAt: clock.now },
    ])
  })

  it('drops what it has had, and counts it', async () => {
    const { open, take, stored, write, deliveries } = await startDelivering()
    const stream = open('a')
    take(stream, upTo(5))
    expect(take(stream, upTo(7, 3))).toEqual({ type: 'taken', through: 7, duplicates: 3 })
    await write()
    expect(take(stream, upTo(7))).toEqual({ type: 'taken', through: 7, duplicates: 7 })
    await write()
    expect([...stored().values()]).toEqual(Array(7).fill(1))
    expect(deliveries.counts).toMatchObject({ received: 7, duplicates: 10, busy: 0, refusedRanges: 0 })
  })

  it('takes nothing over a hole, unless its agent cannot fill it any more', async () => {
    const { open, take, write, deliveries, stored } = await startDelivering()
    const stream = open('a')
    expect(take(stream, [3])).toEqual({ type: 'missing-range', through: 0 })
    take(stream, [1])
    expect(take(stream, [3], { after: 2 })).toEqual({ type: 'missing-range', through: 1 })
    expect(take(stream, [41], { after: 40, truncated: 39 })).toEqual({ type: 'missing-range', through: 1 })
    expect(take(stream, [41], { after: 40, truncated: 40 })).toEqual({ type: 'taken', through: 41, duplicates: 0 })
    await write()
    expect([...stored().keys()]).toEqual(['a 1 1', 'a 1 41'])
    expect(deliveries.list({ limit: 9 })).toMatchObject([{ received: 2, missingRanges: 1, durable: 41 }])
    expect(deliveries.counts).toMatchObject({ refusedRanges: 3, missingRanges: 1, elsewhere: 0 })
  })

  it('can be told about a hole alone', async () => {
    const { open, take, write } = await startDelivering()
    const stream = open('a')
    expect(take(stream, [], { after: 7, truncated: 7 })).toEqual({ type: 'taken', through: 7, duplicates: 0 })
    await write()
    expect(stream.durable).toBe(7)
  })

  it('takes all of a batch or nothing where memory is short, and says when to come again', async () => {
    const { open, take, write, deliveries, rowBuffer, stored } = await startDelivering({ maxBytes: 100_000 })
    const stream = open('a')
    const other = open('b')
    let n = 0
    for (; deliveries.load() < 1; n += 100) expect(take(stream, upTo(n + 100, n + 1)).type).toBe('taken')
    expect(take(stream, upTo(n + 100, n + 1))).toEqual({ type: 'busy', retryMs: 1000 })
    expect(take(other, [1])).toEqual({ type: 'busy', retryMs: 1000 })
    expect([stream.applied, other.applied]).toEqual([n, 0])
    await write()
    expect(deliveries.load()).toBe(0)
    expect(take(stream, upTo(n + 1000, n + 1)).type).toBe('taken')
    await write()
    expect(stored().size).toBe(n + 1000)
    expect(rowBuffer.givenUp.log.memory + rowBuffer.givenUp.sample.memory).toBe(0)
    expect(deliveries.counts.busy).toBe(2)
  })

  it('has all rows of what an agent sent in one batch, however many they are', async () => {
    const { open, take, rowBuffer, say, writeOne, stored } = await startDelivering({ batchRows: 10 })
    const stream = open('a')
    say(8)
    take(stream, upTo(50))
    expect(rowBuffer.first()).toBeUndefined()
    say(1)
    expect(rowBuffer.first()?.tables['log']?.rows).toBe(50)
    await writeOne()
    expect([stored().size, stream.durable]).toEqual([50, 50])
  })

  it('goes back to what is durable where its rows are given up, with all that went on from there', async () => {
    const { open, take, rowBuffer, giveUp, write, told, stored, deliveries } = await startDelivering()
    const [a, b, c] = [open('a'), open('b'), open('c')]
    take(a, [1])
    await write()
    told.length = 0
    take(a, [2])
    rowBuffer.cut()
    take(a, [3])
    take(b, [1])
    rowBuffer.cut()
    take(c, [1])
    rowBuffer.cut()
    take(b, [2])
    giveUp()
    // c was in none of them.
    expect(told.toSorted()).toEqual(['a lost', 'b lost'])
    expect([a, b, c].map(({ applied }) => applied)).toEqual([1, 0, 1])
    expect(take(a, [3])).toEqual({ type: 'missing-range', through: 1 })
    take(a, [2, 3])
    take(b, [1, 2])
    await write()
    expect([a, b, c].map(({ durable }) => durable)).toEqual([3, 2, 1])
    expect(Object.fromEntries(stored())).toEqual(
      Object.fromEntries(['a 1 1', 'a 1 2', 'a 1 3', 'b 1 1', 'b 1 2', 'c 1 1'].map((one) => [one, 1])),
    )
    expect(deliveries.list({ limit: 9 }).map(({ received }) => received)).toEqual([3, 2, 1])
    expect(deliveries.counts.lost).toBe(2)
  })

  it('goes on after a restart where the store has it', async () => {
    const first = await startDelivering()
    first.take(first.open('a'), upTo(4))
    first.take(first.open('b'), upTo(2))
    await first.write()
    first.take(first.open('a'), upTo(6, 5))
    const { open, take, write, stored, deliveries } = await startDelivering({ store: first.store })
    expect(deliveries.counts).toMatchObject({ streams: 2, open: 0 })
    const a = open('a')
    expect(a).toMatchObject({ durable: 4, applied: 4 })
    expect(open('a', 2)).toMatchObject({ durable: 0 })
    expect(take(a, upTo(6, 3))).toEqual({ type: 'taken', through: 6, duplicates: 2 })
    await write()
    expect([...stored().values()]).toEqual(Array(8).fill(1))
    expect(
      deliveries.list({ limit: 9 }).map(({ agent, received, duplicates }) => [agent, received, duplicates]),
    ).toEqual([
      ['a', 6, 2],
      ['b', 2, 0],
      ['a', 0, 0],
    ])
  })

  it('is the same one when its node moves to another network', async () => {
    const first = await startDelivering()
    first.take(first.open('a'), [1])
    await first.write()
    const moved = first.open('a', 1, '1337-abcdef01')
    expect(moved.durable).toBe(1)
    first.take(moved, [2])
    await first.write()
    const { open, deliveries } = await startDelivering({ store: first.store })
    expect(deliveries.list({ limit: 9 })).toMatchObject([{ network: '1337-abcdef01', durable: 2 }])
    expect(deliveries.list({ network: '1337', limit: 9 })).toEqual([])
    expect(open('a').durable).toBe(2)
  })

  it('is not known before the store was read', () => {
    const rowBuffer = createRowBuffer({ maxBytes: 1, batchRows: 1, onFull: () => undefined, monotonic: () => 0 })
    const early = createDeliveryTracker({
      buffer: createResumeBuffer(rowBuffer, createNameIds()),
      clock: { now: () => unixMs(begin), monotonic: () => 0 },
      log: { error: () => undefined, info: () => undefined },
      flushEveryMs: 1000,
      trusted: () => true,
    })
    expect([early.ready, early.open({ agent: 'a', network: '1', node: 'a', spool: '0' }, begin)]).toEqual([
      false,
      undefined,
    ])
  })

  it('sums up what its agent had to give up, by class and reason, also over a restart', async () => {
    const first = await startDelivering()
    const gap = (sequence: number, shedClass: string, reason: string, dropped: number) => ({
      sequence,
      observation: {
        kind: 'gap',
        node: nodeId('a'),
        observedAt: unixMs(begin),
        body: { class: shedClass, reason, dropped, from: 1, to: 2 },
      } as unknown as Observation,
    })
    const items = [gap(1, 'log', 'size', 3), gap(2, 'stats', 'age', 4), gap(3, 'log', 'size', 5)]
    const stream = first.open('a')
    first.deliveries.take(stream, { after: 0, items, truncated: 0 }, begin, () => undefined)
    const missing = [
      { class: 'stats', reason: 'age', dropped: 4 },
      { class: 'log', reason: 'size', dropped: 8 },
    ]
    expect(first.deliveries.list({ limit: 1 })).toMatchObject([{ missing, received: 3 }])
    expect(first.deliveries.counts.missing).toBe(12)
    await first.write()
    const { deliveries } = await startDelivering({ store: first.store })
    expect(deliveries.list({ limit: 1 })).toMatchObject([{ missing }])
    expect(first.store.rows('resumePoint').at(-1)).toMatchObject({ missing: 12, missed: 'stats age 4,log size 8' })
  })

  it('says how old the newest of its observations was when it came', async () => {
    const { open, deliveries } = await startDelivering()
    const stream = open('a')
    const clock = { offsetMs: 200, errorMs: 30 }
    deliveries.take(stream, { after: 0, items: [itemOf(1, begin - 5000)], truncated: 0, clock }, begin, () => undefined)
    expect(deliveries.list({ limit: 1 })).toMatchObject([{ lagMs: 4800, ...clock, firstAt: begin, lastAt: begin }])
  })

  it('tells nobody twice, and survives a listener that fails', async () => {
    const one = await startDelivering()
    one.listener = {
      durable() {
        throw new Error('no')
      },
      lost: () => undefined,
    }
    const stream = one.open('a')
    one.take(stream, [1])
    await one.write()
    expect(stream.durable).toBe(1)
    one.take(stream, [2])
    await one.write()
    expect(stream.durable).toBe(2)
  })
})

describe('without a history', () => {
  it('acknowledges what was applied, and says that it is not durable', () => {
    const deliveries = createVolatileTracker()
    const told: string[] = []
    deliveries.listen({
      durable: ({ agent }, through) => void told.push(`${agent} ${through}`),
      lost: () => undefined,
    })
    expect([deliveries.durable, deliveries.ready, deliveries.load()]).toEqual([false, true, 0])
    const stream = deliveries.open({ agent: 'a', network: '1', node: 'a', spool: 's' }, begin)
    if (stream === undefined) throw new Error('no stream')
    const applied: number[] = []
    const take = (sequences: readonly number[], after: number) =>
      deliveries.take(
        stream,
        { after, items: sequences.map((sequence) => itemOf(sequence, begin)), truncated: 0 },
        begin,
        ({ sequence }) => applied.push(sequence),
      )
    expect(take([1, 2], 0)).toEqual({ type: 'taken', through: 2, duplicates: 0 })
    expect(take([2, 3], 1)).toEqual({ type: 'taken', through: 3, duplicates: 1 })
    expect(take([9], 8)).toEqual({ type: 'missing-range', through: 3 })
    expect([applied, told, stream.durable]).toEqual([[1, 2, 3], ['a 2', 'a 3'], 3])
    expect(deliveries.counts).toMatchObject({ streams: 1, open: 1, received: 3, duplicates: 1, refusedRanges: 1 })
    deliveries.close(stream)
    expect(deliveries.list({ limit: 9 })).toMatchObject([{ agent: 'a', open: false, durable: 3 }])
  })
})
