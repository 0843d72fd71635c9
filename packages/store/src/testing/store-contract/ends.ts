/** Questions that end early, and administration. */
import { describe, expect, it } from 'vitest'
import type { Retention } from '../../store-admin.ts'
import { tables } from '../../tables.ts'
import { always, createSetup, dayMs, hourMs, noon, storeRow, textOf } from './setup.ts'
import type { OpenStore, StoreContractFeatures } from './setup.ts'

export const endsContract = (name: string, open: OpenStore, { concurrent }: StoreContractFeatures): void => {
  const setup = createSetup(open)
  const range = { from: noon - hourMs, to: noon }

  describe(`${name}, as a store: what ends early`, () => {
    const log = Array.from({ length: 5000 }, (_, i) =>
      storeRow('log', { at: noon - 1 - i, seq: i + 1, message: `line ${i}` }),
    )
    const question = { network: 1, at: noon, blocks: 10, sightings: 10 }
    const cancelled = { code: 'STORE_QUERY_CANCELLED' }

    it('does not begin a question that was taken back', async () => {
      const { store } = await setup()
      const signal = AbortSignal.abort()
      await expect(store.moment(question, { signal })).rejects.toMatchObject(cancelled)
      await expect(store.catalog({ signal })).rejects.toMatchObject(cancelled)
      await expect(textOf(store.export({ table: 'log', range, format: 'csv' }, { signal }))).rejects.toMatchObject(
        cancelled,
      )
    })

    if (concurrent) {
      it('ends questions that are taken back or take too long, and goes on', async () => {
        const { store, write } = await setup()
        await write({ log })
        const abort = new AbortController()
        const asked = Array.from({ length: 10 }, () => store.moment(question, { signal: abort.signal }))
        abort.abort()
        for (const { status, reason } of await Promise.allSettled(asked).then((all) =>
          all.map((one) => ({
            status: one.status,
            reason: one.status === 'rejected' ? (one.reason as unknown) : undefined,
          })),
        )) {
          expect(status).toBe('rejected')
          expect(reason).toMatchObject(cancelled)
        }
        await expect(store.moment(question, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'STORE_QUERY_TIMEOUT' })
        expect(await store.logs({ network: 1, range, limit: 1, text: 'LINE 4999' })).toEqual(log.slice(-1))
      })
    }

    it('ends an export that is taken back', async () => {
      const { store, write } = await setup()
      await write({ log })
      const abort = new AbortController()
      const file = store.export({ table: 'log', range, format: 'csv' }, { signal: abort.signal })
      const pieces = file[Symbol.asyncIterator]()
      expect((await pieces.next()).done).toBe(false)
      abort.abort()
      await expect(pieces.next()).rejects.toMatchObject(cancelled)
      expect(await store.logs({ network: 1, range, limit: 10_000 })).toHaveLength(log.length)
    })
  })

  describe(`${name}, as a store: administration`, () => {
    it('counts its rows, and finds nothing wrong with itself', async () => {
      const { store, write } = await setup()
      await write({
        log: [storeRow('log', { at: noon, seq: 1 }), storeRow('log', { at: noon - 5, seq: 2 })],
        network: [storeRow('network', { key: 1 })],
      })
      const info = await store.info()
      expect(info.tables.find((table) => table.name === 'log')).toEqual({
        name: 'log',
        rows: 2,
        from: noon - 5,
        to: noon,
      })
      expect(info.tables.find((table) => table.name === 'alarm')).toEqual({
        name: 'alarm',
        rows: 0,
        from: null,
        to: null,
      })
      expect(info.tables.map((table) => table.name).sort()).toEqual(
        Object.values(tables)
          .map((table) => table.name)
          .sort(),
      )
    })

    it('gives up what is past its retention and nothing else', async () => {
      const contract = await setup()
      const { store, write } = contract
      const all = (at: number, seq: number) => ({
        nodeSample: [storeRow('nodeSample', { at, peers: seq })],
        log: [storeRow('log', { at, seq })],
        network10s: [storeRow('network10s', { bucket: at })],
        node1m: [storeRow('node1m', { bucket: at })],
        node1h: [storeRow('node1h', { bucket: at })],
        alarm: [storeRow('alarm', { at, seq: seq + 1 })],
        block: [storeRow('block', { at, number: seq })],
      })
      await write(all(noon, 1))
      contract.now = noon + 100 * dayMs
      await write(all(contract.now, 11))
      const keep: Retention = { raw: dayMs, logs: dayMs, seconds: dayMs, minutes: dayMs, hours: 365 * dayMs }
      await store.prune(keep, contract.now)
      const rows = Object.fromEntries((await store.info()).tables.map((table) => [table.name, table.rows]))
      expect(rows).toMatchObject({ node_sample: 1, log: 1, network_10s: 1, node_1m: 1, node_1h: 2, alarm: 2, block: 2 })
      expect((await store.logs({ network: 1, range: always, limit: 10 })).map((row) => row.seq)).toEqual([11])
      expect(await store.prune(keep, contract.now)).toMatchObject({ files: [] })
    })
  })
}
