import { describe, expect, it } from 'vitest'
import type { ListQuery, Position, Store } from '../../store.ts'
import type { StoreRows } from '../../memory/rows.ts'
import { always, createSetup, hourMs, noon, storeRow } from './setup.ts'
import type { OpenStore } from './setup.ts'
import { awkwardTexts } from './writing.ts'

type Line = Position & Partial<Record<'message' | 'alarm' | 'step', unknown>>
const lists = {
  log: (store: Store, query: ListQuery) => store.logs(query),
  alarm: (store: Store, query: ListQuery) => store.alarms(query),
  reorg: (store: Store, query: ListQuery) => store.reorgs(query),
  nodeInfo: (store: Store, query: ListQuery) => store.nodeInfos(query),
  nodeState: (store: Store, query: ListQuery) => store.nodeStates(query),
  gap: (store: Store, query: ListQuery) => store.gaps(query),
  shed: (store: Store, query: ListQuery) => store.sheds(query),
} as const satisfies Readonly<Record<string, (store: Store, query: ListQuery) => Promise<readonly Line[]>>>
const listTables = Object.keys(lists) as (keyof typeof lists)[]

export const listsContract = (name: string, open: OpenStore): void => {
  const setup = createSetup(open)
  const range = { from: noon - hourMs, to: noon }

  describe(`${name}, as a store: lists`, () => {
    it('pages through every list, newest first, without loss or repetition, though many rows are of one time', async () => {
      const { store, write } = await setup()
      const rows: StoreRows = Object.fromEntries(
        listTables.map((table) => [
          table,
          Array.from({ length: 20 }, (_, i) =>
            storeRow(table, { at: noon - 1 - Math.floor(i / 6), seq: ((i * 7) % 20) + 1 }),
          ),
        ]),
      )
      await write(rows)
      for (const table of listTables) {
        const whole = await lists[table](store, { network: 1, range, limit: 100 })
        expect(whole).toEqual((rows[table] as readonly Line[]).toSorted((a, b) => b.at - a.at || b.seq - a.seq))
        for (const limit of [1, 3, 19, 20]) {
          const paged: Line[] = []
          for (let after: Position | undefined; ; after = paged.at(-1)) {
            const query = { network: 1, range, limit }
            const page = await lists[table](store, after ? { ...query, after } : query)
            paged.push(...page)
            if (page.length < limit) break
          }
          expect(paged).toEqual(whole)
        }
      }
    })

    it('holds to range, network, node and limit', async () => {
      const { store, write } = await setup()
      const gap = (seq: number, at: number, of: { network?: number; node?: number } = {}) =>
        storeRow('gap', { at, seq, ...of })
      await write({
        gap: [
          gap(1, range.from),
          gap(2, range.to),
          gap(3, range.to - 1),
          gap(4, range.from - 1),
          gap(5, range.from, { network: 2 }),
          gap(6, range.from, { node: 2 }),
        ],
        reorg: [storeRow('reorg', { at: range.from, seq: 7 })],
      })
      const seqs = async (query: Partial<ListQuery>) =>
        (await store.gaps({ network: 1, range, limit: 10, ...query })).map((row) => row.seq)
      expect(await seqs({})).toEqual([3, 6, 1])
      expect(await seqs({ node: 1 })).toEqual([3, 1])
      expect(await seqs({ node: 9 })).toEqual([])
      expect(await seqs({ network: 2 })).toEqual([5])
      expect(await seqs({ limit: 0 })).toEqual([])
      expect(await seqs({ range: { from: noon, to: noon } })).toEqual([])
      // A reorganisation is of no node.
      expect(await store.reorgs({ network: 1, node: 1, range, limit: 10 })).toEqual([])
    })

    it('refuses limits, ranges and positions that are none', async () => {
      const { store } = await setup()
      const invalid = { code: 'STORE_QUERY_INVALID' }
      for (const table of listTables) {
        const ask = (query: Partial<ListQuery>) => lists[table](store, { network: 1, range, limit: 1, ...query })
        for (const limit of [-1, 0.5, Number.NaN, 1e9]) await expect(ask({ limit })).rejects.toMatchObject(invalid)
        await expect(ask({ range: { from: 2, to: 1 } })).rejects.toMatchObject(invalid)
        await expect(ask({ after: { at: Number.NaN, seq: 1 } })).rejects.toMatchObject(invalid)
      }
    })

    it('finds text in logs as it stands, whatever its case', async () => {
      const { store, write } = await setup()
      const texts = [...awkwardTexts, 'Imported NEW chain segment', '100X ofYall', '%', '_', '!%', 'İstanbul']
      const rows = texts.map((message, i) =>
        storeRow('log', { at: noon - 1, seq: i + 1, message, source: message.slice(0, 99) }),
      )
      await write({ log: rows })
      const found = async (text: string) =>
        (await store.logs({ network: 1, range, limit: 100, text })).map((row) => row.message)
      expect(await found('new CHAIN')).toEqual(['Imported NEW chain segment'])
      expect(await found('% of_')).toEqual([awkwardTexts[5]])
      expect(await found('!%')).toEqual(['!%'])
      expect(await found('ZÜRICH 東')).toEqual([awkwardTexts[7]])
      expect(await found(awkwardTexts[2])).toEqual([awkwardTexts[2]])
      expect(await found('xX'.repeat(1000))).toEqual([awkwardTexts[9]])
      expect(await found('')).toHaveLength(texts.length)
      expect(await found('nowhere')).toEqual([])
      for (const text of awkwardTexts) expect(await found(text)).toContain(text)
      for (const { source } of rows) {
        const same = rows.filter((row) => row.source === source)
        expect(await store.logs({ network: 1, range, limit: 100, source })).toEqual(same.toReversed())
      }
    })

    it('tells logs by the part of the program, and keeps what they say in names and values', async () => {
      const { store, write } = await setup()
      const line = (seq: number, component: string | null, fields: string | null) =>
        storeRow('log', { at: noon - 1, seq, component, fields })
      const rows = [line(1, 'p2p', '{"peers":"4"}'), line(2, null, null), line(3, "it's", '{"a\\"b":"ü — \\n"}')]
      await write({ log: rows })
      const of = (component: string) => store.logs({ network: 1, range, limit: 10, component })
      expect(await of('p2p')).toEqual([rows[0]])
      expect(await of("it's")).toEqual([rows[2]])
      expect(await of('P2P')).toEqual([])
      expect(await store.logs({ network: 1, range, limit: 10 })).toEqual(rows.toReversed())
    })

    it('finds words in what logs say in names and values', async () => {
      const { store, write } = await setup()
      const rows = ['{"peers":"4","hash":"0xAB"}', null].map((fields, i) =>
        storeRow('log', { at: noon - 1, seq: i + 1, message: 'plain', fields }),
      )
      await write({ log: rows })
      const found = (text: string) => store.logs({ network: 1, range, limit: 10, text })
      expect(await found('0xab')).toEqual([rows[0]])
      expect(await found('plain')).toEqual(rows.toReversed())
      expect(await found('0xcd')).toEqual([])
    })

    it('tells logs by severity, and goes on after a page of a search', async () => {
      const { store, write } = await setup()
      const rows = Array.from({ length: 40 }, (_, i) =>
        storeRow('log', {
          at: noon - 1 - i * 60_000,
          seq: i + 1,
          severity: i % 8,
          message: i % 3 === 0 ? 'fizz' : 'else',
        }),
      )
      await write({ log: rows })
      const wanted = rows.filter((row) => row.severity <= 3 && row.message === 'fizz')
      const query = { network: 1, range, severity: 3, text: 'Fizz', limit: 4 }
      const first = await store.logs(query)
      expect(first).toEqual(wanted.slice(0, 4))
      const last = first.at(-1)
      expect(last && (await store.logs({ ...query, limit: 100, after: last }))).toEqual(wanted.slice(4))
    })

    it('gives logs from either end, and goes on in the same direction', async () => {
      const { store, write } = await setup()
      const rows = Array.from({ length: 20 }, (_, i) =>
        storeRow('log', { at: noon - 100_000 + Math.floor(i / 2) * 10_000, seq: i + 1 }),
      )
      await write({ log: rows })
      const query = { network: 1, range: { from: noon - 90_000, to: noon }, oldestFirst: true, limit: 7 }
      const first = await store.logs(query)
      expect(first).toEqual(rows.slice(2, 9))
      const last = first.at(-1)
      expect(last && (await store.logs({ ...query, limit: 100, after: last }))).toEqual(rows.slice(9))
      expect(await store.logs({ ...query, oldestFirst: false, limit: 3 })).toEqual(rows.slice(17).toReversed())
    })

    it('knows which alarms are open, however long ago they were raised', async () => {
      const { store, write } = await setup()
      let seq = 0
      const step = (alarm: string, at: number, what: string, type = 'node-inactive', more: object = {}) =>
        storeRow('alarm', { at, seq: ++seq, alarm, step: what, type, node: 1, origin: 'server', ...more })
      await write({
        alarm: [
          step('a', noon - 5 * hourMs, 'raised'),
          step('b', noon - 50, 'raised'),
          step('b', noon - 40, 'cleared'),
          step('c', noon - 30, 'raised', 'other'),
          step('c', noon - 20, 'acknowledged', 'other'),
          step('d', noon - 10, 'cleared'),
          step('d', noon - 10, 'raised'),
        ],
      })
      const open = async (query: object) =>
        (await store.alarms({ network: 1, range: always, limit: 10, open: true, ...query })).map(
          (row) => `${row.alarm} ${row.step}`,
        )
      expect(await open({})).toEqual(['d raised', 'c acknowledged', 'a raised'])
      expect(await open({ range })).toEqual(['d raised', 'c acknowledged'])
      expect(await open({ type: 'other' })).toEqual(['c acknowledged'])
      expect(await open({ node: 2 })).toEqual([])
      expect(await open({ limit: 1 })).toEqual(['d raised'])
      expect(await open({ after: { at: noon - 10, seq: 7 } })).toEqual(['c acknowledged', 'a raised'])
      expect(await store.alarms({ network: 1, range: always, limit: 10, type: 'other' })).toHaveLength(2)
      expect(await store.alarms({ network: 1, range: always, limit: 10, type: `' OR 1=1 --` })).toEqual([])
    })

    it('lets nobody clear an alarm of another node, of another network, or of the server', async () => {
      const { store, write } = await setup()
      let seq = 0
      const step = (what: string, more: object) =>
        storeRow('alarm', { at: noon + ++seq, seq, alarm: 'x', type: 'x', network: 1, step: what, ...more })
      const [server, agent] = [{ origin: 'server' }, { origin: 'node' }]
      await write({
        alarm: [
          step('raised', { node: 2, ...server }),
          step('raised', { node: 2, ...agent }),
          step('raised', { node: null, ...server }),
          step('raised', { node: 3, ...agent }),
          step('cleared', { node: 1, ...agent }),
          step('cleared', { node: 2, ...agent }),
          step('cleared', { node: 3, network: 2, ...agent }),
        ],
      })
      const open = async (query: object) =>
        (await store.alarms({ network: 1, range: always, limit: 10, open: true, ...query })).map(
          ({ node, origin }) => `${node} ${origin}`,
        )
      expect(await open({})).toEqual(['3 node', 'null server', '2 server'])
      expect(await open({ origin: 'server' })).toEqual(['null server', '2 server'])
      expect(await open({ origin: 'node' })).toEqual(['3 node'])
    })
  })
}
