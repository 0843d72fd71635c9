import { binOf } from '@netstats/store'
import type { RollupTable } from '@netstats/store'
import { createMemoryStore } from '@netstats/store/testing'
import { describe, expect, it } from 'vitest'
import { createNameIds } from '../name-ids.ts'
import { createRowBuffer } from '../row-buffer.ts'
import { writeBatch } from '../write-batch.ts'
import { noSums } from './bucket-sums.ts'
import { createRollups } from './rollups.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const start = Date.UTC(2026, 0, 15, 12)

const open = () => {
  const rowBuffer = createRowBuffer({ maxBytes: 1 << 24, batchRows: 10, onFull: () => undefined, monotonic: () => 0 })
  const rollups = createRollups(rowBuffer.into, (run) => rowBuffer.atomically(run))
  rowBuffer.listen({ closing: () => rollups.flushLate() })
  const names = createNameIds()
  const network = names.network('1337', '1337', start)
  const node = network && names.node(network, 'a', start)
  const metric = names.metric('cpu')
  if (network === undefined || node === undefined || metric === undefined) throw new Error('no names')
  const store = createMemoryStore()
  return {
    rollups,
    rowBuffer,
    network,
    node,
    series: { node, metric, ...noSums },
    rows: async <T extends RollupTable>(table: T) => {
      rowBuffer.cut()
      for (let batch = rowBuffer.first(); batch !== undefined; batch = rowBuffer.first()) {
        await writeBatch(store, names, batch)
        rowBuffer.done(batch)
      }
      return store.rows(table)
    },
  }
}

describe('roll-ups', () => {
  it('put each number into its own columns, under the keys of its network, node and metric', async () => {
    const { rollups, network, node, series, rows } = open()
    rollups.reach(start)
    rollups.block(start, network)
    rollups.reorg(start, network)
    rollups.networkValue(start, network, 'transactions', 12)
    rollups.networkDelay(start, network, 'latencyMs', 30)
    rollups.networkDelay(start, network, 'propagationMs', 700)
    rollups.sample(start, node)
    rollups.sighted(start, node)
    rollups.nodeValue(start, node, 'peers', 4)
    rollups.nodeValue(start, node, 'peers', 8)
    rollups.metric(start, series, 5)
    rollups.flush()
    const bins = { [`latencyMs_h${binOf(30)}`]: 1, [`propagationMs_h${binOf(700)}`]: 1 }
    for (const table of ['network10s', 'network1m', 'network1h'] as const) {
      const [row] = await rows(table)
      expect(row).toMatchObject({ bucket: start, network: 1, blocks: 1, reorgs: 1, ...bins })
      expect(row).toMatchObject({ transactions_n: 1, transactions_sum: 12, latencyMs_max: 30, propagationMs_min: 700 })
      expect(row).toMatchObject({ uncles_n: 0, uncles_sum: null, uncles_min: null, uncles_max: null })
      const all = Object.entries(row ?? {}).filter(([name, n]) => /_h\d+$/.test(name) && n !== 0)
      expect(all.map(([name]) => name).toSorted()).toEqual(Object.keys(bins).toSorted())
    }
    for (const table of ['node1m', 'node1h'] as const)
      expect(await rows(table)).toMatchObject([
        { network: 1, node: 1, samples: 1, blocks: 1, peers_n: 2, peers_sum: 12, peers_min: 4, peers_max: 8 },
      ])
    for (const table of ['metric1m', 'metric1h'] as const)
      expect(await rows(table)).toMatchObject([{ network: 1, node: 1, metric: 1, n: 1, sum: 5, min: 5, max: 5 }])
  })

  it('keep what comes late for the batch that is open, and write it in all widths with that', async () => {
    const { rollups, rowBuffer, network, node, rows } = open()
    rollups.reach(start)
    rollups.sample(start - 2 * hour, node)
    rollups.block(start - 2 * hour, network)
    expect(rollups.late).toBe(2)
    rowBuffer.into.log.add({
      at: start,
      network: network.number,
      node: node.number,
      severity: 6,
      source: 's',
      message: 'm',
    } as never)
    rowBuffer.cut()
    expect(rollups.late).toBe(0)
    const [batch] = [rowBuffer.first()]
    expect(Object.keys(batch?.tables ?? {}).toSorted()).toEqual(
      ['log', 'network10s', 'network1h', 'network1m', 'node1h', 'node1m'].toSorted(),
    )
    expect((await rows('node1h')).map(({ bucket }) => bucket)).toEqual([start - 2 * hour])
  })

  it('write a bucket once the next has begun, and its hour not before that is over', async () => {
    const { rollups, node, rows } = open()
    rollups.reach(start)
    rollups.sample(start, node)
    rollups.tick(start + 59 * second)
    expect(await rows('node1m')).toEqual([])
    rollups.reach(start + minute)
    rollups.tick(start + minute)
    expect([(await rows('node1m')).length, (await rows('node1h')).length]).toEqual([1, 0])
    rollups.reach(start + hour)
    rollups.tick(start + hour)
    expect((await rows('node1h')).map(({ samples }) => samples)).toEqual([1])
    expect(rollups.closing).toBe(0)
  })

  it('write a metric that is released at once, in all widths', async () => {
    const { rollups, series, rows } = open()
    rollups.reach(start)
    rollups.metric(start, series, 5)
    rollups.release(series)
    expect([(await rows('metric1m')).length, (await rows('metric1h')).length]).toEqual([1, 1])
    rollups.flush()
    expect(await rows('metric1m')).toHaveLength(1)
  })
})
