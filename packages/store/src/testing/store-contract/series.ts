import { describe, expect, it } from 'vitest'
import { binOf } from '../../metrics.ts'
import { maxBuckets } from '../../store.ts'
import type { Row } from '../../memory/data.ts'
import { createSetup, dayMs, hourMs, minuteMs, noon, secondMs, storeRow } from './setup.ts'
import type { OpenStore } from './setup.ts'

const peers = (n: number, sum: number, min: number, max: number) => ({
  peers_n: n,
  peers_sum: sum,
  peers_min: min,
  peers_max: max,
})
const sample = (at: number, value: number | null): Row<'nodeSample'> => storeRow('nodeSample', { at, peers: value })

export const seriesContract = (name: string, open: OpenStore): void => {
  const setup = createSetup(open)
  const node = { network: 1, node: 1, metrics: ['peers'] as const }

  describe(`${name}, as a store: series`, () => {
    it('gives every bucket of the range, also where it has nothing', async () => {
      const { store } = await setup()
      const range = { from: noon + 1, to: noon + 3 * minuteMs, bucketMs: minuteMs }
      const series = await store.nodeSeries({ ...node, ...range })
      expect(series).toEqual({
        ...range,
        slotMs: minuteMs,
        buckets: [noon, noon + minuteMs, noon + 2 * minuteMs],
        present: [0, 0, 0],
        metrics: {
          peers: {
            n: [0, 0, 0],
            avg: [null, null, null],
            min: [null, null, null],
            max: [null, null, null],
            sum: [null, null, null],
          },
        },
      })
      expect(await store.metricsOf({ network: 1, node: 1, from: noon, to: noon + dayMs })).toEqual([])
      const none = await store.metricSeries({ network: 1, node: 1, metrics: [], ...range })
      expect(none).toMatchObject({ present: [0, 0, 0], metrics: {} })
    })

    it('adds up all rows of a bucket, however they came', async () => {
      const { store, write } = await setup()
      const bucket = noon - 10 * minuteMs
      await write({ node1m: [storeRow('node1m', { bucket, samples: 2, ...peers(2, 10, 4, 6) })] })
      await write({
        node1m: [
          storeRow('node1m', { bucket, samples: 1, ...peers(1, 1, 1, 1) }),
          storeRow('node1m', { bucket: bucket + minuteMs, samples: 3 }),
          storeRow('node1m', { bucket: bucket + 4 * minuteMs, samples: 1, ...peers(1, 9, 9, 9) }),
          storeRow('node1m', { bucket, node: 2, samples: 1, ...peers(1, 100, 100, 100) }),
          storeRow('node1m', { bucket, network: 2, samples: 1, ...peers(1, 100, 100, 100) }),
        ],
      })
      const series = await store.nodeSeries({
        ...node,
        from: bucket,
        to: bucket + 5 * minuteMs,
        bucketMs: 5 * minuteMs,
      })
      expect(series.slotMs).toBe(minuteMs)
      expect(series.present).toEqual([3 / 5])
      expect(series.metrics.peers).toEqual({ n: [4], avg: [5], min: [1], max: [9], sum: [20] })
    })

    it('reads raw rows for narrow buckets, and leaves out what a report did not name', async () => {
      const { store, write } = await setup()
      await write({
        nodeSample: [sample(noon, 4), sample(noon + 9_999, 8), sample(noon + 10_000, null), sample(noon + 30_000, 1)],
        blockSeen: [storeRow('blockSeen', { at: noon, delayMs: 250 }), storeRow('blockSeen', { at: noon + 5000 })],
      })
      const { metrics, present, slotMs } = await store.nodeSeries({
        ...node,
        metrics: ['peers', 'propagationMs'],
        from: noon,
        to: noon + 30_000,
        bucketMs: 10_000,
      })
      expect({ present, slotMs }).toEqual({ present: [1, 1, 0], slotMs: 10_000 })
      expect(metrics.peers).toEqual({
        n: [2, 0, 0],
        avg: [6, null, null],
        min: [4, null, null],
        max: [8, null, null],
        sum: [12, null, null],
      })
      expect(metrics.propagationMs).toMatchObject({ n: [1, 0, 0], sum: [250, null, null] })
    })

    it('takes the newest rows from finer ones, and none twice', async () => {
      const { store, write } = await setup()
      const hour = noon - 3 * hourMs
      const end = noon + 30 * secondMs
      await write({
        node1h: [
          storeRow('node1h', { bucket: hour, samples: 1, ...peers(60, 60, 1, 1) }),
          // Of this hour only a part was written, as when a server stopped in it.
          storeRow('node1h', { bucket: hour + hourMs, samples: 1, ...peers(5, 5, 1, 1) }),
        ],
        node1m: Array.from({ length: 180 }, (_, i) =>
          storeRow('node1m', { bucket: hour + i * minuteMs, samples: 1, ...peers(1, 1, 1, 1) }),
        ),
        nodeSample: Array.from({ length: 180 * 2 + 1 }, (_, i) => sample(hour + i * 30 * secondMs, 1)),
      })
      const byHour = await store.nodeSeries({ ...node, from: hour, to: end, bucketMs: hourMs })
      expect(byHour.metrics.peers.n).toEqual([60, 60, 60, 1])
      expect(byHour.present).toEqual([1, 1, 1, 1])
      const byMinute = await store.nodeSeries({ ...node, from: noon - 2 * minuteMs, to: end, bucketMs: minuteMs })
      expect(byMinute.metrics.peers.n).toEqual([1, 1, 1])
    })

    it('falls back to coarser rows where the finer ones have expired, and says so', async () => {
      const contract = await setup()
      const old = noon - dayMs
      await contract.write({
        nodeSample: [sample(old + 1, 3)],
        node1m: [storeRow('node1m', { bucket: old, samples: 1, ...peers(1, 3, 3, 3) })],
      })
      const query = { ...node, from: old, to: old + 2 * minuteMs, bucketMs: 10_000 }
      expect((await contract.store.nodeSeries(query)).bucketMs).toBe(10_000)
      contract.now = noon + 20 * dayMs
      await contract.write({ nodeSample: [sample(contract.now, 1)] })
      await contract.store.prune(
        { raw: dayMs, logs: dayMs, seconds: dayMs, minutes: 30 * dayMs, hours: 30 * dayMs },
        contract.now,
      )
      const series = await contract.store.nodeSeries(query)
      expect(series).toMatchObject({ bucketMs: minuteMs, slotMs: minuteMs, buckets: [old, old + minuteMs] })
      expect(series.metrics.peers.n).toEqual([1, 0])
    })

    it('merges histograms into percentiles, for networks from ten seconds up', async () => {
      const { store, write } = await setup()
      const row = (bucket: number, ms: number, n: number) =>
        storeRow('network10s', {
          bucket,
          latencyMs_n: n,
          latencyMs_sum: n * ms,
          latencyMs_min: ms,
          latencyMs_max: ms,
          [`latencyMs_h${binOf(ms)}`]: n,
        })
      await write({ network10s: [row(noon, 10, 90), row(noon, 400, 8), row(noon + 10_000, 3000, 2)] })
      const query = { network: 1, metrics: ['latencyMs', 'peers'] as const, from: noon, to: noon + 20_000 }
      await expect(
        store.networkSeries({ ...query, metrics: ['peers' as 'nodes'], bucketMs: 10_000 }),
      ).rejects.toMatchObject({ code: 'STORE_QUERY_INVALID' })
      const narrow = await store.networkSeries({ ...query, metrics: ['latencyMs', 'nodes'], bucketMs: 1000 })
      expect(narrow.bucketMs).toBe(10_000)
      expect(narrow.metrics.nodes).not.toHaveProperty('p50')
      expect(narrow.metrics.latencyMs.n).toEqual([98, 2])
      const wide = await store.networkSeries({ ...query, metrics: ['latencyMs'], bucketMs: 20_000 })
      const { p50, p95, p99 } = wide.metrics.latencyMs
      expect(p50?.[0]).toBeGreaterThan(5)
      expect(p50?.[0]).toBeLessThanOrEqual(10)
      expect(p95?.[0]).toBeGreaterThan(300)
      expect(p95?.[0]).toBeLessThanOrEqual(400)
      expect(p99?.[0]).toBeGreaterThan(2000)
      expect(p99?.[0]).toBeLessThanOrEqual(3000)
    })

    it('gives named metrics by their keys, and says which ones a node has', async () => {
      const { store, write } = await setup()
      const value = (at: number, metric: number, n: number) => storeRow('metric', { at, metric, value: n })
      await write({
        metric: [value(noon, 1, 2), value(noon + 1000, 1, 4), value(noon + 10_000, 7, 1), value(noon, 9, 5)],
        metric1m: [
          storeRow('metric1m', { bucket: noon - hourMs, metric: 3, n: 2, sum: 6, min: 1, max: 5 }),
          storeRow('metric1m', { bucket: noon - hourMs, node: 2, metric: 4, n: 2, sum: 6, min: 1, max: 5 }),
        ],
      })
      const of = { network: 1, node: 1 }
      const raw = await store.metricSeries({ ...of, metrics: [1, 7], from: noon, to: noon + 20_000, bucketMs: 10_000 })
      expect(raw.present).toEqual([1, 1])
      const [one, seven] = Object.values(raw.metrics)
      expect(one).toEqual({ n: [2, 0], avg: [3, null], min: [2, null], max: [4, null], sum: [6, null] })
      expect(seven).toMatchObject({ n: [0, 1] })
      expect(Object.keys(raw.metrics)).toEqual(['1', '7'])
      expect(await store.metricsOf({ ...of, from: noon - 2 * hourMs, to: noon + minuteMs })).toEqual([1, 3, 7, 9])
      expect(await store.metricsOf({ ...of, from: noon - 2 * hourMs, to: noon })).toEqual([3])
      expect(await store.metricsOf({ ...of, node: 3, from: noon - 2 * hourMs, to: noon + minuteMs })).toEqual([])
    })

    it('gives the newest value of each metric, of several at one time the greatest', async () => {
      const { store, write } = await setup()
      const value = (at: number, node: number, metric: number, n: number) =>
        storeRow('metric', { at, node, metric, value: n })
      await write({
        metric: [
          value(noon, 1, 1, 2),
          value(noon + 5, 1, 1, -4),
          value(noon + 5, 1, 1, -3),
          value(noon + 9, 1, 1, 9),
          value(noon, 1, 7, 1),
          value(noon, 2, 7, 5),
          storeRow('metric', { at: noon, network: 2, value: 8 }),
        ],
      })
      const range = { network: 1, from: noon - 1, to: noon + 9 }
      const [first, second, third] = [
        { at: noon + 5, node: 1, metric: 1, value: -3 },
        { at: noon, node: 1, metric: 7, value: 1 },
        { at: noon, node: 2, metric: 7, value: 5 },
      ]
      expect(await store.latestMetrics({ ...range, limit: 10 })).toEqual([first, second, third])
      expect(await store.latestMetrics({ ...range, limit: 2 })).toEqual([first, second])
      expect(await store.latestMetrics({ ...range, node: 2, limit: 10 })).toEqual([third])
      expect(await store.latestMetrics({ ...range, metrics: [7, 8], limit: 10 })).toEqual([second, third])
      expect(await store.latestMetrics({ ...range, metrics: [], limit: 10 })).toEqual([])
      const invalid = { code: 'STORE_QUERY_INVALID' }
      await expect(store.latestMetrics({ ...range, limit: -1 })).rejects.toMatchObject(invalid)
      await expect(store.latestMetrics({ ...range, to: 0, limit: 1 })).rejects.toMatchObject(invalid)
    })

    it('refuses what is no range, no width and too many buckets', async () => {
      const { store } = await setup()
      const invalid = { code: 'STORE_QUERY_INVALID' }
      const ask = (from: number, to: number, bucketMs: number) => store.nodeSeries({ ...node, from, to, bucketMs })
      await expect(ask(noon, noon - 1, minuteMs)).rejects.toMatchObject(invalid)
      await expect(ask(-1, noon, dayMs)).rejects.toMatchObject(invalid)
      await expect(ask(0, Number.POSITIVE_INFINITY, dayMs)).rejects.toMatchObject(invalid)
      await expect(ask(Number.NaN, noon, dayMs)).rejects.toMatchObject(invalid)
      for (const width of [0, -1, 0.5, Number.NaN])
        await expect(ask(noon, noon + 1, width)).rejects.toMatchObject(invalid)
      await expect(ask(noon, noon + (maxBuckets + 1) * minuteMs, minuteMs)).rejects.toMatchObject(invalid)
      expect((await ask(noon, noon + maxBuckets * minuteMs, minuteMs)).buckets).toHaveLength(maxBuckets)
      expect((await ask(noon, noon, minuteMs)).buckets).toEqual([])
    })
  })
}
