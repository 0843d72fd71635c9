import { examplePending } from '@netstats/sdk/testing'
import type { Checkpointed } from '@netstats/sdk'
import { describe, expect, it } from 'vitest'
import { nextNow, numbers, onAck, pendings } from './support.ts'
import type { Setup } from './support.ts'

const noted = (n: number, key: string, value: string | undefined, count = 1): Checkpointed => ({
  observations: pendings(n, n + count - 1),
  checkpoint: { key, value },
})

/** What a spool does with the checkpoints of sources. */
export const checkpointsContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: checkpoints`, () => {
    it('has none at first, and of each key the newest, of each owner apart', async () => {
      const { spool } = await setup()
      expect([...spool.checkpoints('a')]).toEqual([])
      await spool.append([noted(1, 'x', '1'), examplePending(2), noted(3, 'y', '1'), noted(4, 'x', '2')], 'a')
      await spool.append([noted(5, 'x', '9')], 'b')
      expect(Object.fromEntries(spool.checkpoints('a'))).toEqual({ x: '2', y: '1' })
      expect(Object.fromEntries(spool.checkpoints('b'))).toEqual({ x: '9' })
      await using reader = await spool.reader('r', onAck)
      expect(numbers(await nextNow(reader))).toEqual([1, 2, 3, 4, 5])
    })

    it('forgets a key whose value is none, and owners that are not kept', async () => {
      const { spool } = await setup()
      await spool.append([noted(1, 'x', '1'), noted(2, 'y', '1')], 'a')
      await spool.append([noted(3, 'x', '1')], 'b')
      await spool.append([noted(4, 'x', undefined)], 'a')
      spool.keepCheckpoints(['a', 'c'])
      expect([...spool.checkpoints('a')]).toEqual([['y', '1']])
      expect([...spool.checkpoints('b')]).toEqual([])
    })

    it('takes a checkpoint without observations, and one whose observations no reader wants', async () => {
      const { spool } = await setup()
      await using _ = await spool.reader('r', { ...onAck, wants: () => false })
      await spool.append([noted(1, 'x', '1', 0)], 'a')
      await spool.append([noted(1, 'y', '2', 3)], 'a')
      expect(Object.fromEntries(spool.checkpoints('a'))).toEqual({ x: '1', y: '2' })
      expect(spool.stats().unwanted).toBe(3)
    })

    it('never has a checkpoint before all that comes with it, in an append of several transactions', async () => {
      const { spool } = await setup({ maxBytes: 16 * 1024 * 1024 })
      const items = Array.from({ length: 400 }, (_, i) => noted(1 + i * 7, 'x', String(7 + i * 7), 7))
      const appended = spool.append(items, 'a')
      let commits = -1
      for (let done = false; !done; ) {
        await new Promise((resolve) => setImmediate(resolve))
        const { appended: rows, commits: now } = spool.stats()
        if (now === commits) continue
        commits = now
        expect(Number(spool.checkpoints('a').get('x') ?? 0)).toBe(rows)
        done = rows === 2800
      }
      await appended
      expect(spool.stats().commits).toBeGreaterThan(2)
    })

    it('keeps a thousand keys of an owner, the newest, and takes nothing beyond its bounds', async () => {
      const { spool } = await setup()
      await spool.append(
        Array.from({ length: 1005 }, (_, i) => noted(1, `k${i}`, 'v', 0)),
        'a',
      )
      expect(spool.checkpoints('a').size).toBe(1000)
      expect([spool.checkpoints('a').has('k4'), spool.checkpoints('a').has('k5')]).toEqual([false, true])
      const invalid = { code: 'SPOOL_CHECKPOINT_INVALID' }
      await expect(spool.append([noted(1, 'k'.repeat(201), 'v')], 'a')).rejects.toMatchObject(invalid)
      await expect(spool.append([noted(1, 'k', 'v'.repeat(4097))], 'a')).rejects.toMatchObject(invalid)
      await expect(spool.append([noted(1, 'k', 'v')])).rejects.toMatchObject(invalid)
      expect(spool.stats().appended).toBe(0)
    })
  })
}
