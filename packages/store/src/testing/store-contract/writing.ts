import { describe, expect, it } from 'vitest'
import { rememberedBatches } from '../../store.ts'
import { tables } from '../../tables.ts'
import type { TableName } from '../../tables.ts'
import { storeBatchOf } from '../../memory/rows.ts'
import type { StoreRows } from '../../memory/rows.ts'
import { always, createSetup, hourMs, minuteMs, noon, storeRow, textOf } from './setup.ts'
import type { OpenStore, StoreContractFeatures } from './setup.ts'

/** What breaks careless stores. */
export const awkwardTexts = [
  '',
  ' ',
  `'; DROP TABLE log; --`,
  '"quoted", and a comma',
  'two\r\nlines\tand a tab',
  '100% of_all \\ and !',
  '$1 ? :name {0} %s',
  'Zürich 東京 🦀 \u{1F1E8}\u{1F1ED}',
  'null',
  'x'.repeat(1_000_000),
] as const

export const writingContract = (name: string, open: OpenStore, { durable }: StoreContractFeatures): void => {
  const setup = createSetup(open)
  const range = { from: noon - hourMs, to: noon + hourMs }

  describe(`${name}, as a store: writing`, () => {
    it('has nothing at first', async () => {
      const { store } = await setup()
      expect(await store.catalog()).toEqual({
        networks: [],
        nodes: [],
        metricNames: [],
        seq: 0,
        batches: [],
        newestAt: null,
        rolled: {
          network10s: null,
          network1m: null,
          network1h: null,
          node1m: null,
          node1h: null,
          metric1m: null,
          metric1h: null,
        },
      })
    })

    it('takes a batch without rows', async () => {
      const { store, write } = await setup()
      await write({})
      await write({ log: [] })
      expect((await store.catalog()).newestAt).toBeNull()
    })

    it('gives back every value of every sort, the greatest and null among them', async () => {
      const { store, write } = await setup()
      const full = storeRow('nodeSample', {
        at: noon,
        network: 2 ** 32 - 1,
        node: 2 ** 32 - 1,
        active: true,
        syncing: false,
        hashrate: 1.5e300,
        peers: -0.1,
        gasPrice: Number.MAX_SAFE_INTEGER,
        latencyMs: 5e-324,
      })
      const empty = storeRow('nodeSample', { at: noon + 1, network: 2 ** 32 - 1, node: 0 })
      const seen = storeRow('blockSeen', { at: noon, number: Number.MAX_SAFE_INTEGER, hash64: 2n ** 64n - 1n })
      await write({ nodeSample: [full, empty], blockSeen: [seen] })
      expect(await store.latest({ network: 2 ** 32 - 1, ...range })).toEqual([empty, full])
      const [block] = (await store.moment({ network: 1, at: noon, blocks: 0, sightings: 0 })).nodes
      expect(block?.block).toEqual({ at: noon, number: seen.number, hash64: seen.hash64, delayMs: null })
    })

    it('keeps texts as they are, whatever is in them', async () => {
      const { store, write } = await setup()
      const rows = awkwardTexts.map((message, i) => storeRow('log', { at: noon, seq: i + 1, message, source: 's' }))
      await write({ log: rows })
      expect(await store.logs({ network: 1, range, limit: 100 })).toEqual(rows.toReversed())
    })

    it('writes all tables of a batch or none', async () => {
      const { store, write } = await setup()
      const batch = storeBatchOf({
        network: [storeRow('network', { key: 1, name: 'n' })],
        log: [storeRow('log', { at: noon, seq: 1 })],
        alarm: [storeRow('alarm', { at: noon, seq: 2 })],
      })
      const { message: _, ...columns } = batch['log']?.columns ?? {}
      await expect(store.write({ ...batch, log: { rows: 1, columns } })).rejects.toThrow()
      await expect(store.write({ ...batch, nothing: { rows: 0, columns: {} } })).rejects.toThrow()
      expect((await store.catalog()).networks).toEqual([])
      expect(await store.alarms({ network: 1, range, limit: 10 })).toEqual([])
      await write({ log: [storeRow('log', { at: noon, seq: 3 })] })
      expect(await store.catalog()).toMatchObject({ seq: 3, newestAt: noon, networks: [] })
    })

    it('leaves a batch that it did not take as it was', async () => {
      const { store } = await setup()
      const batch = storeBatchOf({ reorg: [storeRow('reorg', { at: noon, seq: 7, number: 5 })] })
      await expect(store.write({ ...batch, nothing: { rows: 0, columns: {} } })).rejects.toThrow()
      await store.write(batch)
      expect((await store.reorgs({ network: 1, range, limit: 1 }))[0]).toMatchObject({ seq: 7, number: 5 })
    })

    it('numbers rows that have no number, after all that have one', async () => {
      const { store, write } = await setup()
      await write({ log: [storeRow('log', { at: noon, message: 'a' }), storeRow('log', { at: noon, message: 'b' })] })
      await write({ log: [storeRow('log', { at: noon, seq: 7, message: 'c' })] })
      await write({
        log: [storeRow('log', { at: noon, message: 'd' })],
        alarm: [storeRow('alarm', { at: noon, alarm: 'e' })],
      })
      const logs = await store.logs({ network: 1, range, limit: 9 })
      expect(logs.map(({ seq, message }) => [seq, message])).toEqual([
        [8, 'd'],
        [7, 'c'],
        [2, 'b'],
        [1, 'a'],
      ])
      expect(await store.alarms({ network: 1, range, limit: 9 })).toMatchObject([{ seq: 9 }])
      expect((await store.catalog()).seq).toBe(9)
    })

    it('has a batch once that is written with the same id twice, among the newest', async () => {
      const { store } = await setup()
      const batch = (message: string) => storeBatchOf({ log: [storeRow('log', { at: noon, message })] })
      const messages = async () =>
        (await store.logs({ network: 1, range, limit: 99 })).map(({ message }) => message).toReversed()
      await store.write(batch('a'), 'one')
      await store.write(batch('a'), 'one')
      await store.write(batch('b'), 'two')
      await store.write(batch('a'), 'one')
      await store.write(batch('b'))
      await store.write(batch('b'))
      expect(await messages()).toEqual(['a', 'b', 'b', 'b'])
      expect((await store.catalog()).batches).toEqual(['one', 'two'])
      for (let i = 0; i < rememberedBatches; i++) await store.write(batch('c'), `more ${i}`)
      expect((await store.catalog()).batches).toEqual(Array.from({ length: rememberedBatches }, (_, i) => `more ${i}`))
      expect((await messages()).filter((one) => one === 'c')).toHaveLength(rememberedBatches)
    })

    it('does not remember a batch that it did not take', async () => {
      const { store } = await setup()
      const batch = storeBatchOf({ log: [storeRow('log', { at: noon })] })
      const { message: _, ...columns } = batch['log']?.columns ?? {}
      await expect(store.write({ ...batch, log: { rows: 1, columns } }, 'one')).rejects.toThrow()
      await store.write(batch, 'one')
      expect(await store.logs({ network: 1, range, limit: 9 })).toHaveLength(1)
    })

    it('gives names their keys, the same ones anyone who asks, and when', async () => {
      const { store } = await setup()
      const network = (name: string) => ({ name, networkId: null, firstSeenAt: noon })
      const node = (of: string, id: string) => ({ network: of, id, firstSeenAt: noon })
      const awkward = `o'"brien %_\\ \u{1f980}`
      const both = { networks: [network('a'), network('b')], nodes: [node('a', 'n'), node('b', 'n')], metrics: ['cpu'] }
      const [first, second] = await Promise.all([
        store.nameKeys(both),
        store.nameKeys({
          networks: [network('b'), network('c')],
          nodes: [node('b', 'n'), node('b', 'm')],
          metrics: [],
        }),
      ])
      expect(first).toEqual({ networks: [1, 2], nodes: [1, 2], metrics: [1] })
      expect(second).toEqual({ networks: [2, 3], nodes: [2, 3], metrics: [] })
      const again = { networks: [], nodes: [node('b', awkward), node('b', awkward)], metrics: ['cpu', awkward, 'cpu'] }
      expect(await store.nameKeys(again)).toEqual({ networks: [], nodes: [4, 4], metrics: [1, 2, 1] })
      const { networks, nodes, metricNames } = await store.catalog()
      expect(networks.map(({ key, name }) => [key, name])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ])
      expect(nodes.map(({ key, network: of, id }) => [key, of, id])).toEqual([
        [1, 1, 'n'],
        [2, 2, 'n'],
        [3, 2, 'm'],
        [4, 2, awkward],
      ])
      expect(metricNames.map(({ name }) => name)).toEqual(['cpu', awkward])
    })

    it('gives a node of an unknown network no key', async () => {
      const { store } = await setup()
      const names = { networks: [], nodes: [{ network: 'x', id: 'n', firstSeenAt: noon }], metrics: ['cpu'] }
      await expect(store.nameKeys(names)).rejects.toMatchObject({ code: 'STORE_QUERY_INVALID' })
      expect(await store.catalog()).toMatchObject({ nodes: [], metricNames: [] })
    })

    it('finds late rows where their time is, in the batch or out of it', async () => {
      const { store, write } = await setup()
      const line = (minutes: number) => storeRow('log', { at: noon - minutes * minuteMs, seq: minutes })
      await write({ log: [line(1), line(50), line(2)] })
      await write({ log: [line(30), line(3)] })
      const found = await store.logs({ network: 1, range, limit: 10 })
      expect(found.map((row) => row.seq)).toEqual([1, 2, 3, 30, 50])
      expect((await store.catalog()).newestAt).toBe(noon - minuteMs)
    })

    it('knows what it was told once, after any number of batches', async () => {
      const { store, write } = await setup()
      for (let i = 1; i <= 5; i++)
        await write({
          node: [storeRow('node', { key: i, id: `node-${i}`, firstSeenAt: noon })],
          metricName: [storeRow('metricName', { key: i, name: `metric-${i}` })],
          node1m: [storeRow('node1m', { bucket: noon - i * minuteMs, samples: 1 })],
          nodeState: [storeRow('nodeState', { at: noon - i, seq: i * 2 })],
        })
      const { nodes, metricNames, seq, newestAt, rolled } = await store.catalog()
      expect(nodes.map((row) => row.id)).toEqual(['node-1', 'node-2', 'node-3', 'node-4', 'node-5'])
      expect(metricNames.map((row) => row.key)).toEqual([1, 2, 3, 4, 5])
      expect({ seq, newestAt }).toEqual({ seq: 10, newestAt: noon - 1 })
      expect(rolled).toMatchObject({ node1m: noon - minuteMs, node1h: null })
    })

    if (durable) {
      it('knows names, numbers and batches again after it was closed', async () => {
        const first = await setup()
        const names = {
          networks: [{ name: 'a', networkId: '1', firstSeenAt: noon }],
          nodes: [{ network: 'a', id: 'n', firstSeenAt: noon }],
          metrics: ['cpu', 'peers'],
        }
        const keys = await first.store.nameKeys(names)
        const batch = () => storeBatchOf({ log: [storeRow('log', { at: noon })] })
        await first.store.write(batch(), 'one')
        const again = await first.reopen()
        const others = { ...names, metrics: ['new', 'peers', 'cpu'] }
        expect(await again.store.nameKeys(others)).toEqual({ ...keys, metrics: [3, 2, 1] })
        await again.store.write(batch(), 'one')
        await again.store.write(batch(), 'two')
        expect((await again.store.logs({ network: 1, range, limit: 9 })).map(({ seq }) => seq)).toEqual([2, 1])
      })

      it('has every row again after it was closed', async () => {
        const first = await setup()
        const rows: StoreRows = Object.fromEntries(
          (Object.keys(tables) as TableName[]).map((table) => {
            const { time } = tables[table]
            return [table, [storeRow(table, time === null ? {} : { [time]: noon })]]
          }),
        )
        await first.write(rows)
        const before = await first.store.catalog()
        const again = await first.reopen()
        expect(await again.store.catalog()).toEqual(before)
        for (const table of Object.keys(tables) as TableName[]) {
          const lines = await textOf(again.store.export({ table, range: always, format: 'ndjson' }))
          expect({ table, lines: lines.trim().split('\n').length }).toEqual({ table, lines: 1 })
        }
        await again.write({ log: [storeRow('log', { at: noon, seq: 99 })] })
        expect((await again.store.catalog()).seq).toBe(99)
      })
    }

    it('says that it is closed, and may be closed twice', async () => {
      const { store, write } = await setup()
      await store[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await expect(write({})).rejects.toMatchObject({ code: 'STORE_CLOSED' })
      await expect(store.catalog()).rejects.toMatchObject({ code: 'STORE_CLOSED' })
      await expect(store.logs({ network: 1, range, limit: 1 })).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    })
  })
}
