import { describe, expect, it } from 'vitest'
import { momentHeadMs, momentSampleMs } from '../../moment-rules.ts'
import type { Moment } from '../../store.ts'
import { blockRow, resultRow, sightRow } from './blocks.ts'
import { createSetup, dayMs, hourMs, noon, storeRow } from './setup.ts'
import type { OpenStore } from './setup.ts'

const unknown = {
  active: null,
  syncing: null,
  mining: null,
  hashrate: null,
  peers: null,
  gasPrice: null,
  reportedUptime: null,
  latencyMs: null,
  roundTripMs: null,
  pending: null,
  processingMs: null,
}

const sights = ({ sightings }: Moment) =>
  Array.from({ length: sightings.rows }, (_, row) => ({
    node: sightings.node[row],
    number: sightings.number[row],
    hash64: sightings.hash64[row],
    at: sightings.at[row],
    delayMs: sightings.delayMs[row],
  }))

export const momentContract = (name: string, open: OpenStore): void => {
  const setup = createSetup(open)

  describe(`${name}, as a store: a moment`, () => {
    it('has nothing of a network that was never heard of', async () => {
      const { store } = await setup()
      const moment = await store.moment({ network: 1, at: noon, blocks: 10, sightings: 10 })
      expect(moment).toMatchObject({ network: 1, at: noon, nodes: [], blocks: [], sightings: { rows: 0 } })
      expect(moment.sightings.node).toBeInstanceOf(Uint32Array)
      expect(moment.sightings.hash64).toBeInstanceOf(BigUint64Array)
    })

    it('shows what each node had last said by then, and nothing of what came after', async () => {
      const { store, write } = await setup()
      const info = storeRow('nodeInfo', { at: noon - 3 * dayMs, seq: 1, name: 'one', client: 'Geth/v1' })
      const state = storeRow('nodeState', { at: noon - 10, seq: 5, state: 'inactive', reason: 'closed', sessions: 2 })
      const [four, five] = [blockRow(4, noon - 2000), blockRow(5, noon - 1000)] as const
      await write({
        node: [
          storeRow('node', { key: 1, id: 'one', firstSeenAt: noon - 3 * dayMs }),
          storeRow('node', { key: 2, id: 'two', firstSeenAt: noon }),
          storeRow('node', { key: 3, id: 'three', firstSeenAt: noon + 1 }),
          storeRow('node', { key: 4, id: 'other', network: 2, firstSeenAt: 0 }),
        ],
        nodeInfo: [
          info,
          { ...info, at: noon + 1, seq: 9, name: 'later' },
          { ...info, at: info.at - 1, name: 'earlier' },
        ],
        nodeState: [{ ...state, seq: 4, state: 'active' }, state, { ...state, at: noon + 1, seq: 10 }],
        nodeSample: [
          storeRow('nodeSample', { at: noon - 500, peers: 8, active: true, syncing: false, latencyMs: 30 }),
          storeRow('nodeSample', { at: noon - 400, latencyMs: 20 }),
          storeRow('nodeSample', { at: noon, mining: false, peers: 0 }),
          storeRow('nodeSample', { at: noon + 1, latencyMs: 10, pending: 1, hashrate: 1 }),
          storeRow('nodeSample', { at: noon - momentSampleMs, gasPrice: 7 }),
          storeRow('nodeSample', { at: noon - momentSampleMs + 1, reportedUptime: 99 }),
        ],
        block: [four, five],
        blockSeen: [
          sightRow(four, 1, noon - 1990, 10),
          sightRow(five, 1, noon - 990, null),
          sightRow(five, 2, noon + 1, 1),
        ],
      })
      const { nodes } = await store.moment({ network: 1, at: noon, blocks: 0, sightings: 0 })
      expect(nodes).toEqual([
        {
          node: 1,
          info,
          state,
          lastSeenAt: noon,
          sample: {
            ...unknown,
            peers: 0,
            active: true,
            syncing: false,
            mining: false,
            latencyMs: 20,
            reportedUptime: 99,
          },
          block: { at: noon - 990, number: 5, hash64: five.hash64, delayMs: null },
        },
        { node: 2, info: null, state: null, lastSeenAt: null, sample: unknown, block: null },
      ])
    })

    it('shows the blocks of the highest heights with what was known of them, and who saw the newest', async () => {
      const { store, write } = await setup()
      const block = (number: number, fork = 0) => blockRow(number, noon - 10_000 + number, fork)
      const [one, five, fork, nine, ten] = [block(1), block(5), block(5, 1), block(9), block(10)] as const
      await write({
        block: [one, five, fork, nine, { ...ten, at: noon + 1 }, { ...nine, at: noon }, { ...block(99), network: 2 }],
        blockResult: [
          resultRow(nine, noon, 1, { canonical: true, nodes: 3 }),
          resultRow(nine, noon + 1, 2, { canonical: false, nodes: 4 }),
          resultRow(five, noon + 1, 3, { canonical: true }),
        ],
        blockSeen: [
          sightRow(nine, 2, noon, 7),
          sightRow(nine, 1, noon, null),
          sightRow(fork, 3, noon - 5, 2),
          sightRow(one, 1, noon - 9, 2),
          sightRow(nine, 4, noon + 1, 9),
        ],
      })
      const moment = await store.moment({ network: 1, at: noon, blocks: 2, sightings: 2 })
      expect(moment.blocks.map(({ hash, at, canonical, nodes }) => ({ hash, at, canonical, nodes }))).toEqual([
        { hash: nine.hash, at: nine.at, canonical: true, nodes: 3 },
        { hash: five.hash, at: five.at, canonical: null, nodes: 0 },
        { hash: fork.hash, at: fork.at, canonical: null, nodes: 0 },
      ])
      expect(sights(moment)).toEqual([
        { node: 3, number: 5, hash64: fork.hash64, at: noon - 5, delayMs: 2 },
        { node: 1, number: 9, hash64: nine.hash64, at: noon, delayMs: Number.NaN },
        { node: 2, number: 9, hash64: nine.hash64, at: noon, delayMs: 7 },
      ])
      const all = await store.moment({ network: 1, at: noon + 1, blocks: 100, sightings: 1 })
      expect(all.blocks.map((one) => one.number)).toEqual([10, 9, 5, 5, 1])
      expect(all.blocks[1]).toMatchObject({ canonical: false, nodes: 4 })
      expect(all.sightings.rows).toBe(0)
    })

    it('finds heights however far apart they are', async () => {
      const { store, write } = await setup()
      const numbers = [3, 5_000_000, Number.MAX_SAFE_INTEGER]
      await write({ block: numbers.map((number, i) => ({ ...blockRow(i, noon), number })) })
      const { blocks } = await store.moment({ network: 1, at: noon, blocks: 3, sightings: 0 })
      expect(blocks.map((block) => block.number)).toEqual(numbers.toReversed())
    })

    it('still shows who was at the head of a chain that stands still', async () => {
      const { store, write } = await setup()
      const head = blockRow(5, noon - 5 * hourMs)
      const before = blockRow(4, head.at - momentHeadMs)
      await write({
        block: [before, head],
        blockSeen: [
          sightRow(head, 1, head.at + 50, 50),
          sightRow(before, 2, before.at, 0),
          sightRow(before, 3, before.at + 1, 1),
        ],
      })
      const moment = await store.moment({ network: 1, at: noon, blocks: 5, sightings: 1 })
      expect(moment.nodes.map(({ node, block }) => [node, block?.number])).toEqual([
        [1, 5],
        [3, 4],
      ])
      expect(moment.sightings.rows).toBe(1)
    })

    it('refuses a moment that is none', async () => {
      const { store } = await setup()
      const invalid = { code: 'STORE_QUERY_INVALID' }
      const query = { network: 1, at: noon, blocks: 1, sightings: 1 }
      await expect(store.moment({ ...query, at: Number.NaN })).rejects.toMatchObject(invalid)
      await expect(store.moment({ ...query, at: -1 })).rejects.toMatchObject(invalid)
      await expect(store.moment({ ...query, blocks: -1 })).rejects.toMatchObject(invalid)
      await expect(store.moment({ ...query, sightings: 0.5 })).rejects.toMatchObject(invalid)
    })
  })
}
