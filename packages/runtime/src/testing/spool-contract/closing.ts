import { examplePending, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { never, onAck, onSend, readAll, pendings, gapsIn, stored } from './support.ts'
import type { Setup } from './support.ts'

/** What the end of a spool keeps. */
export const closingContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: its end`, () => {
    it('keeps what was asked for before it was disposed, and takes nothing after', async () => {
      const { spool } = await setup()
      const reader = await spool.reader('r', onAck)
      const waiting = reader.next({ signal: never })
      const appended = spool.append([])
      await spool[Symbol.asyncDispose]()
      await spool[Symbol.asyncDispose]()
      expect(await waiting).toBeUndefined()
      await appended
      await expect(spool.append([examplePending(1)])).rejects.toMatchObject({ code: 'SPOOL_CLOSED' })
      await expect(spool.reader('x', onAck)).rejects.toMatchObject({ code: 'SPOOL_CLOSED' })
    })

    it('resolves the appends that were under way', async () => {
      const { spool } = await setup()
      const appended = spool.append(pendings(1, 1200))
      await spool[Symbol.asyncDispose]()
      await appended
    })
  })
}

/** What a durable spool has when it is opened again. */
export const reopeningContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: opened again`, () => {
    it('has every observation and every place as they were', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      await spool.append(pendings(1, 5))
      await reader.commit((await reader.next({ signal: never }))?.last ?? 0)
      await reader.next({ signal: never })
      await spool[Symbol.asyncDispose]()
      const again = await start()
      await using same = await again.reader('r', onAck)
      expect(same.backlog()).toBe(3)
      expect(await readAll(same)).toEqual(pendings(3, 5))
    })

    it('is the same spool, and each stream goes on after what was settled', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', { ...onAck, wants: ({ kind }) => kind === 'pending' })
      const sent = await spool.reader('s', onSend)
      await spool.append([...pendings(1, 2), exampleStats(1)])
      const batch = await reader.next({ signal: never })
      const handed = await sent.next({ signal: never })
      await reader.commit(batch?.last ?? 0)
      await spool[Symbol.asyncDispose]()
      const again = await start()
      expect(again.id).toBe(spool.id)
      expect(again.last).toBe(spool.last)
      await using same = await again.reader('r', onAck)
      await using gone = await again.reader('s', onSend)
      await again.append([examplePending(3)])
      expect((await same.next({ signal: never }))?.after).toBe(batch?.last)
      expect((await gone.next({ signal: never }))?.after).toBe(handed?.last)
    })

    it('has the checkpoints as they were', async () => {
      const { spool, start } = await setup()
      const note = (key: string, value: string | undefined) => ({ observations: [], checkpoint: { key, value } })
      await spool.append([note('x', '1'), note('y', 'ü\n"'), note('z', '1'), note('z', undefined)], 'a')
      await spool[Symbol.asyncDispose]()
      const again = await start()
      expect(Object.fromEntries(again.checkpoints('a'))).toEqual({ x: '1', y: 'ü\n"' })
    })

    it('never gives a sequence twice, though nothing was left in it', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 3))
      const last = (await reader.next({ signal: never }))?.last ?? 0
      await reader.commit(last)
      await spool[Symbol.asyncDispose]()
      const again = await start()
      expect(stored(again)).toBe(0)
      await again.append([examplePending(4)])
      await using same = await again.reader('r', onAck)
      expect((await same.next({ signal: never }))?.items[0]?.sequence).toBeGreaterThan(last)
    })

    it('does not give on-send observations again', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', { ...onSend, batchSize: 2 })
      await spool.append(pendings(1, 3))
      await reader.next({ signal: never })
      await spool[Symbol.asyncDispose]()
      const again = await start()
      await using same = await again.reader('r', onSend)
      expect(await readAll(same)).toEqual([examplePending(3)])
    })

    it('does not take the time it was away for more than half of its age limit', async () => {
      const { spool, clock, start } = await setup({ maxAgeMs: 60_000 })
      await spool.append([examplePending(1)])
      await clock.advance(40_000)
      await spool.append([examplePending(2)])
      await spool[Symbol.asyncDispose]()
      clock.step(10 * 365 * 86_400_000)
      const again = await start()
      await again.append([examplePending(3)])
      expect(again.stats().dropped).toEqual([{ reason: 'age', class: 'latency', count: 1 }])
      await again[Symbol.asyncDispose]()
      clock.step(-20 * 365 * 86_400_000)
      const third = await start()
      await third.append([examplePending(4)])
      expect(third.stats().dropped).toEqual([])
    })

    it('still reports what was given up before', async () => {
      const { spool, clock, start } = await setup({ maxAgeMs: 60_000 })
      await using first = await spool.reader('r', onAck)
      await spool.append(pendings(1, 3))
      await clock.advance(61_000)
      await spool.append([exampleStats(1)])
      await first[Symbol.asyncDispose]()
      await spool[Symbol.asyncDispose]()
      const again = await start()
      await using reader = await again.reader('r', onAck)
      await again.append([exampleStats(2)])
      expect(gapsIn(await readAll(reader)).map((gap) => gap.dropped)).toEqual([3])
    })
  })
}
