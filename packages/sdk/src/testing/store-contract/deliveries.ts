import { describe, expect, it } from 'vitest'
import { createSetup, dayMs, hourMs, noon, storeRow } from './setup.ts'
import type { OpenStore, StoreContractFeatures } from './setup.ts'

export const deliveriesContract = (name: string, open: OpenStore, { durable }: StoreContractFeatures): void => {
  const setup = createSetup(open)
  const names = (stream: number) => ({
    agent: `agent ${stream}`,
    network: 1,
    node: stream,
    spool: 'ab'.repeat(16),
    firstAt: noon - dayMs,
  })
  const row = (seq: number, stream: number, through: number, more: object = {}) =>
    storeRow('delivery', { at: noon, takenAt: noon, seq, stream, through, received: through, ...more })
  const named = (seq: number, stream: number, through: number) => row(seq, stream, through, names(stream))
  /** Ends a list that began with `since`. */
  const ending = (seq: number, stream: number, through: number, since = seq) =>
    row(seq, stream, through, { ...names(stream), since })

  describe(`${name}, as a store: deliveries`, () => {
    it('knows of none at first', async () => {
      const { store } = await setup()
      expect(await store.deliveries()).toEqual([])
    })

    it('gives the newest row of every stream with the names its number stands for', async () => {
      const { store, write } = await setup()
      await write({ delivery: [named(1, 1, 10), named(1, 2, 20)] })
      await write({ delivery: [row(2, 1, 11)] })
      await write({ delivery: [row(3, 1, 12, { missing: 3, missed: 'log size 3' }), named(3, 3, 5)] })
      expect(await store.deliveries()).toEqual([
        { ...row(3, 1, 12, { missing: 3, missed: 'log size 3' }), ...names(1) },
        named(1, 2, 20),
        named(3, 3, 5),
      ])
      expect((await store.catalog()).seq).toBe(3)
    })

    it('goes by the order of writing, also where a clock was set back, and takes the newest names', async () => {
      const { store, write } = await setup()
      await write({ delivery: [named(1, 1, 10)] })
      await write({ delivery: [row(2, 1, 11, { at: noon - 2 * hourMs, ...names(1), node: 7 })] })
      await write({ delivery: [row(3, 1, 12, { at: noon - 9 * hourMs })] })
      expect(await store.deliveries()).toEqual([{ ...row(3, 1, 12, { at: noon - 9 * hourMs }), ...names(1), node: 7 }])
      expect((await store.catalog()).seq).toBe(3)
    })

    it('lets go of whoever is not in a complete list, and of all that was before it', async () => {
      const contract = await setup()
      const { store, write } = contract
      await write({ delivery: [named(1, 1, 10), named(1, 2, 20), ending(1, 3, 30)] })
      await write({ delivery: [row(2, 1, 11), row(2, 3, 31)] })
      const streams = async () =>
        (await store.deliveries()).map(({ stream, agent, through }) => [stream, agent, through])
      expect(await streams()).toEqual([
        [1, 'agent 1', 11],
        [2, 'agent 2', 20],
        [3, 'agent 3', 31],
      ])
      contract.now = noon + hourMs
      const later = { at: noon + hourMs }
      // A list that has not ended is none.
      await write({ delivery: [{ ...named(3, 1, 12), ...later }] })
      expect((await streams()).map(([stream]) => stream)).toEqual([1, 2, 3])
      await write({ delivery: [{ ...ending(4, 2, 20, 3), ...later }] })
      await write({ delivery: [row(5, 2, 21, later)] })
      expect(await streams()).toEqual([
        [1, 'agent 1', 12],
        [2, 'agent 2', 21],
      ])
    })

    it('loses no stream to its retention when all have been listed since', async () => {
      const contract = await setup()
      const { store, write } = contract
      await write({ delivery: [named(1, 1, 10), named(1, 2, 20)] })
      contract.now = noon + 30 * dayMs
      const { now: at } = contract
      await write({
        delivery: [
          { ...named(2, 1, 10), at },
          { ...ending(2, 2, 20), at },
        ],
      })
      await store.prune({ raw: dayMs, logs: dayMs, seconds: dayMs, minutes: dayMs, hours: dayMs }, at)
      expect((await store.deliveries()).map(({ through }) => through)).toEqual([10, 20])
      expect((await store.info()).tables.find((table) => table.name === 'delivery')?.rows).toBe(2)
    })

    it('refuses a question that was taken back', async () => {
      const { store } = await setup()
      await expect(store.deliveries({ signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'STORE_QUERY_CANCELLED',
      })
    })

    if (durable) {
      it('has them again after it was closed', async () => {
        const first = await setup()
        await first.write({ delivery: [named(1, 1, 10), ending(1, 2, 20)] })
        await first.write({ delivery: [row(2, 2, 21)] })
        const again = await first.reopen()
        expect(await again.store.deliveries()).toEqual([named(1, 1, 10), { ...row(2, 2, 21), ...names(2) }])
      })
    }
  })
}
