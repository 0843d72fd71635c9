import { describe, expect, it } from 'vitest'
import { storeBatchOf } from '../../memory/rows.ts'
import { createSetup, dayMs, noon, storeRow } from './setup.ts'
import type { OpenStore, StoreContractFeatures } from './setup.ts'

export const resumePointsContract = (name: string, open: OpenStore, { durable }: StoreContractFeatures): void => {
  const setup = createSetup(open)
  const point = (stream: number, through: number, more: object = {}) =>
    storeRow('resumePoint', {
      stream,
      agent: `agent ${stream}`,
      network: 1,
      node: stream,
      spool: 'ab'.repeat(16),
      firstAt: noon - dayMs,
      takenAt: noon,
      through,
      received: through,
      ...more,
    })

  describe(`${name}, as a store: resume points`, () => {
    it('has none at first', async () => {
      const { store } = await setup()
      expect(await store.resumePoints()).toEqual([])
    })

    it('has one of each stream: the newest that was written, with all that it says', async () => {
      const { store, write } = await setup()
      await write({ resumePoint: [point(1, 10), point(2, 20)] })
      await write({ resumePoint: [point(1, 11)] })
      const newest = point(1, 12, { missing: 3, missed: 'log size 3', agent: 'another', mark: 7, lives: 'a 1' })
      await write({ resumePoint: [newest, point(3, 5)] })
      expect(await store.resumePoints()).toEqual([newest, point(2, 20), point(3, 5)])
    })

    it('goes by the order of writing, whatever is in the rows, also within a batch', async () => {
      const { store, write } = await setup()
      await write({ resumePoint: [point(1, 10)] })
      await write({ resumePoint: [point(1, 9, { takenAt: noon - dayMs })] })
      expect(await store.resumePoints()).toEqual([point(1, 9, { takenAt: noon - dayMs })])
      await write({ resumePoint: [point(1, 8), point(1, 7)] })
      expect(await store.resumePoints()).toEqual([point(1, 7)])
    })

    it('forgets a stream that is at 0', async () => {
      const { store, write } = await setup()
      await write({ resumePoint: [point(1, 10), point(2, 20)] })
      await write({ resumePoint: [point(1, 0), point(3, 0)] })
      expect(await store.resumePoints()).toEqual([point(2, 20)])
      await write({ resumePoint: [point(1, 1), point(2, 0)] })
      expect(await store.resumePoints()).toEqual([point(1, 1)])
    })

    it('loses none to any retention', async () => {
      const contract = await setup()
      const { store, write } = contract
      await write({ resumePoint: [point(1, 10), point(2, 20)] })
      contract.now = noon + 300 * dayMs
      await store.prune({ raw: dayMs, logs: dayMs, seconds: dayMs, minutes: dayMs, hours: dayMs }, contract.now)
      expect((await store.resumePoints()).map(({ through }) => through)).toEqual([10, 20])
      expect((await store.info()).tables.find((table) => table.name === 'resume_point')?.rows).toBe(2)
    })

    it('leaves them as they were where the batch is not taken', async () => {
      const { store, write } = await setup()
      await write({ resumePoint: [point(1, 10)] })
      const batch = storeBatchOf({ resumePoint: [point(1, 11)], log: [storeRow('log', { at: noon })] })
      const { message: _, ...columns } = batch['log']?.columns ?? {}
      await expect(store.write({ ...batch, log: { rows: 1, columns } })).rejects.toThrow()
      expect(await store.resumePoints()).toEqual([point(1, 10)])
    })

    it('refuses a question that was taken back', async () => {
      const { store } = await setup()
      await expect(store.resumePoints({ signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'STORE_QUERY_CANCELLED',
      })
    })

    if (durable) {
      it('has them again after it was closed', async () => {
        const first = await setup()
        await first.write({ resumePoint: [point(1, 10), point(2, 20), point(3, 30)] })
        await first.write({ resumePoint: [point(2, 21), point(3, 0)] })
        const again = await first.reopen()
        expect(await again.store.resumePoints()).toEqual([point(1, 10), point(2, 21)])
      })
    }
  })
}
