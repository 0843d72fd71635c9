import { createMemoryStore, storeBatchOf, storeRow } from '@netstats/store/testing'
import type { StoreRows } from '@netstats/store/testing'
import { describe, expect, it } from 'vitest'
import { flatName } from '../../history/metric-name.ts'
import { openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'
import { worldEnd, worldStart } from './testing/world.ts'

const minute = 60_000
const flats = [
  'host.cpuShare',
  'statsd.x',
  flatName({ name: 'disk.free_bytes', labels: { path: '/', fs: 'ext4' } }),
  flatName({ name: 'disk.free_bytes', labels: { path: '/a,b' } }),
  'disk.free_bytes',
]
const metric = (at: number, node: number, key: number, value: number) =>
  storeRow('metric', { at: worldEnd - at, node, metric: key, value })
const rollup = (at: number, node: number, key: number, value: number) =>
  storeRow('metric1m', { bucket: worldEnd - at, node, metric: key, n: 1, sum: value, min: value, max: value })

const openMetrics = async (more: StoreRows = {}): Promise<TestApi> => {
  const store = createMemoryStore()
  await store.write(
    storeBatchOf({
      network: [{ key: 1, name: '1337', networkId: '1337', firstSeenAt: worldStart }],
      node: ['a', 'b'].map((id, i) => ({ key: i + 1, network: 1, id, firstSeenAt: worldStart })),
      metricName: flats.map((name, i) => ({ key: i + 1, name })),
      metric: [
        metric(minute, 1, 1, 0.5),
        metric(2 * minute, 1, 1, 0.25),
        metric(minute, 1, 2, 7),
        ...[3, 4, 5].flatMap((key) => [metric(minute, 1, key, key), metric(minute, 2, key, 10 * key)]),
      ],
      metric1m: [
        rollup(minute, 1, 1, 0.5),
        ...[3, 4, 5].flatMap((key) => [1, 2].map((n) => rollup(minute, n, key, n))),
      ],
      ...more,
    }),
  )
  return openTestApi(store)
}

interface Lines {
  readonly bucketMs: number
  readonly buckets: readonly number[]
  readonly series: readonly {
    readonly node: string
    readonly series: string
    readonly metric: string
    readonly labels: object
    readonly unit: string | null
    readonly avg: readonly (number | null)[]
    readonly present: readonly number[]
  }[]
  readonly omitted: number
  readonly missing: readonly string[]
}
const names = ({ series }: Lines) => series.map((one) => `${one.node} ${one.series}`)

describe('metrics of a node', () => {
  it('have their newest value, unit and labels beside those that every node has', async () => {
    await using api = await openMetrics()
    const { metrics } = await api.json<{ metrics: { name: string }[] }>('/networks/1337/nodes/a/metrics')
    const of = (name: string) => metrics.find((one) => one.name === name)
    expect(of('host.cpuShare')).toMatchObject({ unit: 'ratio', value: 0.5, at: worldEnd - minute, labels: {} })
    expect(of('statsd.x')).toMatchObject({ metric: 'statsd.x', unit: null, value: 7 })
    expect(of(flats[2] ?? '')).toMatchObject({
      metric: 'disk.free_bytes',
      labels: { path: '/', fs: 'ext4' },
      unit: 'bytes',
    })
    expect(of(flats[3] ?? '')).toMatchObject({ labels: { path: '/a,b' } })
    expect(of('peers')).toMatchObject({ unit: 'count', value: null, at: null })
    const before = await api.json<typeof metrics extends infer M ? { metrics: M } : never>(
      `/networks/1337/nodes/a/metrics?to=${worldEnd - minute}`,
    )
    expect(before.metrics.filter(({ name }) => flats.includes(name))).toMatchObject([{ value: 0.25 }])
  })

  it('are taken from the live picture where every node has them', async () => {
    await using api = await openMetrics()
    const { metrics } = await api.json<{ metrics: { name: string; value: number | null; at: number | null }[] }>(
      '/networks/42/nodes/node-9/metrics',
    )
    expect(metrics.map(({ name }) => name)).toContain('behind')
    for (const { value, at } of metrics) expect(value === null).toBe(at === null)
  })
})

describe('metrics of a network', () => {
  it('are each named once, with how many nodes have it', async () => {
    await using api = await openMetrics()
    const { metrics, complete } = await api.json<{ metrics: { metric: string }[]; complete: boolean }>(
      '/networks/1337/metrics',
    )
    expect(complete).toBe(true)
    expect(metrics.find(({ metric }) => metric === 'disk.free_bytes')).toEqual({
      metric: 'disk.free_bytes',
      labels: ['fs', 'path'],
      unit: 'bytes',
      nodes: 2,
      series: 6,
      at: worldEnd - minute,
    })
    expect(metrics.find(({ metric }) => metric === 'statsd.x')).toMatchObject({ nodes: 1, series: 1, labels: [] })
  })

  it('have the newest value of every node', async () => {
    await using api = await openMetrics()
    const { values, omitted } = await api.json<{ values: object[]; omitted: number }>(
      '/networks/1337/metrics/host.cpuShare',
    )
    expect([values, omitted]).toEqual([
      [{ node: 'a', name: 'a', series: 'host.cpuShare', labels: {}, value: 0.5, at: worldEnd - minute }],
      0,
    ])
    expect(await api.json('/networks/1337/metrics/never')).toMatchObject({ values: [] })
  })
})

describe('series of metrics', () => {
  it('are those of several nodes on one line of time, with all labels of a name or with one', async () => {
    await using api = await openMetrics()
    const ask = (query: string): Promise<Lines> => api.json<Lines>(`/networks/1337/series?${query}`)
    const both = await ask('node=a&node=b&metric=disk.free_bytes')
    expect(names(both)).toHaveLength(6)
    for (const { avg, present } of both.series) expect([avg.length, present.length]).toEqual([180, 180])
    expect(both.missing).toEqual([])
    const one = await ask(`node=b&metric=${encodeURIComponent(flats[3] ?? '')}`)
    expect(one.series).toMatchObject([
      { node: 'b', metric: 'disk.free_bytes', labels: { path: '/a,b' }, unit: 'bytes' },
    ])
    expect(one.series[0]?.avg.filter((value) => value !== null)).toEqual([40])
    expect(names(await ask('node=a&metric=disk.free_bytes{}'))).toEqual(['a disk.free_bytes'])
  })

  it('mix what every node has with what goes by name, and say what is missing', async () => {
    await using api = await openMetrics()
    const mixed = await api.json<Lines>('/networks/1337/nodes/a/series?metric=peers&metric=host.cpuShare&metric=never')
    expect(names(mixed)).toEqual(['a peers', 'a host.cpuShare'])
    expect(mixed.missing).toEqual(['never'])
    expect(mixed.series.map(({ unit }) => unit)).toEqual(['count', 'ratio'])
    const nothing = await api.json<Lines>('/networks/1337/nodes/a/series?metric=never')
    expect([nothing.series, nothing.buckets.length]).toEqual([[], 180])
  })

  it('are bounded: what is beyond is counted', async () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ key: 10 + i, name: `many{n=${i}}` }))
    await using api = await openMetrics({
      metricName: [...flats.map((name, i) => ({ key: i + 1, name })), ...many],
      metric: many.map(({ key }) => metric(minute, 1, key, 1)),
    })
    const { series, omitted } = await api.json<Lines>('/networks/1337/nodes/a/series?metric=many')
    expect([series.length, omitted]).toEqual([50, 10])
  })

  it('are as wide as the widest of them where the finer rows of some have expired', async () => {
    const day = 86_400_000
    await using api = await openMetrics({
      metric: [],
      metric1m: [rollup(minute, 1, 1, 3)],
      nodeSample: [storeRow('nodeSample', { at: worldEnd - minute, node: 1, peers: 4 })],
    })
    const { bucketMs, series, buckets } = await api.json<Lines>(
      `/networks/1337/nodes/a/series?metric=peers&metric=host.cpuShare&from=${worldEnd - day}&bucket=30s`,
    )
    for (const { avg } of series) expect(avg).toHaveLength(buckets.length)
    expect(buckets.length).toBe(day / bucketMs)
  })

  it('refuse what is no list of names', async () => {
    await using api = await openMetrics()
    const list = Array.from({ length: 33 }, (_, i) => `metric=m${i}`).join('&')
    for (const query of ['', 'metric=', list, 'metric=x&bucket=1'])
      expect(await api.problem(`/networks/1337/nodes/a/series?${query}`)).toBe('API_PARAMETER_INVALID')
    expect(await api.problem('/networks/1337/series?metric=x')).toBe('API_PARAMETER_INVALID')
    expect(await api.problem('/networks/1337/series?metric=x&node=nobody')).toBe('API_NODE_UNKNOWN')
  })
})
