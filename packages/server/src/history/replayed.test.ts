import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { begin, blockAt, hashOf } from '../shard/testing/scenario.ts'
import { createStage } from './testing/stage.ts'
import type { Stage } from './testing/stage.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
/** The start of an hour. */
const start = begin - (begin % hour) + hour

const atStart = async (options: Parameters<typeof createStage>[0] = {}): Promise<Stage> => {
  const stage = await createStage(options)
  stage.now = start
  return stage
}

describe('what comes late', () => {
  it('is in rows of its time', async () => {
    const stage = await atStart()
    stage.connect('a')
    const back = 2 * hour + 7
    const alarm = { alarm: 'x', step: 'raised', type: 'disk-full', severity: 2, message: 'full' } as const
    const gap = { reason: 'size', class: 'log', dropped: 3, from: unixMs(1), to: unixMs(2) } as const
    const ref = { number: blockAt(1).number, hash: hashOf(1) }
    stage
      .tell('replayed', back, 'a', 'node-stats', { active: true, peers: 4 })
      .tell('replayed', back, 'a', 'latency', { latencyMs: 30 })
      .tell('replayed', back, 'a', 'pending', { pending: 5 })
      .tell('replayed', back, 'a', 'block-processing', { ...blockAt(1), processingMs: 6 })
      .tell('replayed', back, 'a', 'metric', { name: 'queue', value: 3 })
      .tell('replayed', back, 'a', 'host', { hostname: 'h', cpus: 8 })
      .tell('replayed', back, 'a', 'log', { severity: 3, source: 'geth', message: 'bad' })
      .tell('replayed', back, 'a', 'alarm', alarm)
      .tell('replayed', back, 'a', 'gap', gap)
      .tell('replayed', back, 'a', 'head-event', { type: 'reorg', added: [ref], removed: [ref] })
    const store = await stage.write()
    const at = start - back
    expect(store.rows('nodeSample').map((row) => row.at)).toEqual([at, at, at, at])
    expect(store.rows('metric').map((row) => [row.at, row.value])).toEqual([
      [at, 3],
      [at, 8],
    ])
    expect(store.rows('log').filter(({ source }) => source !== 'netstats')).toMatchObject([{ at }, { at }])
    expect(store.rows('alarm')).toMatchObject([{ at, ...alarm }])
    expect(store.rows('gap')).toMatchObject([{ at, ...gap }])
  })

  it('is in sums of its time, of every width, written with its rows', async () => {
    const stage = await atStart()
    await stage.connect('a').write()
    for (const back of [hour + 30 * second, hour + 31 * second, hour + 90 * second])
      stage
        .tell('replayed', back, 'a', 'latency', { latencyMs: back / second })
        .tell('replayed', back, 'a', 'metric', { name: 'queue', value: 1 })
    stage.rowBuffer.cut()
    const batch = stage.rowBuffer.first()
    expect(batch?.tables['nodeSample']?.rows).toBe(3)
    const store = await stage.write()
    const last = start - hour - minute
    expect(store.rows('node1m').map((row) => [row.bucket, row.samples, row.latencyMs_sum])).toEqual([
      [last, 2, 3630 + 3631],
      [last - minute, 1, 3690],
    ])
    expect(store.rows('node1h').map((row) => [row.bucket, row.samples, row.latencyMs_max])).toEqual([
      [start - 2 * hour, 3, 3690],
    ])
    expect(store.rows('network10s').map((row) => [row.bucket, row.latencyMs_n])).toEqual([
      [last + 30 * second, 1],
      [last + 20 * second, 1],
      [last - minute + 30 * second, 1],
    ])
    expect(store.rows('network1h').map((row) => [row.bucket, row.latencyMs_n])).toEqual([[start - 2 * hour, 3]])
    expect(store.rows('metric1m').map((row) => [row.bucket, row.n])).toEqual([
      [last, 2],
      [last - minute, 1],
    ])
    expect(store.rows('metric1h').map((row) => [row.bucket, row.n, row.sum])).toEqual([[start - 2 * hour, 3, 3]])
  })

  it('leaves the buckets that are open alone', async () => {
    const stage = await atStart()
    stage.connect('a')
    for (let i = 0; i < 50; i++)
      stage
        .say('a', 'latency', { latencyMs: 1 })
        .tell('replayed', (i + 1) * 7 * minute, 'a', 'latency', { latencyMs: 2 })
        .wait(100)
    stage.recorder.flush()
    const store = await stage.write()
    const of = (bucket: number) => store.rows('node1m').filter((row) => row.bucket === bucket)
    expect(of(start).map((row) => row.samples)).toEqual([50])
    expect(store.rows('node1m')).toHaveLength(51)
    expect(store.rows('network10s').filter((row) => row.bucket === start)).toHaveLength(1)
  })

  it('is written before its node is released', async () => {
    const stage = await atStart({ core: { maxNodesPerNetwork: 1 } })
    stage.connect('a').tell('replayed', hour, 'a', 'metric', { name: 'queue', value: 3 })
    stage.tell('replayed', hour, 'a', 'pending', { pending: 1 }).disconnect('a').connect('b')
    stage.tell('replayed', hour, 'b', 'metric', { name: 'queue', value: 4 })
    stage.tell('replayed', hour, 'b', 'pending', { pending: 2 })
    const store = await stage.write()
    expect(store.rows('metric1h').map((row) => [row.node, row.sum])).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(store.rows('node1h').map((row) => [row.node, row.pending_sum])).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  it('is added up in pieces where there is much of it', async () => {
    const stage = await atStart()
    stage.connect('a')
    // The bucket before the one of now is open still.
    for (let i = 2; i <= 3001; i++) stage.tell('replayed', i * minute, 'a', 'pending', { pending: 1 })
    expect(stage.recorder.closing).toBe(0)
    const store = await stage.write()
    expect(store.rows('node1m')).toHaveLength(3000)
    expect(store.rows('node1h').reduce((sum, row) => sum + row.samples, 0)).toBe(3000)
    expect(store.rows('node1h').length).toBeLessThan(60)
  })

  it('says nothing new of who a node is', async () => {
    const stage = await atStart()
    stage.connect('a', { client: 'Geth/v2' })
    stage.tell('replayed', hour, 'a', 'node-info', { name: 'a', networkId: '1337', client: 'Geth/v1' })
    expect((await stage.write()).rows('nodeInfo').map(({ client }) => client)).toEqual(['Geth/v2'])
  })
})

describe('what is so now', () => {
  it('is kept only where it is a sight of a block, or who a node is', async () => {
    const stage = await atStart()
    stage.connect('a').tell('snapshot', 10, 'a', 'node-stats', { active: true, peers: 1 })
    stage
      .tell('snapshot', 10, 'a', 'latency', { latencyMs: 1 })
      .tell('snapshot', 10, 'a', 'metric', { name: 'q', value: 1 })
    stage.tell('snapshot', 10, 'a', 'log', { severity: 3, source: 'geth', message: 'bad' })
    stage.tell('snapshot', 10, 'a', 'node-info', { name: 'a', networkId: '1337', client: 'Geth/v1' })
    stage.tell('snapshot', 10, 'a', 'block', blockAt(7))
    // They come again, in their order.
    stage.wait(30 * second).tell('replayed', 30 * second + 10, 'a', 'block', blockAt(7))
    stage.tell('replayed', 30 * second + 10, 'a', 'latency', { latencyMs: 1 })
    stage.recorder.flush()
    const store = await stage.write()
    expect(store.rows('nodeSample').map(({ at, latencyMs }) => [at, latencyMs])).toEqual([[start - 10, 1]])
    expect(store.rows('metric')).toEqual([])
    expect(store.rows('log').filter(({ source }) => source === 'geth')).toEqual([])
    expect(store.rows('nodeInfo').map(({ client }) => client)).toEqual([null, 'Geth/v1'])
    expect(store.rows('blockSeen')).toMatchObject([{ at: start - 10, number: 7 }])
    expect(store.rows('block')).toMatchObject([{ at: start - 10, arrivedAt: start - 10, firstNode: 1 }])
  })
})

describe('a block that is reported late', () => {
  const results = async (stage: Stage) =>
    (await stage.write())
      .rows('blockResult')
      .map(({ number, nodes, canonical, p99Ms }) => [number, nodes, canonical, p99Ms])

  it('has another sight with its delay, and another result ten minutes later', async () => {
    const stage = await atStart()
    stage.connect('abc').block('ab', 10).tick(700)
    expect(await results(stage)).toEqual([[10, 2, true, 0]])
    stage.tick(600)
    stage.tell('replayed', 1300 * second - 250, 'c', 'block', blockAt(10))
    const store = await stage.write()
    expect(store.rows('blockSeen').at(-1)).toMatchObject({ at: start + 250, node: 3, delayMs: 250 })
    stage.tick(599)
    expect(await results(stage)).toHaveLength(1)
    stage.tick(2)
    expect(await results(stage)).toEqual([
      [10, 2, true, 0],
      [10, 3, true, 250],
    ])
    const [, again] = store.rows('blockResult') as unknown as readonly Record<string, unknown>[]
    expect([again?.['delay_h0'], again?.['delay_h11']]).toEqual([2, 1])
    stage.recorder.flush()
    const sums = (await stage.write()).rows('network10s').filter((row) => row.bucket === start)
    expect(sums.reduce((sum, row) => sum + row.propagationMs_n, 0)).toBe(3)
  })

  it('is written at the end, where that comes first', async () => {
    const stage = await atStart()
    stage.connect('abc').block('ab', 10).tick(700)
    stage.tell('replayed', 700 * second, 'c', 'block', blockAt(10))
    stage.recorder.flush()
    expect((await results(stage)).at(-1)).toEqual([10, 3, true, 0])
  })

  it('is first seen when its agent saw it, where nobody else was there', async () => {
    const stage = await atStart()
    stage.connect('ab').block('a', 20)
    stage.tell('replayed', hour, 'b', 'block', blockAt(18)).tell('replayed', hour - 5000, 'b', 'block', blockAt(19))
    stage.recorder.flush()
    const store = await stage.write()
    expect(
      store.rows('block').map(({ number, at, arrivedAt, firstNode }) => [number, at, arrivedAt, firstNode]),
    ).toEqual([
      [20, start, start, 1],
      [18, start - hour, start - hour, 2],
      [19, start - hour + 5000, start - hour + 5000, 2],
    ])
    const hours = store.rows('network1h').filter((row) => row.bucket === start - hour)
    expect(hours.map((row) => [row.blocks, row.blockTimeMs_n, row.transactions_sum])).toEqual([[2, 1, 6]])
  })

  describe('below what the core keeps', () => {
    const old = (stage: Stage, node: string, number: number, back: number, branch = 0) =>
      stage.tell('replayed', back, node, 'block', {
        ...blockAt(number, { branch }),
        timestamp: Math.floor((stage.now - back) / 1000) as never,
      })

    it('is kept with its sights, its sums and what most of its reporters say', async () => {
      const stage = await atStart()
      stage.connect('abc').block('abc', 9000)
      old(stage, 'a', 10, hour)
      old(stage, 'a', 11, hour - 5000)
      old(stage, 'b', 11, hour - 5300)
      old(stage, 'c', 11, hour - 5100, 1)
      stage.tick(41)
      stage.recorder.flush()
      const store = await stage.write()
      const told = (hash: string) => store.rows('block').filter((row) => row.hash === hash)
      expect(told(hashOf(11))).toMatchObject([
        { at: start - hour + 5000, firstNode: 1, arrivedAt: start - hour + 5000 },
      ])
      expect(store.rows('blockSeen').filter(({ number }) => number === 11)).toMatchObject([
        { node: 1, delayMs: 0 },
        { node: 2, delayMs: 300 },
        { node: 3, delayMs: 0 },
      ])
      const results = store.rows('blockResult').filter(({ number }) => number < 100)
      expect(
        results.map(({ number, nodes, canonical, blockTimeMs }) => [number, nodes, canonical, blockTimeMs]),
      ).toEqual([
        [10, 1, true, null],
        [11, 2, true, 5000],
        [11, 1, false, null],
      ])
      const hours = store.rows('network1h').filter((row) => row.bucket === start - hour)
      expect(hours.reduce((sum, row) => sum + row.blocks, 0)).toBe(3)
    })

    it('is measured against its first report as long as that is in mind', async () => {
      const stage = await atStart()
      stage.connect('abc').block('ab', 10).tick(100).block('ab', 9000).tick(1000)
      stage.tell('replayed', 1100 * second - 80, 'c', 'block', blockAt(10))
      stage.tick(601)
      const store = await stage.write()
      expect(store.rows('blockSeen').at(-1)).toMatchObject({ number: 10, node: 3, delayMs: 80 })
      const results = store.rows('blockResult').filter(({ number }) => number === 10)
      expect(results.map(({ nodes, canonical }) => [nodes, canonical])).toEqual([
        [2, true],
        [3, true],
      ])
      expect(store.rows('block').filter(({ number }) => number === 10)).toHaveLength(1)
    })

    it('does not replace what the store may know better', async () => {
      const stage = await atStart({ storedUntil: () => start - 2 * hour })
      stage.connect('a').block('a', 9000)
      old(stage, 'a', 10, 3 * hour)
      old(stage, 'a', 11, hour)
      stage.tick(41)
      const store = await stage.write()
      expect(store.rows('block').map(({ number }) => number)).toEqual([9000, 11])
      expect(store.rows('blockResult').map(({ number }) => number)).toEqual([9000, 11])
      expect(store.rows('blockSeen').map(({ number, delayMs }) => [number, delayMs])).toEqual([
        [9000, 0],
        [10, null],
        [11, 0],
      ])
    })
  })
})
