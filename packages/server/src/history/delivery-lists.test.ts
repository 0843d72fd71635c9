import { describe, expect, it } from 'vitest'
import { begin, startDelivering } from './testing/delivering.ts'

const hour = 3_600_000
const day = 24 * hour

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
