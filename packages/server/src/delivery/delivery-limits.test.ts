import { describe, expect, it } from 'vitest'
import { startDelivering } from './testing/delivering.ts'

const hour = 3_600_000
const day = 24 * hour

describe('resume points', () => {
  it('are one row of each stream, replaced when it goes on', async () => {
    const one = await startDelivering()
    for (const agent of 'abc') one.take(one.open(agent), [1])
    await one.write()
    one.take(one.open('b'), [2, 3])
    await one.write()
    expect((await one.store.resumePoints()).map(({ agent, through }) => [agent, through])).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 1],
    ])
  })

  it('are all there after a restart, however many', async () => {
    const one = await startDelivering()
    const agents = Array.from({ length: 4000 }, (_, i) => `agent ${i}`)
    for (const agent of agents) one.take(one.open(agent), [1])
    await one.write()
    one.take(one.open('agent 7'), [2])
    await one.write()
    const after = await startDelivering({ store: one.store })
    expect(after.deliveries.counts.streams).toBe(4000)
    expect(after.open('agent 7').durable).toBe(2)
  })

  it('are written again to a store that was put in the place of another', async () => {
    const one = await startDelivering()
    for (const agent of 'ab') one.take(one.open(agent), [1])
    await one.write()
    one.deliveries.opened([])
    expect(one.rowBuffer.rows).toBe(2)
    await one.write()
    one.deliveries.opened([])
    one.giveUp()
    expect(one.told.filter((line) => line.endsWith('lost'))).toEqual([])
    expect((await one.store.resumePoints()).map(({ through }) => through)).toEqual([1, 1])
  })

  it('are taken out of the store for streams that brought nothing for a quarter of a year, while the clock can be believed', async () => {
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
    expect((await one.store.resumePoints()).map(({ agent }) => agent)).toEqual(['b'])
    expect(one.open('a').durable).toBe(0)
  })

  it('stay when raw rows expire, also of a server that was away for longer', async () => {
    const keep = { raw: hour, logs: hour, seconds: hour, minutes: hour, hours: hour }
    const one = await startDelivering()
    one.take(one.open('a'), [1, 2, 3])
    await one.write()
    for (let i = 0; i < 20; i++) {
      one.clock.now += hour / 4
      one.deliveries.tick()
      await one.write()
      await one.store.prune(keep, one.clock.now)
    }
    const clock = { now: one.clock.now + 30 * day }
    const again = await startDelivering({ store: one.store, clock })
    await again.write()
    await again.store.prune(keep, clock.now)
    expect(again.store.rows('resumePoint')).toHaveLength(1)
    const last = await startDelivering({ store: again.store, clock })
    expect(last.open('a').durable).toBe(3)
  })

  it('of a stream that was pushed out by others of its agent go too, also where that batch is given up', async () => {
    const one = await startDelivering({ limits: { streams: 100, spools: 1 } })
    const first = one.open('a', 1)
    one.take(first, [1])
    await one.write()
    one.deliveries.close(first)
    one.take(one.open('a', 2), [1])
    one.giveUp()
    await one.write()
    expect(await one.store.resumePoints()).toEqual([])
  })
})

describe('the number of streams', () => {
  it('is bounded for each agent: what has stood idle longest goes', async () => {
    const one = await startDelivering({ limits: { streams: 100, spools: 3 } })
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
    const one = await startDelivering({ limits: { streams: 3, spools: 3 } })
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
