import { describe, expect, it } from 'vitest'
import { hash64Of } from '../../hash64.ts'
import { histogramBins } from '../../metrics.ts'
import type { BlocksQuery, StoredBlock } from '../../store.ts'
import type { Row } from '../../memory/data.ts'
import { createSetup, hashOf, hourMs, minuteMs, noon, storeRow } from './setup.ts'
import type { OpenStore } from './setup.ts'

export const blockRow = (number: number, at: number, fork = 0): Row<'block'> => {
  const hash = hashOf(number * 16 + fork)
  return storeRow('block', {
    at,
    number,
    hash,
    hash64: hash64Of(hash),
    parentHash: hashOf(number * 16 - 16),
    difficulty: '2',
  })
}
type ResultValues = Partial<Row<'blockResult'>> & { readonly [K in `delay_h${number}`]?: number }
export const resultRow = (block: Row<'block'>, at: number, seq: number, values: ResultValues = {}) =>
  storeRow('blockResult', { at, seq, number: block.number, hash64: block.hash64, ...values })
export const sightRow = (block: Row<'block'>, node: number, at: number, delayMs: number | null) =>
  storeRow('blockSeen', { at, node, number: block.number, hash64: block.hash64, delayMs })

const bare = (block: Row<'block'>): StoredBlock => ({
  ...block,
  canonical: null,
  blockTimeMs: null,
  nodes: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  delays: Array.from({ length: histogramBins }, () => 0),
})

export const blocksContract = (name: string, open: OpenStore): void => {
  const setup = createSetup(open)

  describe(`${name}, as a store: blocks`, () => {
    it('gives a block once, as it was first heard of, with the newest of what became of it', async () => {
      const { store, write } = await setup()
      const block = { ...blockRow(7, noon - 1000), firstNode: 3, arrivedAt: noon - 1000, extraData: '0x', size: 0 }
      await write({
        block: [{ ...block, at: noon, firstNode: 4 }, block, blockRow(8, noon), { ...blockRow(7, noon), network: 2 }],
        blockResult: [
          resultRow(block, noon, 2, {
            canonical: true,
            nodes: 5,
            p50Ms: 1.5,
            delay_h0: 2,
            delay_h23: 3,
            blockTimeMs: 0,
          }),
          resultRow(block, noon, 1, { canonical: false, nodes: 4 }),
          { ...resultRow(block, noon + 1, 9), network: 2 },
        ],
      })
      const delays = Array.from({ length: histogramBins }, (_, bin) => (bin === 0 ? 2 : bin === 23 ? 3 : 0))
      expect(await store.blocks({ network: 1, limit: 10 })).toEqual([
        bare(blockRow(8, noon)),
        { ...block, canonical: true, nodes: 5, blockTimeMs: 0, p50Ms: 1.5, p95Ms: null, p99Ms: null, delays },
      ])
      expect(await store.blocks({ network: 3, limit: 10 })).toEqual([])
    })

    it('completes a block by what later rows tell, from when they told it', async () => {
      const { store, write } = await setup()
      const first = { ...blockRow(7, noon), arrivedAt: noon, firstNode: 3, size: null, extraData: null }
      const richer = { ...first, at: noon + 50, arrivedAt: null, firstNode: null, size: 600, extraData: '0xab' }
      await write({ block: [richer, first] })
      expect(await store.blocks({ network: 1, limit: 10 })).toEqual([bare({ ...first, size: 600, extraData: '0xab' })])
      const before = await store.moment({ network: 1, at: noon + 49, blocks: 10, sightings: 0 })
      expect(before.blocks).toEqual([bare(first)])
    })

    it('pages by height and hash, and finds by height, hash, time, fate and fork', async () => {
      const { store, write } = await setup()
      const rows = Array.from({ length: 60 }, (_, i) => blockRow(i, noon - hourMs + i * minuteMs))
      const forks = [10, 20, 20].map((height, i) => blockRow(height, noon - hourMs + height * minuteMs + 1 + i, 1 + i))
      await write({
        block: [...rows, ...forks],
        blockResult: [
          ...rows.map((row, i) => resultRow(row, noon, i, { canonical: true })),
          ...forks.map((row, i) => resultRow(row, noon, 100 + i, { canonical: false })),
          resultRow(rows[10] as Row<'block'>, noon, 200, { canonical: false }),
        ],
      })
      const all = [...rows, ...forks].toSorted((a, b) => b.number - a.number || (a.hash < b.hash ? -1 : 1))
      const hashes = async (query: Partial<BlocksQuery>) =>
        (await store.blocks({ network: 1, limit: 100, ...query })).map((block) => block.hash)
      const wanted = (test: (row: Row<'block'>) => boolean) => all.filter(test).map((row) => row.hash)
      for (const limit of [1, 7, 100]) {
        const paged: StoredBlock[] = []
        for (let after: BlocksQuery['after']; ; after = paged.at(-1)) {
          const page = await store.blocks(after ? { network: 1, limit, after } : { network: 1, limit })
          paged.push(...page)
          if (page.length < limit) break
        }
        expect(paged.map((block) => block.hash)).toEqual(wanted(() => true))
      }
      const range = { from: noon - 50 * minuteMs, to: noon - 40 * minuteMs }
      expect(await hashes({ fromNumber: 9, toNumber: 20 })).toEqual(
        wanted((row) => row.number >= 9 && row.number <= 20),
      )
      expect(await hashes({ range })).toEqual(wanted((row) => row.at >= range.from && row.at < range.to))
      expect(await hashes({ canonical: false })).toEqual(wanted((row) => forks.includes(row) || row === rows[10]))
      expect(await hashes({ canonical: true, limit: 3 })).toEqual(wanted((row) => row.number > 56))
      expect(await hashes({ forked: true })).toEqual(wanted((row) => row.number === 10 || row.number === 20))
      expect(await hashes({ forked: true, canonical: true })).toEqual([rows[20]?.hash])
      expect(await hashes({ forked: true, range: { from: 0, to: noon - 45 * minuteMs }, limit: 1 })).toEqual([
        rows[10]?.hash,
      ])
      expect(await hashes({ hash: forks[0]?.hash ?? '' })).toEqual([forks[0]?.hash])
      expect(await hashes({ limit: 0 })).toEqual([])
      for (const hash of ['', '0x', `' OR 1=1 --`, hashOf(99), 'z'.repeat(66)])
        expect(await hashes({ hash })).toEqual([])
      await expect(hashes({ fromNumber: Number.NaN })).rejects.toMatchObject({ code: 'STORE_QUERY_INVALID' })
      await expect(hashes({ limit: -1 })).rejects.toMatchObject({ code: 'STORE_QUERY_INVALID' })
    })

    it('takes a block for first heard of when it was, though it was heard of again', async () => {
      const { store, write } = await setup()
      const block = blockRow(5, noon - hourMs)
      await write({ block: [block, { ...block, at: noon }] })
      const at = async (from: number) =>
        (await store.blocks({ network: 1, limit: 5, range: { from, to: from + 1 } })).length
      expect([await at(noon), await at(noon - hourMs)]).toEqual([0, 1])
    })

    it('gives single sights of a block in order of time, for an hour', async () => {
      const { store, write } = await setup()
      const block = blockRow(5, noon - 2 * hourMs)
      const rows = [
        sightRow(block, 2, block.at, null),
        sightRow(block, 1, block.at, 0),
        sightRow(block, 3, block.at + hourMs - 1, 3_599_999),
        sightRow(block, 4, block.at + hourMs, 1),
        sightRow(block, 5, block.at - 1, 1),
        sightRow(blockRow(5, noon, 1), 6, block.at, 1),
        sightRow(blockRow(6, noon), 7, block.at, 1),
      ]
      await write({ blockSeen: rows })
      const query = { network: 1, number: 5, hash: block.hash, at: block.at, limit: 10 }
      const seen = await store.sightings(query)
      expect(seen).toEqual([
        { node: 1, at: block.at, delayMs: 0 },
        { node: 2, at: block.at, delayMs: null },
        { node: 3, at: block.at + hourMs - 1, delayMs: 3_599_999 },
      ])
      expect(await store.sightings({ ...query, limit: 1 })).toEqual(seen.slice(0, 1))
      expect(await store.sightings({ ...query, hash: `' OR 1=1 --` })).toEqual([])
      expect(await store.sightings({ ...query, network: 2 })).toEqual([])
    })

    it('works out propagation from single sights, of each block by itself', async () => {
      const { store, write } = await setup()
      const [five, fork, six] = [blockRow(5, noon), blockRow(5, noon, 1), blockRow(6, noon)] as const
      await write({
        blockSeen: [
          ...Array.from({ length: 101 }, (_, i) => sightRow(five, i, noon - 1, (i * 37) % 101)),
          sightRow(five, 200, noon - 1, null),
          sightRow(five, 201, noon, 5000),
          sightRow(fork, 1, noon - 1, null),
          sightRow(six, 1, noon - 1, 10),
          sightRow(six, 2, noon - 1, 20),
          sightRow(blockRow(7, noon), 1, noon - 1, 1),
        ],
      })
      const query = { network: 1, fromNumber: 5, toNumber: 6, from: noon - hourMs, to: noon }
      const [first, second, third, ...others] = await store.propagation(query)
      expect(others).toEqual([])
      expect(first).toMatchObject({ number: 6, hash64: six.hash64, nodes: 2, p50Ms: 15 })
      expect(first?.p95Ms).toBeCloseTo(19.5, 9)
      expect(second).toMatchObject({ number: 5, hash64: five.hash64, nodes: 102, p50Ms: 50 })
      expect([second?.p95Ms, second?.p99Ms].map((ms) => Math.round(ms ?? 0))).toEqual([95, 99])
      expect(third).toEqual({ number: 5, hash64: fork.hash64, nodes: 1, p50Ms: null, p95Ms: null, p99Ms: null })
      expect(await store.propagation({ ...query, network: 2 })).toEqual([])
      await expect(store.propagation({ ...query, to: 0 })).rejects.toMatchObject({ code: 'STORE_QUERY_INVALID' })
    })

    it('gives the newest raw report of every node within a range', async () => {
      const { store, write } = await setup()
      const sample = (node: number, at: number, peers: number | null) => storeRow('nodeSample', { node, at, peers })
      await write({
        nodeSample: [
          sample(2, noon - 3, 1),
          sample(1, noon - 5, 2),
          sample(1, noon - 4, null),
          sample(1, noon - 9, 3),
          sample(3, noon, 4),
          { ...sample(4, noon - 1, 5), network: 2 },
        ],
      })
      const found = await store.latest({ network: 1, from: noon - 5, to: noon })
      expect(found).toEqual([sample(1, noon - 4, null), sample(2, noon - 3, 1)])
      expect(await store.latest({ network: 1, from: noon, to: noon })).toEqual([])
      await expect(store.latest({ network: 1, from: noon, to: 0 })).rejects.toMatchObject({
        code: 'STORE_QUERY_INVALID',
      })
    })
  })
}
