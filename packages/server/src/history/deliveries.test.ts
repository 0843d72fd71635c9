import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { createDeliveries } from './deliveries.ts'
import { createKeys } from './keys.ts'
import { createPending } from './pending.ts'
import { createVolatileDeliveries } from './volatile-deliveries.ts'
import { begin, itemOf, spoolOf, startDelivering } from './testing/delivering.ts'

const hour = 3_600_000
const day = 24 * hour
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
    // Both batches were in one chunk.
    expect(store.rows('delivery')).toMatchObject([
      { at: clock.now, stream: 1, agent: 'a', node: 1, spool: spoolOf(1), through: 9, received: 5, takenAt: clock.now },
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
    expect(deliveries.counts).toMatchObject({ received: 7, duplicates: 10, busy: 0, refusedHoles: 0 })
  })

  it('takes nothing over a hole, unless its agent can not fill it any more', async () => {
    const { open, take, write, deliveries, stored } = await startDelivering()
    const stream = open('a')
    expect(take(stream, [3])).toEqual({ type: 'hole', through: 0 })
    take(stream, [1])
    expect(take(stream, [3], { after: 2 })).toEqual({ type: 'hole', through: 1 })
    expect(take(stream, [41], { after: 40, released: 39 })).toEqual({ type: 'hole', through: 1 })
    expect(take(stream, [41], { after: 40, released: 40 })).toEqual({ type: 'taken', through: 41, duplicates: 0 })
    await write()
    expect([...stored().keys()]).toEqual(['a 1 1', 'a 1 41'])
    expect(deliveries.list({ limit: 9 })).toMatchObject([{ received: 2, holes: 39, durable: 41 }])
    expect(deliveries.counts).toMatchObject({ refusedHoles: 3, holes: 39 })
  })

  it('can be told of a hole alone', async () => {
    const { open, take, write } = await startDelivering()
    const stream = open('a')
    expect(take(stream, [], { after: 7, released: 7 })).toEqual({ type: 'taken', through: 7, duplicates: 0 })
    await write()
    expect(stream.durable).toBe(7)
  })

  it('takes all of a batch or nothing where memory is short, and says when to come again', async () => {
    const { open, take, write, deliveries, pending, stored } = await startDelivering({ maxBytes: 100_000 })
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
    expect(pending.givenUp.log.memory + pending.givenUp.sample.memory).toBe(0)
    expect(deliveries.counts.busy).toBe(2)
  })

  it('has all rows of a batch in one chunk, however many they are', async () => {
    const { open, take, pending, say, writeOne, stored } = await startDelivering({ chunkRows: 10 })
    const stream = open('a')
    say(8)
    take(stream, upTo(50))
    expect(pending.first()).toBeUndefined()
    say(1)
    expect(pending.first()?.tables['log']?.rows).toBe(50)
    await writeOne()
    expect([stored().size, stream.durable]).toEqual([50, 50])
  })

  it('goes back to what is durable where its rows are given up, with all that went on from there', async () => {
    const { open, take, pending, giveUp, write, told, stored, deliveries } = await startDelivering()
    const [a, b, c] = [open('a'), open('b'), open('c')]
    take(a, [1])
    await write()
    told.length = 0
    take(a, [2])
    pending.cut()
    take(a, [3])
    take(b, [1])
    pending.cut()
    take(c, [1])
    pending.cut()
    take(b, [2])
    giveUp()
    // c was in none of them.
    expect(told.toSorted()).toEqual(['a lost', 'b lost'])
    expect([a, b, c].map(({ applied }) => applied)).toEqual([1, 0, 1])
    expect(take(a, [3])).toEqual({ type: 'hole', through: 1 })
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
    const pending = createPending({ maxBytes: 1, chunkRows: 1, onFull: () => undefined, monotonic: () => 0 })
    const early = createDeliveries({
      pending,
      keys: createKeys(),
      clock: { now: () => unixMs(begin), monotonic: () => 0 },
      log: { error: () => undefined, info: () => undefined },
      flushEveryMs: 1000,
      trusted: () => true,
    })
    expect([early.ready, early.open({ agent: 'a', network: '1', node: 'a', spool: '0' }, begin)]).toEqual([
      false,
      undefined,
    ])
    expect(early.listedAt).toBeNull()
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
    first.deliveries.take(stream, { after: 0, items, released: 0 }, begin, () => undefined)
    const missing = [
      { class: 'stats', reason: 'age', dropped: 4 },
      { class: 'log', reason: 'size', dropped: 8 },
    ]
    expect(first.deliveries.list({ limit: 1 })).toMatchObject([{ missing, received: 3 }])
    expect(first.deliveries.counts.missing).toBe(12)
    await first.write()
    const { deliveries } = await startDelivering({ store: first.store })
    expect(deliveries.list({ limit: 1 })).toMatchObject([{ missing }])
    expect(first.store.rows('delivery').at(-1)).toMatchObject({ missing: 12, missed: 'stats age 4,log size 8' })
  })

  it('says how old the newest of its observations was when it came', async () => {
    const { open, deliveries } = await startDelivering()
    const stream = open('a')
    const clock = { offsetMs: 200, errorMs: 30 }
    deliveries.take(stream, { after: 0, items: [itemOf(1, begin - 5000)], released: 0, clock }, begin, () => undefined)
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

describe('the list of all streams', () => {
  const seqs = (store: Awaited<ReturnType<typeof startDelivering>>['store']) =>
    store.rows('delivery').map((row) => row.seq)

  it('is written with the first chunk of every ten minutes, and when a store was opened', async () => {
    const one = await startDelivering()
    for (const agent of 'abc') one.take(one.open(agent), [1])
    await one.write()
    expect(one.store.rows('delivery').map(({ agent }) => agent)).toEqual(['a', 'b', 'c'])
    expect(one.deliveries.listedAt).toBe(begin)
    one.clock.now += hour / 12
    one.take(one.open('a'), [2])
    await one.write()
    expect(one.store.rows('delivery').slice(3)).toMatchObject([{ agent: null, through: 2, since: null }])
    one.clock.now += hour / 12
    one.take(one.open('b'), [2])
    await one.write()
    const listed = one.store.rows('delivery').slice(4)
    expect(listed.map(({ agent, through }) => [agent, through])).toEqual([
      ['b', 2],
      ['a', 2],
      ['c', 1],
    ])
    expect(listed.map(({ since }) => since)).toEqual([listed[0]?.seq, null, null])
    expect(one.deliveries.listedAt).toBe(begin + hour / 6)
    await one.deliveries.opened(one.store)
    await one.write()
    expect(one.store.rows('delivery')).toHaveLength(10)
  })

  it('is written also where nothing comes', async () => {
    const one = await startDelivering()
    one.take(one.open('a'), [1])
    await one.write()
    const before = seqs(one.store).length
    one.deliveries.tick()
    expect(one.pending.rows).toBe(0)
    one.clock.now += hour
    one.deliveries.tick()
    one.deliveries.tick()
    expect(one.pending.rows).toBe(1)
    await one.write()
    expect(seqs(one.store).length).toBe(before + 1)
    expect(one.deliveries.listedAt).toBe(begin + hour)
  })

  it('is spread over chunks where there are many streams, and counts when it is whole', async () => {
    const one = await startDelivering()
    const agents = Array.from({ length: 4000 }, (_, i) => `agent ${i}`)
    for (const agent of agents) one.take(one.open(agent), [1])
    await one.write()
    one.clock.now += hour
    one.deliveries.tick()
    await one.writeOne()
    expect(one.deliveries.listedAt).toBe(begin)
    // Nothing is lost where it ends in the middle.
    const middle = await startDelivering({ store: one.store })
    expect(middle.deliveries.counts.streams).toBe(4000)
    one.take(one.open('agent 7'), [2])
    await one.write()
    expect(one.deliveries.listedAt).toBe(begin + hour)
    const since = Math.max(...one.store.rows('delivery').map((row) => row.since ?? 0))
    const listed = one.store.rows('delivery').filter((row) => row.seq >= since && row.agent !== null)
    expect(new Set(listed.map(({ agent }) => agent)).size).toBe(4000)
    const after = await startDelivering({ store: one.store })
    expect(after.deliveries.counts.streams).toBe(4000)
    expect(after.open('agent 7').durable).toBe(2)
  })

  it('begins anew where a part of it was given up', async () => {
    const one = await startDelivering()
    for (let i = 0; i < 3000; i++) one.take(one.open(`agent ${i}`), [1])
    await one.write()
    one.clock.now += hour
    one.deliveries.tick()
    one.pending.cut()
    one.pending.cut()
    one.giveUp()
    expect(one.told.filter((line) => line.endsWith('lost'))).toEqual([])
    await one.write()
    const { deliveries } = await startDelivering({ store: one.store })
    expect(deliveries.counts.streams).toBe(3000)
  })

  it('lets go of streams that brought nothing for a quarter of a year, while the clock can be believed', async () => {
    const believed = { now: false }
    const one = await startDelivering({ trusted: () => believed.now })
    const [a, b] = [one.open('a'), one.open('b')]
    for (const stream of [a, b]) one.take(stream, [1])
    one.deliveries.close(a)
    await one.write()
    one.clock.now += 91 * day
    one.deliveries.tick()
    await one.write()
    expect(one.deliveries.counts.streams).toBe(2)
    believed.now = true
    one.clock.now += hour
    one.deliveries.tick()
    await one.write()
    // One has its session still.
    expect(one.deliveries.counts).toMatchObject({ streams: 1, forgotten: 1 })
    expect((await one.store.deliveries()).map(({ agent }) => agent)).toEqual(['b'])
    expect(one.open('a').durable).toBe(0)
  })

  it('keeps every resume point through the retention of raw rows, also of a server that was away for longer', async () => {
    const keep = { raw: hour, logs: hour, seconds: hour, minutes: hour, hours: hour }
    const one = await startDelivering()
    one.take(one.open('a'), [1, 2, 3])
    await one.write()
    for (let i = 0; i < 20; i++) {
      one.clock.now += hour / 4
      one.deliveries.tick()
      await one.write()
      expect(one.deliveries.listedAt ?? 0).toBeGreaterThan(one.clock.now - hour)
      await one.store.prune(keep, one.clock.now)
    }
    const clock = { now: one.clock.now + 30 * day }
    const again = await startDelivering({ store: one.store, clock })
    expect(again.deliveries.listedAt).toBeNull()
    await again.write()
    expect(again.deliveries.listedAt).toBe(clock.now)
    await again.store.prune(keep, clock.now)
    expect(again.store.rows('delivery')).toHaveLength(1)
    const last = await startDelivering({ store: again.store, clock })
    expect(last.open('a').durable).toBe(3)
  })
})

describe('the number of streams', () => {
  it('is bounded for each agent: what has stood idle longest goes', async () => {
    const one = await startDelivering({ limits: { streams: 100, spools: 3, listed: 9 } })
    const open = (spool: number) => {
      one.clock.now += 1000
      const stream = one.open('a', spool)
      one.take(stream, [1])
      return stream
    }
    const streams = [open(1), open(2), open(3)]
    await one.write()
    expect(() => open(4)).toThrow('no stream')
    for (const stream of streams) one.deliveries.close(stream)
    one.take(streams[0] as never, [2])
    await one.write()
    open(4)
    expect(one.deliveries.list({ limit: 9 }).map(({ spool }) => Number(spool))).toEqual([1, 3, 4])
    expect(one.deliveries.counts.full).toBe(1)
  })

  it('is bounded for all', async () => {
    const one = await startDelivering({ limits: { streams: 3, spools: 3, listed: 9 } })
    for (const agent of 'abc') one.take(one.open(agent), [1])
    expect(() => one.open('d')).toThrow('no stream')
    one.deliveries.close(one.open('a'))
    one.deliveries.close(one.open('a'))
    await one.write()
    // Two sessions had it, one of them is left.
    expect(() => one.open('d')).toThrow('no stream')
    expect(one.deliveries.counts).toMatchObject({ streams: 3, full: 2 })
  })

  it('is listed in pages, of all networks or one', async () => {
    const one = await startDelivering()
    for (const [i, agent] of Array.from('abcde').entries()) one.open(agent, 1, i % 2 === 0 ? '1' : '2')
    const agents = (query: { network?: string; after?: number; limit: number }) =>
      one.deliveries.list(query).map(({ agent, number }) => `${agent}${number}`)
    expect(agents({ limit: 2 })).toEqual(['a1', 'b2'])
    expect(agents({ after: 2, limit: 2 })).toEqual(['c3', 'd4'])
    expect(agents({ network: '1', after: 1, limit: 9 })).toEqual(['c3', 'e5'])
  })
})

describe('without a history', () => {
  it('acknowledges what was applied, and says that it is not durable', () => {
    const deliveries = createVolatileDeliveries()
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
        { after, items: sequences.map((sequence) => itemOf(sequence, begin)), released: 0 },
        begin,
        ({ sequence }) => applied.push(sequence),
      )
    expect(take([1, 2], 0)).toEqual({ type: 'taken', through: 2, duplicates: 0 })
    expect(take([2, 3], 1)).toEqual({ type: 'taken', through: 3, duplicates: 1 })
    expect(take([9], 8)).toEqual({ type: 'hole', through: 3 })
    expect([applied, told, stream.durable]).toEqual([[1, 2, 3], ['a 2', 'a 3'], 3])
    expect(deliveries.counts).toMatchObject({ streams: 1, open: 1, received: 3, duplicates: 1, refusedHoles: 1 })
    deliveries.close(stream)
    expect(deliveries.list({ limit: 9 })).toMatchObject([{ agent: 'a', open: false, durable: 3 }])
  })
})
