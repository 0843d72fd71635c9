import { describe, expect, it } from 'vitest'
import { tables } from '../../tables.ts'
import { createSetup, hourMs, noon, storeRow, textOf } from './setup.ts'
import type { OpenStore, StoreContractFeatures } from './setup.ts'
import { awkwardTexts } from './writing.ts'

/** As RFC 4180 has it. A field without quotes that is empty is null. */
const parseCsv = (text: string): (string | null)[][] => {
  const records: (string | null)[][] = []
  let record: (string | null)[] = []
  for (const [, quotedField, plainField, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)) {
    record.push(quotedField === undefined ? plainField || null : quotedField.replaceAll('""', '"'))
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}

export const exportsContract = (name: string, open: OpenStore, { parquet }: StoreContractFeatures): void => {
  const setup = createSetup(open)
  const range = { from: noon - hourMs, to: noon }

  describe(`${name}, as a store: exports`, () => {
    it('writes CSV and NDJSON that read back as the rows they were, in order of time', async () => {
      const { store, write } = await setup()
      const rows = awkwardTexts.map((message, i) =>
        storeRow('log', {
          at: noon - 1 - i,
          seq: i + 1,
          node: i % 2 === 0 ? null : i,
          severity: 3,
          message,
          source: message.slice(0, 50),
          component: i % 2 === 0 ? null : 'part',
          fields: JSON.stringify({ message }),
        }),
      )
      await write({ log: rows })
      const lines = await textOf(store.export({ table: 'log', range, format: 'ndjson' }))
      const read = lines
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line))
      expect(read).toEqual(rows.toReversed())
      const [header, ...records] = parseCsv(await textOf(store.export({ table: 'log', range, format: 'csv' })))
      expect(header).toEqual(Object.keys(tables.log.columns))
      expect(records).toEqual(
        rows
          .toReversed()
          .map(({ at, seq, network, node, severity, source, message, component, fields }) => [
            String(at),
            String(seq),
            String(network),
            node === null ? null : String(node),
            String(severity),
            source,
            message,
            component,
            fields,
          ]),
      )
    })

    it('writes sorts that JSON does not have, and says nothing of what is outside', async () => {
      const { store, write } = await setup()
      const seen = (at: number, of: object = {}) =>
        storeRow('blockSeen', { at, number: 5, hash64: 2n ** 64n - 1n, ...of })
      await write({
        blockSeen: [
          seen(noon - 1),
          seen(noon),
          seen(range.from - 1),
          seen(noon - 2, { node: 2 }),
          seen(noon - 3, { network: 2 }),
        ],
      })
      const query = { table: 'blockSeen', range, network: 1, node: 1 } as const
      expect(await textOf(store.export({ ...query, format: 'csv' }))).toBe(
        `at,network,node,number,hash64,delayMs\r\n${noon - 1},1,1,5,0xffffffffffffffff,\r\n`,
      )
      expect(await textOf(store.export({ ...query, format: 'ndjson' }))).toBe(
        `{"at":${noon - 1},"network":1,"node":1,"number":5,"hash64":"0xffffffffffffffff","delayMs":null}\n`,
      )
      expect(await textOf(store.export({ ...query, network: 9, format: 'csv' }))).toBe(
        'at,network,node,number,hash64,delayMs\r\n',
      )
    })

    it('puts names in place of keys when asked, and gives dictionaries whole', async () => {
      const { store, write } = await setup()
      await write({
        network: [storeRow('network', { key: 1, name: 'main, net' })],
        node: [storeRow('node', { key: 1, id: 'one' }), storeRow('node', { key: 2, id: 'two', network: 3 })],
        metricName: [storeRow('metricName', { key: 4, name: 'cpu' })],
        metric: [
          storeRow('metric', { at: noon - 1, metric: 4, value: 0.5 }),
          storeRow('metric', { at: noon - 1, network: 2, node: 9, metric: 9, value: 1 }),
        ],
        log: [storeRow('log', { at: noon - 1, node: null, message: 'm' })],
      })
      const lines = async (table: 'metric' | 'log' | 'node' | 'metricName') =>
        (await textOf(store.export({ table, range, format: 'ndjson', names: true })))
          .trimEnd()
          .split('\n')
          .map((line): unknown => JSON.parse(line))
      expect(new Set(await lines('metric'))).toEqual(
        new Set([
          { at: noon - 1, network: 'main, net', node: 'one', metric: 'cpu', value: 0.5 },
          { at: noon - 1, network: '2', node: '9', metric: '9', value: 1 },
        ]),
      )
      expect(await lines('log')).toMatchObject([{ network: 'main, net', node: null }])
      expect(await lines('node')).toMatchObject([
        { key: 1, network: 'main, net', id: 'one' },
        { key: 2, network: '3', id: 'two' },
      ])
      expect(await lines('metricName')).toEqual([{ key: 4, name: 'cpu' }])
    })

    it('gives every row of a long export once, and may be left in the middle', async () => {
      const { store, write } = await setup()
      const count = 30_000
      const rows = Array.from({ length: count }, (_, i) =>
        storeRow('metric', { at: noon - 1 - (i % 5000), metric: 1, value: i }),
      )
      await write({ metric: rows })
      const query = { table: 'metric', range, format: 'csv' } as const
      const [, ...records] = parseCsv(await textOf(store.export(query)))
      expect(new Set(records.map((record) => record.at(-1))).size).toBe(count)
      expect(records).toHaveLength(count)
      for await (const piece of store.export(query)) {
        expect(piece.length).toBeLessThan(1_000_000)
        break
      }
      expect((await store.catalog()).newestAt).toBe(noon - 1)
    })

    it('writes Parquet, or says that it does not', async () => {
      const { store, write } = await setup()
      await write({ reorg: [storeRow('reorg', { at: noon - 1, hash: '0x1' })] })
      const file = textOf(store.export({ table: 'reorg', range, format: 'parquet' }))
      if (parquet) expect(await file).toMatch(/^PAR1[^]*PAR1$/u)
      else await expect(file).rejects.toMatchObject({ code: 'STORE_QUERY_INVALID' })
    })
  })
}
